"""Who would have been disturbed by a policy set, over a history: account-days, cases, and the tables made of them."""
