"""Changes to the database; each owns its transaction and writes its audit row."""
