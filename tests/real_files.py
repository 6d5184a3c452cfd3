"""Files of real cyclers: packed in `tests/data/cycler-files`, whose README names their origin."""

import atexit
import lzma
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.machine import ROOT

DATA = ROOT / "tests" / "data"
PACKED = DATA / "cycler-files"


@cache
def real_file(name: str) -> Path:
    """Return the path of a cycler's file, unpacked once for this process."""
    packed = PACKED / f"{name}.xz"
    return unpacked(packed) if packed.exists() else PACKED / name


@cache
def unpacked(packed: Path) -> Path:
    """Return where a file that is packed with xz lies unpacked."""
    file = _folder() / packed.stem
    with lzma.open(packed) as source, file.open("wb") as target:
        shutil.copyfileobj(source, target)
    return file


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="bem-real-files-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
