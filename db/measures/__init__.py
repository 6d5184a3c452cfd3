"""Measures in the row tables: bulk writing, export, statistics."""
