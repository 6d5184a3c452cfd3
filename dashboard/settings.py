"""What the web server takes."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cycling.errors import InputError
from db.limits import SHORTEST_KEY, USUAL, Limits
from db.queries.users import SessionLimits

SHORTEST_TOKEN = 24


@dataclass(frozen=True)
class WebSettings:
    """Settings of the web server. Raises InputError without a usable secret key.

    `base_url` is the address that users type; https there makes the cookie Secure and switches
    HSTS on. `trusted_proxies` counts the proxies in front whose X-Forwarded headers are believed.
    Without `metrics_token` there is no /metrics.
    """

    secret_key: str = field(repr=False)
    data_dir: Path
    base_url: str | None = None
    limits: Limits = USUAL
    trusted_proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.secret_key:
            raise InputError(
                "The web server needs a secret key. Set BEM_SECRET_KEY, or BEM_SECRET_KEY_FILE, "
                f"to {SHORTEST_KEY} or more random characters, the same for all web servers."
            )
        if len(self.secret_key) < SHORTEST_KEY:
            raise InputError(
                f"The secret key has {len(self.secret_key)} characters; "
                f"give it at least {SHORTEST_KEY} random ones."
            )
        if self.metrics_token is not None and len(self.metrics_token) < SHORTEST_TOKEN:
            raise InputError(
                f"BEM_METRICS_TOKEN has {len(self.metrics_token)} characters; "
                f"give it at least {SHORTEST_TOKEN} random ones, or unset it for no /metrics."
            )

    @property
    def https(self) -> bool:
        """Whether users come by https, so that cookies can be Secure."""
        return (self.base_url or "").startswith("https://")

    def session_limits(self, now: datetime) -> SessionLimits:
        """Return since when a session must have begun and been used to be valid now."""
        return SessionLimits(
            begun_after=now - self.limits.session_lasts,
            seen_after=now - self.limits.session_idle,
        )
