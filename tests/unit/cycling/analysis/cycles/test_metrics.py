"""The catalogue of metrics has every number of a table, with unit and meaning."""

from dataclasses import fields

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Choices, Direction, Kind
from cycling.analysis.cycles.metrics import METRICS, Basis, by_basis, coulombic_convention
from cycling.analysis.cycles.sums import Half
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import Edge
from tests import golden

CASE = next(one for one in golden.cases() if one.name == "synthetic_half_cell_anode")
NO_METRIC = {"choices", "numbering", "first", "input", "number", "begin_s", "end_s"}
NO_METRIC |= {"charge", "discharge", "is_complete", "is_formation", "reference_ah"}
NO_METRIC |= {"rate_class", "charge_rate_class", "is_uneven", "has_capacity"}


def table(**choices) -> CycleTable:
    return cycle_table(CASE.steps(Edge.SPLIT, counted=False), Choices(**choices))


def test_every_number_of_the_table_is_in_it():
    names = [one.name for one in METRICS]
    assert len(set(names)) == len(names)
    assert {one.name for one in fields(CycleTable)} - NO_METRIC <= set(names)
    halves = {f"charge_{one.name}" for one in fields(Half)} - set(names)
    assert halves == {"charge_end_a", "charge_cv_ah", "charge_net_ah"}


@pytest.mark.parametrize("metric", METRICS, ids=[one.name for one in METRICS])
def test_each_has_its_column_and_its_words(metric):
    assert metric.of(table()).shape == (3,)
    assert metric.label
    assert metric.meaning


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "CE = 100 × Q discharge / Q charge (full cell)"),
        (
            {"kind": Kind.ANODE_HALF},
            "CE = 100 × Q charge / Q discharge (anode half cell: lithiation of the anode is its "
            "discharge)",
        ),
        (
            {"kind": Kind.SYMMETRIC},
            "CE = 100 × Q charge / Q discharge (symmetric: the discharge came first)",
        ),
        (
            {"kind": Kind.SYMMETRIC, "first": Direction.CHARGE},
            "CE = 100 × Q discharge / Q charge (symmetric: the charge came first)",
        ),
    ],
)
def test_the_convention_of_efficiency_is_said(choices, words):
    assert coulombic_convention(table(**choices)) == words


def test_charge_by_mass_area_and_nominal():
    choices, ah = Choices(mass_g=0.01, area_cm2=1.5, capacity_ah=0.003), np.array([0.0015])
    found = [by_basis(ah, basis, choices) for basis in Basis]
    assert [(float(values[0]), unit) for values, unit in found] == [
        (pytest.approx(0.0015), "Ah"),
        (pytest.approx(150.0), "mAh/g"),
        (pytest.approx(1.0), "mAh/cm²"),
        (pytest.approx(50.0), "%"),
    ]
    assert np.isnan(by_basis(ah, Basis.MASS, Choices())[0]).all()
