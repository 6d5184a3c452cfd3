import pytest

from cycling.formats import open_table, propose


@pytest.fixture
def opened(tmp_path):
    """Write a file and open it: opened("a,b\\n1,2\\n") -> TextTable."""

    def write(content, name="cell.csv", encoding="utf-8"):
        path = tmp_path / "stored"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return open_table(path, name)

    return write


@pytest.fixture
def proposed(opened):
    """Write a file, open it and propose its mapping: (table, mapping)."""

    def write(content, name="cell.csv", encoding="utf-8"):
        table = opened(content, name, encoding)
        return table, propose(table)

    return write
