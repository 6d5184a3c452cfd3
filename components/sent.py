"""What travels between a page and its browser."""

from typing import Any, TypeAlias

# Dash gives no types to what a browser sends and to what a callback returns: JSON, ids, figures.
Sent: TypeAlias = Any
