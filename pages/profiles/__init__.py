"""The library of profiles."""
