"""The queues of the stations."""
