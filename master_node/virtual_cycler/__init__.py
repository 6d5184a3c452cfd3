"""A unit of virtual stations: behaves like a laboratory's, against a battery model."""
