"""What several formats share: the contract, splitting into lines, the mapping and how it is applied."""
