"""The columns of a file, with few and with thousands of them."""

from dataclasses import replace

from cycling.formats import Column, Field, Mapping
from pages.import_experiment.columns import columns_table, columns_text, zone_options
from pages.import_experiment.mapping import MAX_COLUMNS
from tests.unit.components.tree import classes, nested_lists, of_type, text, walk
from tests.unit.pages.files import MAPPING

MARKUP = "<img src=x onerror=alert(1)>"


def many_columns(count: int) -> Mapping:
    columns = [
        Column(index, f"Extra {index} / degC", Field.EXTENDED, "degC", f"Extra {index}")
        for index in range(count)
    ]
    columns[count - 1] = replace(columns[count - 1], field=Field.VOLTAGE, unit="V")
    return Mapping("Table", tuple(columns))


def rows(table) -> list[dict]:
    (body,) = of_type(table, "Tbody")
    return of_type(body, "Tr")


def test_every_column_has_a_row_with_its_first_value():
    table = columns_table(MAPPING, ["0", "3.0", "1.0"])
    assert nested_lists(table) == []
    cells = [[text(cell) for cell in of_type(row, "Td")] for row in rows(table)]
    assert [(one[0], one[1], one[4]) for one in cells] == [
        ("Test Time / s", "0", "Test Time / s"),
        ("Voltage / V", "3.0", "Voltage / V"),
        ("Current / A", "1.0", "Current / A"),
        ("Note", "", ""),
    ]


def test_every_control_of_a_column_has_a_label_of_its_own():
    table = columns_table(MAPPING, [])
    labels = [node["props"]["html_for"] for node in of_type(table, "Label")]
    assert len(set(labels)) == len(labels) == 2 * len(MAPPING.columns)
    assert all(isinstance(label, str) for label in labels)


def test_a_unit_is_chosen_or_typed_or_not_asked_for():
    table = columns_table(many_columns(3), [])
    voltage, extended, _ = rows(table)
    (select,) = [one for one in of_type(voltage, "Select") if one["props"]["value"] == "V"]
    units = [option["value"] for option in select["props"]["options"]]
    assert units == list(Field.VOLTAGE.units)
    (typed,) = of_type(extended, "Input")
    assert (typed["props"]["value"], typed["props"]["maxLength"]) == ("degC", 20)
    ignored = rows(columns_table(MAPPING, []))[-1]
    assert "d-none" in classes(ignored)


def test_of_two_thousand_columns_the_important_ones_are_shown():
    mapping = many_columns(2000)
    table = columns_table(mapping, ["1"] * 2000)
    shown = rows(table)
    assert len(shown) == MAX_COLUMNS
    assert text(of_type(shown[0], "Td")[0]) == "Extra 1999 / degC"  # the voltage
    assert f"and {2000 - MAX_COLUMNS} further columns as recognised" in text(table)
    assert columns_text(mapping) == "2000 of 2000 imported"


def test_columns_without_a_label_are_called_by_their_number():
    mapping = Mapping("Table", (Column(0, "", Field.VOLTAGE, "V", "x"),))
    table = columns_table(mapping, [])
    assert text(of_type(table, "Td")[0]) == "#1"


def test_labels_with_markup_stay_text():
    mapping = Mapping("Table", (Column(0, MARKUP, Field.EXTENDED, "<u>", MARKUP),))
    table = columns_table(mapping, [MARKUP])
    first, value, *_ = of_type(table, "Td")
    assert (text(first), text(value)) == (MARKUP, MARKUP)
    assert "Img" not in {node["type"] for node in walk(table)}


def test_ignored_columns_do_not_count_as_imported():
    assert columns_text(MAPPING) == "3 of 4 imported"


def test_the_zones_begin_with_utc():
    zones = zone_options()
    assert zones[0] == "UTC"
    assert {"Europe/Madrid", "America/St_Johns"} <= set(zones)
    assert len(zones) == len(set(zones))
