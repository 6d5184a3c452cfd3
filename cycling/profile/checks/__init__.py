"""What is wrong or worth knowing about a program: author, ranges, station."""
