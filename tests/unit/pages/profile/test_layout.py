"""Words, kinds, files and differences of the profile pages."""

import pytest

from cycling.errors import InputError
from cycling.profile import check_profile
from cycling.profile.summary import Extent, summarised, text_problems
from pages.profile.battery_kinds import BatteryChoice, battery_choice, suited
from pages.profile.check import checked
from pages.profile.files import exported, file_name, text_of_file
from pages.profile.labels import extent_words, problem_words
from pages.profile.layout import difference
from tests.sample_profiles import sample_profiles
from tests.unit.components.tree import find, text

CYCLE = "CC, C/2, VOLTAGE, 4.2\nCC, -1C, VOLTAGE, 2.7\n"


@pytest.mark.parametrize(
    ("extent", "words"),
    [
        (Extent(2.5, 4.2, "V"), "2.5 to 4.2 V"),
        (Extent(4.2, 4.2, "V"), "4.2 V"),
        (Extent(-1.0, 0.5, "C"), "−1C to 0.5C"),
        (Extent(0.0, 0.5, "C"), "0 to 0.5C"),
        (Extent(None, None, "A"), "not bounded"),
        (Extent(None, 4.2, "V"), "up to 4.2 V, else not bounded"),
        (Extent(-1.0, None, "C"), "from −1C, else not bounded"),
        (None, "rests only"),
    ],
)
def test_a_range_in_words(extent, words):
    assert extent_words(extent, "rests only") == words


def test_problems_in_words():
    assert problem_words(()) == "No errors"
    assert problem_words(text_problems("WAIT, 1\nGO\nGO\n")) == (
        "2 errors in the profile, lines 2 and 3"
    )
    assert problem_words(text_problems("GO\n")) == "1 error in the profile, line 1"
    many = problem_words(text_problems("GO\n" * 9))
    assert many == "9 errors in the profile, lines 1 to 9"
    assert problem_words(text_problems("CC, 1, TIME, 60\n")) == "1 warning"


class TestKinds:
    @pytest.mark.parametrize(
        ("high", "low", "kind", "cells"),
        [
            (4.2, 2.5, "NMC", 1),
            (3.6, 2.0, "LFP", 1),
            (14.4, 10.5, "LeadAcid", 6),
            (6.4, 3.6, "RedoxStack", 4),
            (16.8, 10.0, "NMC", 4),
        ],
    )
    def test_the_kind_whose_range_is_nearest(self, high, low, kind, cells):
        found = suited(summarised(f"CC, C/2, VOLTAGE, {high}\nCC, -C/2, VOLTAGE, {low}\n"))
        assert (found.kind, found.cells) == (kind, cells)

    def test_the_samples_are_drawn_for_what_they_are_meant_for(self):
        kinds = [suited(summarised(one.text)).kind for one in sample_profiles()]
        assert kinds == ["LFP", "LeadAcid", "NMC", "RedoxStack", "NMC"]

    def test_absolute_currents_suggest_a_capacity(self):
        found = suited(summarised("CC, 8, VOLTAGE, 6.4\nCC, -8, VOLTAGE, 3.6\n"))
        assert found.capacity_ah == 16

    @pytest.mark.parametrize(
        "given",
        [
            (None, None, None),
            ("XYZ", "0", "-1"),
            (["NMC"], "1.5", "nan"),
            ("<b>", "10000000", "1e99"),
            ({}, True, "inf"),
            ("", "abc", ""),
        ],
    )
    def test_what_makes_no_sense_in_an_address_counts_nothing(self, given):
        otherwise = BatteryChoice("LFP", 4, 3.3)
        assert battery_choice(*given, otherwise=otherwise) == otherwise

    def test_what_makes_sense_counts(self):
        assert battery_choice(
            "NCA", "2", "4.8", otherwise=BatteryChoice("LFP", 4, 3.3)
        ) == BatteryChoice("NCA", 2, 4.8)


