"""A power that is not voltage times current."""

import pytest

from cycling.formats import verify


@pytest.mark.parametrize(("power", "asks"), [(3.5, False), (3.0, False), (0.0035, True)])
def test_a_power_of_another_size_is_asked_about(proposed, power, asks):
    rows = "".join(f"{n},{3.5 + n / 1000},1,{power}\n" for n in range(20))
    table, mapping = proposed(f"t (s),U (V),I (A),Power (W)\n{rows}")
    questions = {p.code: p for p in verify(table, mapping).problems if p.severity == "question"}
    assert ("power" in questions) == asks
    if asks:
        assert questions["power"].option == "I (A)=current:mA"
        assert "1,000 times the power in column 'Power (W)'" in questions["power"].text
