"""The human side of an incident: its life cycle, its clocks, who belongs to it, how grave it is, and whose a leak is. Pure."""
