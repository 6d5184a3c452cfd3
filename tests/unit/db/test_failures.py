"""What errors of the database mean."""

import pytest
from sqlalchemy.exc import OperationalError

from db.failures import DiskFullError, translate_errors


def test_a_full_disk_is_in_the_log(caplog):
    with pytest.raises(DiskFullError), translate_errors():
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))
    assert "what=disk-full said='database or disk is full'" in caplog.text
