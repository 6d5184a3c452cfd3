"""Reading stations and units."""
