"""Integrals and statistics of measures."""
