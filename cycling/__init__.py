"""The pure field of battery cycling: formats, units, signs; no I/O but files given to it."""
