"""File names of exports."""

import pytest

from db.measures.export import CsvChoice, csv_file_name


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("Ageing 1C", "7-Ageing-1C.bdf.csv"),
        ("Ölzelle (größer)", "7-Olzelle-groer.bdf.csv"),
        ("../../etc/passwd", "7-etc-passwd.bdf.csv"),
        ("=cmd()", "7-cmd.bdf.csv"),
        ('a"; filename="b.exe', "7-a-filename-b.exe.bdf.csv"),
        ("a\r\nX-Evil: 1", "7-a-X-Evil-1.bdf.csv"),
        ("🔋", "7-experiment.bdf.csv"),
        (" . - ", "7-experiment.bdf.csv"),
    ],
)
def test_only_plain_letters_reach_a_header(name: str, file_name: str):
    assert csv_file_name(7, name) == file_name


@pytest.mark.parametrize("choice", [CsvChoice(["voltage"]), CsvChoice(between=(0, 1))])
def test_a_part_of_an_experiment_is_not_taken_for_the_whole(choice: CsvChoice):
    assert csv_file_name(7, "Ageing", choice) == "7-Ageing-part.bdf.csv"
