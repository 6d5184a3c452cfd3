"""Questions to the database; they return frozen dataclasses or numpy columns."""
