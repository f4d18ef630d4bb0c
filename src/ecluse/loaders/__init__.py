"""Documents that people write, one file each: text in, nouns or every located fault out."""
