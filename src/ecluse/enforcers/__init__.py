"""Where is a decision enforced? One file an enforcement point."""
