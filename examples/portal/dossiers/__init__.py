"""The adviser's file view: all that is known of a person."""
