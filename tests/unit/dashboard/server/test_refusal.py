"""The answer to a request that no application sees."""

import json
import logging
import re

import pytest
from gunicorn.http import errors

from dashboard.server.refusal import (
    ADDRESS_TOO_LONG,
    BROKEN,
    HEAD_TOO_LONG,
    MAX_LINES,
    UNREADABLE,
    Refusals,
    refusal_of,
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.LimitRequestLine(9000, 8190), ADDRESS_TOO_LONG),
        (errors.LimitRequestHeaders("limit"), HEAD_TOO_LONG),
        (errors.InvalidHeader("X"), UNREADABLE),
        (errors.InvalidChunkSize(b"x"), UNREADABLE),
        (errors.InvalidResponseHeader("X"), BROKEN),
        (RuntimeError("of the application"), BROKEN),
    ],
)
def test_each_error_has_its_refusal(error, expected):
    assert refusal_of(error) is expected


def test_a_refused_request_is_found_in_the_log_by_the_number_of_its_answer(caplog):
    caplog.set_level(logging.INFO, logger="dashboard.server.refusal")
    error = errors.LimitRequestLine(9000, 8190)
    page = Refusals().answer(ADDRESS_TOO_LONG, "10.0.0.1", page=True, error=error).decode()
    (number,) = re.findall(r"<code>([0-9a-f]{8})</code>", page)
    assert f"X-Request-Id: {number}\r\n" in page
    (line,) = (entry.getMessage() for entry in caplog.records)
    assert line == (
        f"what=refused request={number} status=414 address='10.0.0.1' "
        f"said='{ADDRESS_TOO_LONG.sentence}' cause='LimitRequestLine'"
    )


def test_a_fault_of_the_program_has_its_traceback_in_the_log_and_its_number_on_the_page(caplog):
    answer = Refusals().answer(BROKEN, "10.0.0.1", page=False, error=RuntimeError("secret"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert json.loads(body)["id"] in caplog.text
    assert "RuntimeError: secret" in caplog.text
    assert b"secret" not in answer


def test_whoever_is_refused_again_and_again_does_not_fill_the_log(caplog):
    caplog.set_level(logging.INFO, logger="dashboard.server.refusal")
    refusals = Refusals()
    for _ in range(2 * MAX_LINES):
        refusals.answer(ADDRESS_TOO_LONG, "10.0.0.1", page=True)
    assert len(caplog.records) == MAX_LINES + 1
    assert caplog.records[-1].getMessage() == "what=more-refused address='10.0.0.1'"
    refusals.answer(ADDRESS_TOO_LONG, "10.0.0.2", page=True)
    assert "address='10.0.0.2'" in caplog.records[-1].getMessage()
