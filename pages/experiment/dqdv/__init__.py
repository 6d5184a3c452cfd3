"""Where in voltage the charge of an experiment's cycles flows."""
