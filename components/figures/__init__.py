"""Figures: arrays in, Plotly dictionaries out."""
