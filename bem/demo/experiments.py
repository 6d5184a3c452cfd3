"""What the demo's stations run: profiles as text, and which battery runs which where."""

from dataclasses import dataclass

AGEING = """\
SAFETY TEMPERATURE {temperatures}
RECORD 25s 50mV
WAIT, 10min
REPEAT {cycles} CYCLES
  CC, {charge}, VOLTAGE, {high}
  CV, {high}, CURRENT, {full}
  WAIT, 10min
  CC, -{charge}, VOLTAGE, {low}
  WAIT, 10min
END
"""
PULSES = """\
SAFETY VOLTAGE {low_safe} {high_safe} TEMPERATURE 0 55
RECORD 10s 10mV
CC, C/2, VOLTAGE, {high}
CV, {high}, CURRENT, C/20
WAIT, 1h
REPEAT 9
  CC, -C/2, TIME, 12min
  WAIT, 30min
  CC, -1C, TIME, 30s
  WAIT, 5min
  CC, C/2, TIME, 1min
  WAIT, 5min
END
CC, -C/2, VOLTAGE, {low}
WAIT, 30min
"""


@dataclass(frozen=True)
class DemoExperiment:
    """An experiment of the demo: where, on what, and its profile for the library."""

    token: str
    station: str
    battery: str
    name: str
    description: str
    profile: str
    text: str


def _ageing(
    cycles: int, charge: str, full: str, low: str, high: str, temperatures: str = "0 55"
) -> str:
    return AGEING.format(
        cycles=cycles, charge=charge, full=full, low=low, high=high, temperatures=temperatures
    )


# In the order in which they are queued.
DEMO_EXPERIMENTS = (
    DemoExperiment(
        "demo-1a",
        "Station 01",
        "NMC-021",
        "NMC-021 cycle life 1C",
        "1C between 2.75 and 4.2 V, charge held down to C/20.",
        "NMC cycle life 1C, 100 cycles",
        _ageing(100, "1C", "C/20", "2.75", "4.2"),
    ),
    DemoExperiment(
        "demo-1b",
        "Station 01",
        "NMC-021",
        "NMC-021 pulses after ageing",
        "Discharge pulses of 30 s at 1C every 10 % of the capacity.",
        "NMC pulses 30 s every 10 %",
        PULSES.format(low="2.75", high="4.2", low_safe="2.5", high_safe="4.3"),
    ),
    DemoExperiment(
        "demo-2a",
        "Station 02",
        "LA-005",
        "LA-005 cycles C/5",
        "C/5 between 10.5 and 14.4 V, charge held down to C/50.",
        "Gel cycles C/5, 60 cycles",
        _ageing(60, "C/5", "C/50", "10.5", "14.4", "-10 50"),
    ),
    DemoExperiment(
        "demo-2b",
        "Station 02",
        "LA-005",
        "LA-005 capacity C/20",
        "Two discharges in 20 h.",
        "Gel capacity C/20, 2 cycles",
        _ageing(2, "C/20", "C/50", "10.5", "14.4", "-10 50"),
    ),
    DemoExperiment(
        "demo-3a",
        "Station 03",
        "STK-C4",
        "STK-C4 cycles 80 mA/cm2",
        "8 A between 3.6 and 6.4 V.",
        "Stack 8 A, 300 cycles",
        _ageing(300, "8", "1.6", "3.6", "6.4", "5 45"),
    ),
    DemoExperiment(
        "demo-3b",
        "Station 03",
        "STK-C4",
        "STK-C4 cycles 120 mA/cm2",
        "12 A between 3.6 and 6.4 V.",
        "Stack 12 A, 20 cycles",
        _ageing(20, "12", "2.4", "3.6", "6.4", "5 45"),
    ),
    DemoExperiment(
        "demo-4a",
        "Station 04",
        "LFP-012",
        "LFP-012 cycle life C/2",
        "C/2 between 2.5 and 3.6 V, charge held down to C/20.",
        "LFP cycle life C/2, 200 cycles",
        _ageing(200, "C/2", "C/20", "2.5", "3.6"),
    ),
    DemoExperiment(
        "demo-4b",
        "Station 04",
        "LFP-012",
        "LFP-012 capacity check 1C",
        "Two cycles at 1C.",
        "LFP capacity check 1C, 2 cycles",
        _ageing(2, "1C", "C/20", "2.5", "3.6"),
    ),
    DemoExperiment(
        "demo-5a",
        "Station 05",
        "NCA-006",
        "NCA-006 capacity check C/2",
        "Two cycles at C/2, as soon as somebody confirms that the cell is connected.",
        "NCA capacity check C/2, 2 cycles",
        _ageing(2, "C/2", "C/20", "2.75", "4.2"),
    ),
)
