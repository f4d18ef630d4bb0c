"""Accounts: log-in, second factor, and the accounts that a manager opens."""
