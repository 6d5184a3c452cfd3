"""Units, devices and stations."""
