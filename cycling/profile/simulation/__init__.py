"""What a program is expected to do to a battery."""
