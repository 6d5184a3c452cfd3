"""The page of a profile that an adopted database brought along."""
