"""What the master node writes."""
