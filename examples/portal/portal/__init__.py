"""The project: settings, addresses, and the seam to the gate."""