class TestFiles:
    def test_a_text_is_taken_as_it_is(self):
        found = text_of_file({"name": "a.txt", "text": "WAIT, 1\nGO\n"})
        assert (found.text, found.words) == ("WAIT, 1\nGO\n", "a.txt is in the editor.")

    def test_pybamm_is_recognised_and_its_sign_turned(self):
        found = text_of_file(
            {"name": "a.py", "text": "Discharge at 1C until 2.5 V\nRest for 10 minutes\n"}
        )
        assert found.text.splitlines()[0] == "CC, -1C, VOLTAGE, 2.5"
        assert "PyBaMM" in found.words

    def test_what_cannot_be_expressed_is_said_with_its_line(self):
        given = {"name": "a.py", "text": "Rest for 1 hour\nDischarge at drive cycle\n"}
        with pytest.raises(
            InputError, match=r"a\.py cannot be read as a PyBaMM experiment: line 2"
        ):
            text_of_file(given)

    @pytest.mark.parametrize("text", ['{"a": 1}', "{", "[1", '{"method": 3}'])
    def test_json_that_is_no_protocol_is_refused_in_words(self, text):
        if not text.startswith("{"):
            assert text_of_file({"name": "a.json", "text": text}).text == text
            return
        with pytest.raises(InputError, match=r"a\.json cannot be read as a unicycler protocol"):
            text_of_file({"name": "a.json", "text": text})

    @pytest.mark.parametrize("given", [None, 3, [], {}, {"text": 3}, {"name": "a", "text": " \n"}])
    def test_no_file_is_said(self, given):
        with pytest.raises(InputError, match=r"Choose"):
            text_of_file(given)

    def test_rows_are_those_of_the_command_line(self):
        program = check_profile(CYCLE, 2.0).program
        assert exported("rows", CYCLE, program).splitlines() == [
            "InstrID,Mode,SetPoint,LimitType,LimitPoint",
            "1,CC_MODE,1000,VOLTAGE,4200",
            "2,CC_MODE,-2000,VOLTAGE,2700",
        ]

    def test_other_languages_come_back_the_same(self):
        for kind, name in (("pybamm", "a.py"), ("unicycler", "a.json")):
            out = exported(kind, CYCLE, check_profile(CYCLE, 2.0).program)
            assert text_of_file({"name": name, "text": out}).text.count("VOLTAGE") == 2, out

    def test_what_another_language_cannot_say_is_refused(self):
        with pytest.raises(InputError, match="Unicycler JSON: line 1"):
            exported("unicycler", "CP, -1, VOLTAGE, 2.5\n", None)

    def test_names_of_files_are_plain(self):
        assert file_name("../Ageing 1C <b>", 3, "text") == "Ageing-1C-b-v3.txt"
        assert file_name("🔋", 1, "rows") == "profile-v1.csv"


class TestDifference:
    def test_lines_are_marked_by_sign_and_colour(self):
        shown = difference("WAIT, 1\nWAIT, 2\n", "WAIT, 1\nWAIT, 3\n")
        assert [text(one) for one in find(shown, className="ln add")] == ["+WAIT, 3"]
        assert [text(one) for one in find(shown, className="ln del")] == ["−WAIT, 2"]
        assert [text(one) for one in find(shown, className="ln")] == ["WAIT, 1"]

    def test_the_same_is_said(self):
        assert text(difference(CYCLE, CYCLE)) == "Both versions say the same."


@pytest.mark.parametrize("sample", sample_profiles(), ids=lambda one: one.name)
def test_the_sample_profiles_are_without_errors_and_warnings(sample):
    found = suited(summarised(sample.text))
    found_in = check_profile(sample.text, found.capacity_ah)
    assert [one.sentence for one in found_in.problems] == []
    assert len(sample.name) <= 40


@pytest.mark.parametrize("sample", sample_profiles(), ids=lambda one: one.name)
def test_the_sample_profiles_run_to_their_end(sample):
    found = suited(summarised(sample.text))
    view = checked(sample.text, battery=found.battery, capacity_ah=found.capacity_ah)
    assert view.curve.complete
    assert view.curve.is_known
