"""What ways out have in common: their contract, what they are made from, the words in which they say it."""
