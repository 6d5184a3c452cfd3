"""Measures as series: a columnar copy of the row tables, and the one way to read them."""

from db.series.reading import (
    CURRENT,
    POWER,
    VOLTAGE,
    BeingPreparedError,
    ChannelInfo,
    MeasureTable,
    Series,
    Trace,
    channels,
    prepared,
    read,
    tables,
    time_range,
)
from db.series.store import catch_up, compare, forget, last_id, rebuild, revision, settle

__all__ = [
    "CURRENT",
    "POWER",
    "VOLTAGE",
    "BeingPreparedError",
    "ChannelInfo",
    "MeasureTable",
    "Series",
    "Trace",
    "catch_up",
    "channels",
    "compare",
    "forget",
    "last_id",
    "prepared",
    "read",
    "rebuild",
    "revision",
    "settle",
    "tables",
    "time_range",
]
