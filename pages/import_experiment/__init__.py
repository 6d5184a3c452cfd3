"""Importing a cycler's file."""
