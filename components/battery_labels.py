"""What people call batteries; the database has values of its own."""

from cycling.terms import Technology


def technology_word(technology: str) -> str:
    """Return the word for a technology as the database has it; any other text as it is."""
    return Technology(technology).word if technology in list(Technology) else technology
