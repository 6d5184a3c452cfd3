"""Which column is what: labels, recognised formats, guesses, the mapping."""
