"""The profile language: text to tree, to exact program, to the rows that cyclers read.

`check_profile` says everything about a text. `parse` -> `resolve` -> `compile_rows` are its parts;
`language.render` is the way back. What a station can carry out is in `StationCapabilities`.
"""

from cycling.profile.check import check_profile
from cycling.profile.checks.capabilities import (
    INSTRUCTION_TABLE,
    OWN_PROTOCOL,
    WATTREX,
    StationCapabilities,
    check_station,
)
from cycling.profile.checks.reach import BatteryLimits, Reach, Span, reach
from cycling.profile.language.parser import parse
from cycling.profile.language.tree import Profile
from cycling.profile.problems import Problem
from cycling.profile.program.instructions import Program
from cycling.profile.program.resolve import resolve
from cycling.profile.program.rows import (
    compile_rows,
    reference_rows,
    row_count,
)

__all__ = [
    "INSTRUCTION_TABLE",
    "OWN_PROTOCOL",
    "WATTREX",
    "BatteryLimits",
    "Problem",
    "Profile",
    "Program",
    "Reach",
    "Span",
    "StationCapabilities",
    "check_profile",
    "check_station",
    "compile_rows",
    "parse",
    "reach",
    "reference_rows",
    "resolve",
    "row_count",
]
