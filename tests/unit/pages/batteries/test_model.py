"""The page of a model: its cells, their mean and spread, outliers by the rule that it states."""

import numpy as np
import pytest

from db.models import BatteryLife
from tests.unit.components.tree import of_type, text

CAPACITIES = [2.80, 2.81, 2.79, 2.80, 2.20]


@pytest.fixture
def cells(lab, store) -> list[int]:
    ids = [lab.battery(f"Cell {n}", serial_number=str(n)) for n in range(len(CAPACITIES))]
    with store.write() as session:
        for id_, capacity_ah in zip(ids, CAPACITIES, strict=True):
            session.add(
                BatteryLife(
                    battery_id=id_,
                    experiments=1,
                    pending=0,
                    cycles=100,
                    last_capacity_ah=capacity_ah,
                    retention_pct=None,
                    equivalent_full_cycles=None,
                    resistance_ohm=None,
                )
            )
    lab.battery("Without numbers", serial_number="w")
    lab.battery("Of another model", model="M2")
    return ids


def rows(page) -> list[list[str]]:
    return [[text(cell) for cell in row["props"]["children"]] for row in of_type(page, "Tr")][1:]


def test_its_cells_with_mean_and_spread_and_the_outlier(vera, cells):
    page = vera.open("/model", "?manufacturer=Maker&model=M1")
    every, *each = rows(page)
    assert every[0] == "Alln = 6"
    mean, deviation = np.mean(CAPACITIES), np.std(CAPACITIES, ddof=1)
    assert every[1] == f"{mean:.2f} ± {deviation:.2f} n = 5"
    assert every[2] == "–"
    assert [row[0] for row in each] == [*(f"Cell {n}" for n in range(5)), "Without numbers"]
    assert [row[6] for row in each] == [
        "2.8000",
        "2.8100",
        "2.7900",
        "2.8000",
        "outlier 2.2000",
        "–",
    ]
    assert "Outlier: farther from the median of all cells than 3.5 times 1.4826 times" in text(page)


def test_it_goes_on_with_the_pulse(vera, cells, store):
    with store.write() as session:
        session.get_one(BatteryLife, cells[4]).last_capacity_ah = 2.82
    model = {"batteries-model.data": ["Maker", "M1"]}
    answer = vera.call("batteries-model-cells.children", model, by="shell-pulse.data")
    assert "outlier" not in text(answer["batteries-model-cells.children"]).split("Outlier")[0]


@pytest.mark.parametrize("query", ["", "?manufacturer=x&model=y", "?model=" + "m" * 500])
def test_what_there_is_not_is_said(vera, query):
    page = vera.open("/model", query)
    assert "No battery is of the model" in text(page) or "No model is named." in text(page)


def test_a_battery_leads_to_its_model(vera, cells):
    page = vera.open(f"/batteries/{cells[0]}")
    hrefs = [link["props"].get("href") for link in of_type(page, "Link")]
    assert "/model?manufacturer=Maker&model=M1" in hrefs
