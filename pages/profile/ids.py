"""Ids that the browser sends: of profiles, of versions, of what is compared."""


def read_id(value: object) -> int:
    """Return a number of an address or a page; 0, which nothing has, for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
