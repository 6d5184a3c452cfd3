"""The image, really built and run, without a container engine. Minutes, so only when asked for.

Buildah builds the Dockerfile in a chroot, as root, on a Debian of the same Python in place of
Python's own image. Certificates and settings of pip are the machine's, mounted while it builds.
"""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import ROOT, is_root
from tests.servers import free_port, start, wait_until

BASE = ("python3", "python3-venv", "ca-certificates")
DEBIAN = "bookworm"  # of PYTHON_IMAGE in the Dockerfile
MOUNTED = ("/etc/ssl/certs", "/usr/local/share/ca-certificates", "/etc/pip.conf")

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("BEM_TEST_IMAGE"),
        reason="builds an image, which takes minutes; set BEM_TEST_IMAGE=1 (docs/testing.md)",
    ),
    pytest.mark.timeout(1800),
]


class Image:
    """The image, and one container made of it."""

    def __init__(self, folder: Path) -> None:
        self._buildah = ["buildah", "--storage-driver", "vfs"]
        self._buildah += ["--root", str(folder / "storage"), "--runroot", str(folder / "run")]
        self._folder = folder
        self._make_base()
        self._build()
        self.container = self._do("from", "--pull-never", "localhost/bem").stdout.strip()
        self.root = Path(self._do("mount", self.container).stdout.strip())

    def command(self, *arguments: str, **environment: str) -> list[str]:
        given = [f"--env={name}={value}" for name, value in environment.items()]
        return [
            *self._buildah,
            "run",
            "--isolation=chroot",
            *given,
            self.container,
            "--",
            "bem",
            *arguments,
        ]

    def bem(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, **environment),
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )

    def close(self) -> None:
        self._do("rm", "--all")

    def _make_base(self) -> None:
        context = self._folder / "base"
        context.mkdir()
        made = ["mmdebstrap", "--variant=minbase", f"--include={','.join(BASE)}", DEBIAN]
        subprocess.run([*made, context / "base.tar"], check=True, capture_output=True)
        (context / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
        self._do("build", "--isolation=chroot", "--tag=localhost/base", str(context))

    def _build(self) -> None:
        uv = self._folder / "uv"
        uv.mkdir()
        (uv / "uv.toml").write_text("native-tls = true\n")
        mounts = [f"--volume={one}:{one}:ro" for one in MOUNTED if Path(one).exists()]
        self._do(
            "build",
            "--isolation=chroot",
            "--pull-never",
            "--build-arg=PYTHON_IMAGE=localhost/base",
            f"--volume={uv}:/etc/uv:ro",
            *mounts,
            "--tag=localhost/bem",
            str(ROOT),
        )

    def _do(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            [*self._buildah, *arguments], capture_output=True, check=False, text=True
        )
        assert ended.returncode == 0, ended.stderr[-3000:]
        return ended


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    missing = [name for name in ("buildah", "mmdebstrap") if shutil.which(name) is None]
    if missing or not is_root():
        pytest.fail(f"BEM_TEST_IMAGE needs root, and {' and '.join(missing) or 'nothing more'}")
    built = Image(tmp_path_factory.mktemp("image"))
    yield built
    built.close()


def test_the_image_says_what_bem_can_do(image: Image):
    said = image.bem("--help")
    assert said.returncode == 0, said.stderr
    assert "master-node" in said.stdout
    assert image.bem("secrets", "check", "X", X="example-x").returncode == 2


def test_the_image_is_small(image: Image):
    installed = [one for one in (image.root / "opt" / "bem").rglob("*") if not one.is_symlink()]
    assert sum(one.stat().st_size for one in installed) < 450e6


def test_the_web_server_of_the_image_is_healthy_and_writes_only_where_it_may(image: Image):
    mark = image.root / "tmp" / "mark"
    mark.touch()
    upgraded = image.bem("db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    port, log = free_port(), image.root.parent / "web.log"
    serve = image.command("web", "--port", str(port), BEM_SECRET_KEY=os.urandom(24).hex())
    web = start(serve, log)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait_until(answers, web, log, 120)
        healthy = image.bem("health", "web", "--url", f"http://127.0.0.1:{port}")
        assert healthy.stdout.startswith("The web server works"), healthy.stderr
        owners = {
            status.stat().st_uid
            for status in Path("/proc").glob("[0-9]*")
            if f"--port\0{port}\0" in _command_line(status)
            and "buildah" not in _command_line(status)
        }
        assert owners == {10001}
    finally:
        _end(f"--port\0{port}\0")
        web.wait(60)
    assert _newer(image.root, mark) == []
    assert image.bem("health", "web", "--url", f"http://127.0.0.1:{port}").returncode == 1


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def _end(words: str) -> None:
    """End the processes of this command line: buildah hands no signal on."""
    for process in Path("/proc").glob("[0-9]*"):
        if words in _command_line(process) and "buildah" not in _command_line(process):
            os.kill(int(process.name), 15)


def _newer(root: Path, mark: Path) -> list[str]:
    """Return the files that were written after the mark, outside /tmp and /data."""
    places = ("proc", "sys", "dev", "tmp", "data", "run", "etc")  # the last ones are buildah's
    skipped = [word for place in places for word in ("-path", str(root / place), "-prune", "-o")]
    found = subprocess.run(
        ["find", root, *skipped, "-type", "f", "-newer", mark, "-print"],
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()
