"""Who the accounts are: adapters that give kind, organization, lineage, age and caseload."""
