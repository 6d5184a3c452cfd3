"""Reading measures from cyclers' files, and writing our own CSV.

`open_table` -> `propose` -> `apply_options` -> `verify` -> `read_measures`. The reading of whole
files (and with it pyarrow) is loaded when it is first used.
"""

from cycling.formats.checks.battery import BatteryLimits, battery_problems
from cycling.formats.checks.verification import Verification
from cycling.formats.checks.verify import verify
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.options import apply_options
from cycling.formats.measures import Block, read_measures
from cycling.formats.opening import open_table, propose
from cycling.formats.text.table import TextTable
from cycling.formats.write import csv_header, csv_rows

__all__ = [
    "BatteryLimits",
    "Block",
    "Column",
    "Field",
    "Mapping",
    "TextTable",
    "Verification",
    "apply_options",
    "battery_problems",
    "csv_header",
    "csv_rows",
    "open_table",
    "propose",
    "read_measures",
    "verify",
]
