"""One station: its details, and the form that sets it up."""
