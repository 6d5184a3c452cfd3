"""Profiles in the languages of others: PyBaMM, aurora-unicycler."""
