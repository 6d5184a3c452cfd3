"""The life of a battery: its cycles over all of its experiments."""
