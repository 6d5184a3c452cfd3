"""Dash's scripts, kept in memory: the same bytes for everybody who takes them, however slowly."""

from dataclasses import dataclass

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request

from dashboard.security import SUITES


@dataclass(frozen=True)
class _Script:
    data: bytes
    headers: list[tuple[str, str]]

    def answer(self) -> Response:
        """Return the script, or that the browser has it already."""
        response = Response(self.data, headers=self.headers)
        response.make_conditional(request, accept_ranges=False)
        return response


def keep_scripts(server: Flask) -> None:
    """Read each script once: some are megabytes, of which Dash also takes a checksum each time."""
    serve = server.view_functions[SUITES]
    kept: dict[tuple[str, str, bool], _Script] = {}

    def script(package_name: str, fingerprinted_path: str) -> Response:
        name, has_fingerprint = check_fingerprint(fingerprinted_path)
        key = (package_name, name, has_fingerprint)
        if key not in kept:
            response: Response = serve(package_name, fingerprinted_path)  # type: ignore[assignment]
            if response.status_code != 200:
                return response
            kept[key] = _Script(response.get_data(), list(response.headers))
        return kept[key].answer()

    server.view_functions[SUITES] = script
