"""How is the gate run? On an event loop with group commit, or in the process of one application."""
