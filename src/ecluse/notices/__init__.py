"""One file a legal document: what it must say, how it is set, and when it is refused. Pure; a person releases it."""
