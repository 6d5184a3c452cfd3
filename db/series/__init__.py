"""Measures as series: a columnar copy of the row tables, and the one way to read them."""

from db.series.channels import CURRENT, POWER, VOLTAGE, ChannelInfo
from db.series.checksums import Damage, DamagedError
from db.series.experiment import (
    BeingPreparedError,
    ExperimentSeries,
    Series,
    Trace,
    opened,
)
from db.series.integrity import check, compare, repair, verify
from db.series.moments import Moments
from db.series.store import catch_up, forget
from db.series.tables import MeasureTable, stream
from db.series.upkeep import reconcile
