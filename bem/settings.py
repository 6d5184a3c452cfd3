"""Settings from the environment, read once at the start and handed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cycling.errors import InputError
from db.limits import USUAL, Limits, read_limits


@dataclass(frozen=True)
class Settings:
    """What the environment says; docs/settings.md describes each."""

    database_url: str = field(repr=False)
    data_dir: Path
    secret_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    trusted_proxies: int = 0
    mqtt_url: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    wattrex: bool = False
    limits: Limits = USUAL


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read the settings. An empty variable counts as absent.

    Raises InputError naming the variable that is wrong.
    """
    data_dir = Path(environ.get("BEM_DATA_DIR") or "var").expanduser().absolute()
    default_url = f"sqlite:///{data_dir / 'bem.sqlite'}"
    return Settings(
        database_url=secret_of(environ, "BEM_DATABASE_URL") or default_url,
        data_dir=data_dir,
        secret_key=secret_of(environ, "BEM_SECRET_KEY"),
        base_url=_base_url(environ.get("BEM_BASE_URL", "").strip()),
        trusted_proxies=_count(environ, "BEM_TRUSTED_PROXIES"),
        mqtt_url=secret_of(environ, "BEM_MQTT_URL"),
        metrics_token=secret_of(environ, "BEM_METRICS_TOKEN"),
        wattrex=_switch(environ, "BEM_WATTREX"),
        limits=read_limits(environ),
    )


def secret_of(environ: Mapping[str, str], name: str) -> str | None:
    """Return a secret from NAME, or from the file that NAME_FILE names."""
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value and file:
        raise InputError(f"Both {name} and {name}_FILE are set. Keep one of them.")
    if not file:
        return value or None
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{name}_FILE: {file} cannot be read ({reason}).") from error
    if not text:
        raise InputError(f"{name}_FILE: {file} is empty.")
    return text


def _base_url(text: str) -> str | None:
    """Return the address that users type, without a slash at its end."""
    if not text:
        return None
    example = "Write it like https://bem.lab.example or http://10.0.0.5:8050."
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        usable = False
    if not usable:
        raise InputError(f"BEM_BASE_URL: {text} is not a web address. {example}")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise InputError(f"BEM_BASE_URL: {text} has more than a host and a port. {example}")
    return _as_browsers_write_it(parts)


def _as_browsers_write_it(parts: SplitResult) -> str:
    """Return scheme, host and port as they stand in an Origin header."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{host}{port}"


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip() or "0"
    if text not in ("0", "1"):
        raise InputError(f"{name}: {text} is neither 0 nor 1.")
    return text == "1"


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise InputError(f"{name}: {text} is not a number from 0 to 9.")
    return int(text)
