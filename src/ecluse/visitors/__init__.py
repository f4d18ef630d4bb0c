"""How a drill reads as an account does: one file a way, through an application or straight at the gate."""
