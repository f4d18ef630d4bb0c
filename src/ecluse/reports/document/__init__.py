"""A document for a person to keep or hand over: its blocks, and the forms in which they are written (HTML, Typst for PDF)."""
