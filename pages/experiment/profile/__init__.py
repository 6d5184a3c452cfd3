"""The profile of an experiment as it was executed."""
