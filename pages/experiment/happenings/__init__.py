"""What happened in an experiment: alarms, its course, and what people wrote about it."""
