"""Batteries: description, model, chemistry."""
