"""`make bench`: how long the application takes, beside what the engine itself can do."""
