"""What does the person in front of the screen get? Problem details, headers and a page, in French and English."""
