"""Five profiles that laboratories run every day, for a library that is not empty."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from db.commands.audit import By
from db.commands.profiles import save_profile
from db.engine import Database

BY = partial(By, "demo", "demo")


@dataclass(frozen=True)
class SampleProfile:
    """A profile of the library and how many days ago it was written."""

    name: str
    description: str
    text: str
    days_ago: int


CYCLE_LIFE = """\
# Cycle life of an 18650 NMC cell: charge C/2 with CV, discharge 1C
SAFETY VOLTAGE 2.45 4.25 TEMPERATURE 0 50
RECORD 10s 10mV
WAIT, 10min
REPEAT 100 CYCLES
  CC, 0.5C, VOLTAGE, 4.18
  CV, 4.18, CURRENT, C/20, TIME, 2h    # whichever comes first
  WAIT, 10min
  CC, -1C, VOLTAGE, 2.75
  WAIT, 10min
END
CC, 0.5C, CAPACITY, 50%, VOLTAGE, 4.18  # half full for storage
"""
CAPACITY_CHECK = """\
# Capacity of an LFP cell at C/5, the second cycle counts
SAFETY TEMPERATURE 0 50
RECORD 30s 5mV
REPEAT 2 CYCLES
  CC, C/5, VOLTAGE, 3.6
  CV, 3.6, CURRENT, C/50
  WAIT, 1h
  CC, -C/5, VOLTAGE, 2.5
  WAIT, 1h
END
"""
PULSES = """\
# Resistance against state of charge: pulses of 10 s every tenth of the capacity
SAFETY VOLTAGE 2.45 4.25 TEMPERATURE 0 50
RECORD 1s 2mV
CC, C/2, VOLTAGE, 4.18
CV, 4.18, CURRENT, C/20
WAIT, 1h
REPEAT 9
  CC, -C/2, CAPACITY, 10%, VOLTAGE, 2.75
  WAIT, 1h
  CC, -1C, TIME, 10s, VOLTAGE, 2.75
  WAIT, 40s
  CC, 0.75C, TIME, 10s, VOLTAGE, 4.18
  WAIT, 10min
END
CC, -C/2, VOLTAGE, 2.75
"""
LEAD_ACID = """\
; Capacity of a 12 V lead-acid battery in 20 h (C20), 3 times
RECORD 1min 20mV
REPEAT 3 CYCLES
  CC, C/10, VOLTAGE, 14.4
  CV, 14.4, CURRENT, C/100, TIME, 8h
  WAIT, 2h
  CC, -C/20, VOLTAGE, 10.5
  WAIT, 1h
END
"""
REDOX_FLOW = """\
# Vanadium stack of 4 cells: efficiencies at two currents
SAFETY VOLTAGE 3.2 6.7 TEMPERATURE 5 40
RECORD 5s 20mV
REPEAT 5 CYCLES
  CC, 8, VOLTAGE, 6.4
  WAIT, 2min
  CC, -8, VOLTAGE, 3.6
  WAIT, 2min
END
REPEAT 5 CYCLES
  CC, 4, VOLTAGE, 6.4
  WAIT, 2min
  CC, -4, VOLTAGE, 3.6
  WAIT, 2min
END
"""


def sample_profiles() -> tuple[SampleProfile, ...]:
    """Return them, the oldest first."""
    return (
        SampleProfile("Capacity C/5, LFP", "Two full cycles", CAPACITY_CHECK, 190),
        SampleProfile("Lead-acid C20", "Capacity of 12 V batteries in 20 h", LEAD_ACID, 160),
        SampleProfile("Pulses 10 s, NMC", "Resistance every 10 % of the capacity", PULSES, 92),
        SampleProfile("Redox-flow 8 A and 4 A", "Stack of 4 vanadium cells", REDOX_FLOW, 61),
        SampleProfile("Cycle life 1C, NMC", "CC-CV, 100 cycles", CYCLE_LIFE, 30),
    )


def add_sample_profiles(database: Database, now: datetime) -> int:
    """Add the profiles to the library; return how many. Those that are there stay as they are."""
    for sample in sample_profiles():
        save_profile(
            database,
            name=sample.name,
            description=sample.description,
            text=sample.text,
            by=BY(now - timedelta(days=sample.days_ago)),
        )
    return len(sample_profiles())
