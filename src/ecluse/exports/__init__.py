"""One file a way out: an incident, its findings and its exposure in the words of another tool or standard. Pure."""
