"""Dash building blocks without a database."""
