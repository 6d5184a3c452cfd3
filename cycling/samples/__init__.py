"""The sample experiments of `bem demo`."""
