"""Changes to stations, and control of them."""
