"""What can be said of a policy set before anything happens: what it covers, and what it does not."""
