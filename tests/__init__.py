"""The tests; `docs/testing.md` is the way in."""
