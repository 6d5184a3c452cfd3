"""What WattRex units and their synchroniser need."""
