"""Computational units: what they register, what they are asked."""
