"""The live view of a station."""
