"""Reading what WattRex units have written."""
