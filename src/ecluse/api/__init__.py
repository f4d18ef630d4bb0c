"""What does the gate answer over HTTP? The application that a server runs."""
