"""The laboratory's figures in the form that Prometheus reads."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from cycling.errors import BemError
from dashboard.health import BEATS_WITHIN_S, DatabaseProbe
from db.queries.master_node import Figures, MasterNode
from db.terms import broker_trouble

CONTENT_TYPE: str = CONTENT_TYPE_LATEST


def metrics_text(probe: DatabaseProbe, read: Callable[[], Figures], data_dir: Path) -> bytes:
    """Read the figures and write them down."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Scrape(probe, read, data_dir))
    return generate_latest(registry)


class _Scrape(Collector):
    """One answer; without a database it says that, and nothing else of it."""

    def __init__(self, probe: DatabaseProbe, read: Callable[[], Figures], data_dir: Path) -> None:
        self._probe, self._read, self._data_dir = probe, read, data_dir

    def collect(self) -> Iterator[Metric]:
        """Yield everything that is known."""
        yield from self._folder()
        figures = self._figures() if self._probe.works() else None
        yield _one("bem_database_up", "Whether the database answers.", figures is not None)
        if figures is None:
            return
        yield _one("bem_database_seconds", "Time of a small query.", self._probe.seconds)
        yield from _laboratory(figures)
        yield from _work(figures)
        yield from _master_node(figures.leader)

    def _figures(self) -> Figures | None:
        try:
            return self._read()
        except (BemError, SQLAlchemyError):
            return None

    def _folder(self) -> Iterator[Metric]:
        try:
            free = shutil.disk_usage(self._data_dir).free
        except OSError:
            return
        yield _one("bem_data_folder_free_bytes", "Free on the disk of the data folder.", free)


def _laboratory(figures: Figures) -> Iterator[Metric]:
    states = {state.value: count for state, count in figures.stations.items()}
    yield _by("bem_stations", "Stations, as the Monitor shows them.", "state", states)
    yield _one("bem_alarms_open", "Alarms that nobody has acknowledged.", figures.alarms)
    yield _one("bem_units", "Computational units that are known.", figures.units)
    yield _one("bem_units_online", "Those that are connected.", figures.units_online)


def _work(figures: Figures) -> Iterator[Metric]:
    states = {state.value: count for state, count in figures.jobs.items()}
    yield _by("bem_jobs", "Tasks of workers.", "state", states)
    yield _one(
        "bem_jobs_oldest_queued_seconds", "Age of the first that waits.", figures.oldest_job_s
    )
    yield _one("bem_workers", "Workers that have beaten within a minute.", figures.workers)
    refused = CounterMetricFamily(
        "bem_messages_refused", "Messages of units that were not taken.", labels=["kind"]
    )
    for kind, count in sorted(figures.refused.items()):
        refused.add_metric([kind], count)
    yield refused


def _master_node(leader: MasterNode | None) -> Iterator[Metric]:
    beats = leader is not None and leader.silent_s <= BEATS_WITHIN_S
    yield _one("bem_master_node_up", "Whether a master node leads and beats.", beats)
    if leader is None:
        return
    says = leader.detail
    connected = beats and not broker_trouble(says)
    yield _one(
        "bem_broker_connected",
        "Whether the master node has its broker.",
        connected,
    )
    yield _one("bem_master_node_beat_age_seconds", "Since its last sign of life.", leader.silent_s)
    yield _one("bem_master_node_standbys", "Master nodes that wait to take over.", leader.standbys)
    yield _one(
        "bem_master_node_standbys_without_broker",
        "Those that could not: the broker does not take them in.",
        leader.without_broker,
    )
    yield _one("bem_master_node_queue", "Messages that it has yet to store.", says.get("queue", 0))
    yield CounterMetricFamily(
        "bem_samples_stored", "Stored since this master node leads.", says.get("stored", 0)
    )


def _one(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, float(value))


def _by(name: str, what: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
