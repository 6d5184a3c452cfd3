"""The pulses of an experiment, and the resistances that they tell."""
