"""What does a leaked sample hold? Its bytes become rows, and its rows keyed fingerprints; nothing else is kept. Pure."""
