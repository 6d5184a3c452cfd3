"""Reading profiles."""
