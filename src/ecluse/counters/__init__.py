"""Where are the live counts kept, when several gates share them? One file a kind of counter."""
