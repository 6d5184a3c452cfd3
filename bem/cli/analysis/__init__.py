"""Commands that write what the measures of an experiment say of its cell."""
