"""Files that have come in."""

import hashlib
from typing import Any

import pytest

from db.commands.uploads import add_upload, upload_path
from tests.unit.pages.files import upload


@pytest.fixture
def received(store, clock, tmp_path):
    """Let a file come in with this content; return its upload."""

    def receive(number: int, data: bytes, **other: Any) -> dict[str, Any]:
        one = {**upload(number), **other}
        path = upload_path(tmp_path, one["id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        add_upload(
            store,
            upload_id=one["id"],
            file_name=one["name"],
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            user_name="oscar",
            now=clock(),
        )
        return one

    return receive
