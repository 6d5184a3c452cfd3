"""By what compared experiments are grouped."""

from cycling.terms import ExperimentStatus
from db.queries.experiments.compared import ComparedExperiment
from pages.experiments.compare.groups import GROUPS, grouped
from tests.unit.db.lab import cell


def experiment(id_: int, tags=(), owner="", **battery) -> ComparedExperiment:
    return ComparedExperiment(
        id_,
        f"E{id_}",
        ExperimentStatus.FINISHED,
        id_,
        cell(**battery),
        "Station 04",
        "Ageing",
        tags,
        owner,
    )


def test_groups_stand_in_the_order_of_their_names_and_what_is_not_known_last():
    every = [
        experiment(1, chemistry="NMC"),
        experiment(2, chemistry=None),
        experiment(3, chemistry="LFP"),
        experiment(4, chemistry="NMC"),
    ]
    assert grouped(every, "chemistry") == {"LFP": [2], "NMC": [0, 3], "not known": [1]}
    assert grouped(every, "all") == {"All": [0, 1, 2, 3]}


def test_cells_of_the_same_tags_are_a_group():
    every = [
        experiment(1, ("Campaign 7", "fast")),
        experiment(2, ("Campaign 7",)),
        experiment(3),
        experiment(4, ("Campaign 7", "fast")),
        experiment(5, ("no tag",)),  # a tag of this name is another group
    ]
    groups = grouped(every, "tag")
    assert list(groups.items()) == [
        ("Campaign 7", [1]),
        ("Campaign 7, fast", [0, 3]),
        ("“no tag”", [4]),
        ("no tag", [2]),
    ]


def test_every_grouping_reads_an_experiment():
    one = experiment(1, ("Campaign 7",), "vera", active_mass_g=0.012, chemistry="NMC")
    assert {name: of.of(one) for name, of in GROUPS.items()} == {
        "all": "All",
        "battery": "Cell 1 (SN 001)",
        "model": "LG M50",
        "chemistry": "NMC",
        "kind": "full cell",
        "technology": "Lithium",
        "capacity": "5 Ah",
        "mass": "12 mg",
        "electrolyte": "",
        "tag": "Campaign 7",
        "owner": "vera",
        "profile": "Ageing",
        "station": "Station 04",
    }
