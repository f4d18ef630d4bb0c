"""Follow-up of training, for partner bodies. Being decommissioned."""
