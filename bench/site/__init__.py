"""The application as people run it, its data, and the requests that a browser sends it."""
