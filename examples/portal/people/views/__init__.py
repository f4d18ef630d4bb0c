"""How persons are shown: a page of many, one file, an export, an API. Each says to the gate whom it shows."""
