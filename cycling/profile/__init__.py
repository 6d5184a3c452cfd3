"""The profile language: text to tree, to exact program, to the rows that cyclers read.

`check_profile` says everything about a text. `parse` -> `resolve` -> `compile_rows` are its parts;
`render` is the way back. What a station can carry out is in `StationCapabilities`.
"""

from cycling.profile.check import Checked, check_profile
from cycling.profile.checks.capabilities import (
    INSTRUCTION_TABLE,
    OWN_PROTOCOL,
    WATTREX,
    StationCapabilities,
    check_station,
)
from cycling.profile.checks.ranges import check_ranges
from cycling.profile.checks.reach import BatteryLimits, Reach, Span, reach
from cycling.profile.checks.review import review
from cycling.profile.language.parser import Parsed, parse
from cycling.profile.language.render import render
from cycling.profile.language.tree import Profile
from cycling.profile.problems import Place, Problem
from cycling.profile.program.instructions import Program
from cycling.profile.program.resolve import Resolved, resolve
from cycling.profile.program.rows import (
    FlatRows,
    Row,
    RowOrigin,
    compile_rows,
    reference_rows,
    row_count,
)

__all__ = [
    "INSTRUCTION_TABLE",
    "OWN_PROTOCOL",
    "WATTREX",
    "BatteryLimits",
    "Checked",
    "FlatRows",
    "Parsed",
    "Place",
    "Problem",
    "Profile",
    "Program",
    "Reach",
    "Resolved",
    "Row",
    "RowOrigin",
    "Span",
    "StationCapabilities",
    "check_profile",
    "check_ranges",
    "check_station",
    "compile_rows",
    "parse",
    "reach",
    "reference_rows",
    "render",
    "resolve",
    "review",
    "row_count",
]
