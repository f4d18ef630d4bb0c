"""Persons, and how any application of the portal shows them."""
