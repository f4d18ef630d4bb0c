"""A replay report as text, as HTML and as JSON. Pure: they return what is to be written."""
