"""What the demo gives to its processes."""

from pathlib import Path

from bem.demo import run
from bem.settings import from_environment


def test_the_demo_speaks_no_wattrex_because_its_broker_lets_no_such_unit_in(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("BEM_WATTREX", "1")
    settings = from_environment({"BEM_DATA_DIR": str(tmp_path), "BEM_WATTREX": "1"})
    given = run._environment(settings)
    assert from_environment(given).wattrex is False
    assert from_environment(given).database_url == settings.database_url
