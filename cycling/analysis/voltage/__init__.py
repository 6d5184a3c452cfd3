"""What voltage says: pulses, dQ/dV, rests. Each reads the ranges of samples that it needs."""
