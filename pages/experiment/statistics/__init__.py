"""What an experiment adds up to: charge, energy, times, and what speaks for the numbers."""
