"""Measures as series: a columnar copy of the row tables, and the one way to read them."""

from db.series.channels import CURRENT, POWER, VOLTAGE, ChannelInfo
from db.series.experiment import (
    BeingPreparedError,
    ExperimentSeries,
    MeasureTable,
    Series,
    Trace,
    opened,
    stream,
)
from db.series.moments import Moments
from db.series.store import catch_up, compare, forget, rebuild, reconcile
