import numpy as np
import pyarrow as pa
import pytest

from cycling.formats.values.states import are_states, direction, parse_states


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Заряд ładowanie nabíjení şarj", 1.0),
        (
            "C CHA Charge CC_Chg CCCV_Chg CV-Chg RateC CHARGING Laden Carga 恒流充电 充電 충전",
            1.0,
        ),
        (
            "D DCH Discharge CC_DChg CC-DChg RateD Entladen Descarga 恒流放电 放電 방전",
            -1.0,
        ),
        ("Décharge scarica ontladen Разряд rozładowanie vybíjení deşarj", -1.0),
        ("R P S O PAU Rest Pause OCV Ruhe Reposo 静置 搁置 休止 휴지 Пауза", 0.0),
    ],
)
def test_words_of_all_makers_say_what_a_step_does(words, value):
    assert {word: direction(word) for word in words.split()} == dict.fromkeys(words.split(), value)


def test_a_rest_after_a_charge_is_a_rest_and_other_words_say_nothing():
    assert direction("Rest after charge") == 0
    assert np.isnan(direction("Advance cycle"))


def test_states_are_words_not_numbers():
    assert are_states(["C", "D", "R", ""])
    assert not are_states(["1", "2"])
    assert not are_states(["first", "second"])
    parsed = parse_states(pa.array(["C", None, "D", "?", "R"], pa.string()))
    np.testing.assert_array_equal(parsed, [1, np.nan, -1, np.nan, 0])
