"""The published WattRex programs as peers: run as they are, in an environment of their own."""
