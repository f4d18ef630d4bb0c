"""How does an application speak to the gate? Clients, sync and async; they need httpcore and msgspec only."""
