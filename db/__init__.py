"""Models, queries, commands and the bulk reading and writing of measures."""
