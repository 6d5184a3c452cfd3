"""`bem demo`: everything on one machine, with sample data."""
