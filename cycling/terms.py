"""The field's fixed words, as the database stores them."""

from enum import StrEnum


class Technology(StrEnum):
    """What kind of battery; each has fields of its own."""

    LITHIUM = "Lithium"
    LEAD_ACID = "LeadAcid"
    REDOX_STACK = "RedoxStack"

    @property
    def word(self) -> str:
        """What people call it; the values are the database's."""
        return {"LeadAcid": "Lead-acid", "RedoxStack": "Redox-flow"}.get(self.value, self.value)


class LithiumChemistry(StrEnum):
    """What a lithium or sodium cell is called after: an electrode, or the ion."""

    NMC = "NMC"
    NCA = "NCA"
    LMO = "LMO"
    LFP = "LFP"
    LCO = "LCO"
    LNMO = "LNMO"
    LTO = "LTO"
    NA_ION = "Na-ion"
    OTHER = "Other"


class LeadAcidChemistry(StrEnum):
    """Electrolyte of a lead-acid battery."""

    LIQUID = "Liquid"
    GEL = "Gel"
    AGM = "AGM"
    OTHER = "Other"


class BipolarType(StrEnum):
    """Bipolar plate of a redox-flow stack."""

    PAPYEX_MERSEN = "Papyex Mersen"
    COMPOSITE_SCHUNK = "Composite Schunk"
    GRAPHITE = "Graphite"
    OTHER = "Other"


class MembraneType(StrEnum):
    """Membrane of a redox-flow stack."""

    FUMASEP_ANIONIC = "Fumasep-Anionic"
    FUMASEP_CATIONIC = "Fumasep-Cathionic"  # the old database spells it so
    NAFION = "Nafion"
    VANADION = "Vanadion"
    PEEK = "PEEK"
    OTHER = "Other"


class ElectrolyteType(StrEnum):
    """Electrolyte chemistry of a redox-flow stack."""

    ALL_VANADIUM = "All-vanadium"
    ALL_IRON = "All-iron"
    VANADIUM_BASED = "Vanadium-based"
    IRON_BASED = "Iron-based"
    OTHER = "Other"


class Polarity(StrEnum):
    """Side of a redox-flow stack that an electrolyte feeds."""

    POSITIVE = "POS"
    NEGATIVE = "NEG"


class ExperimentStatus(StrEnum):
    """The five values that the cyclers know."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    ERROR = "ERROR"
    PAUSED = "PAUSED"
    QUEUED = "QUEUED"


UNDER_WAY = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)
NOT_ENDED = (*UNDER_WAY, ExperimentStatus.QUEUED)
ENDED = (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)


class ExperimentState(StrEnum):
    """What people call the state of an experiment; what has not begun has no row for cyclers."""

    DRAFT = "draft"
    HELD = "held"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    ERROR = "error"
    CANCELLED = "cancelled"


def state_of(status: ExperimentStatus, end_reason: str) -> ExperimentState:
    """Return the state of an experiment that cyclers know of; `end_reason` "" if it ran through."""
    if status is ExperimentStatus.FINISHED and end_reason.strip():
        return ExperimentState.STOPPED
    return ExperimentState(status.value.lower())


class DeviceType(StrEnum):
    """What a device of a station is."""

    SOURCE = "Source"
    BISOURCE = "BiSource"
    LOAD = "Load"
    METER = "Meter"
    EPC = "Epc"
    BMS = "Bms"
    BK = "Bk"
    FLOW = "Flow"


class Mode(StrEnum):
    """How a station drives the battery during an instruction."""

    WAIT = "WAIT"
    CC = "CC_MODE"
    CV = "CV_MODE"
    CP = "CP_MODE"


class LimitType(StrEnum):
    """What ends an instruction."""

    TIME = "TIME"
    VOLTAGE = "VOLTAGE"
    CURRENT = "CURRENT"
    POWER = "POWER"


class PowerMode(StrEnum):
    """Mode of a measure; the order is that of the old database."""

    DISABLE = "DISABLE"
    WAIT = "WAIT"
    CC = "CC_MODE"
    CV = "CV_MODE"
    CP = "CP_MODE"


class DeviceStatus(StrEnum):
    """State that a device reports with each sample."""

    OK = "OK"
    COMM_ERROR = "COMM_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Availability(StrEnum):
    """Whether a computational unit answers."""

    ON = "ON"
    OFF = "OFF"


class Connection(StrEnum):
    """Whether a detected device is plugged in."""

    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"


class StationState(StrEnum):
    """What a station says that it does. Lost contact is no state: it then says nothing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    ERROR = "error"  # output off after a trip; until the experiment is known to have ended


class StationCommand(StrEnum):
    """What a station or its unit can be told."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    DETECT = "detect"
    LAUNCH = "launch"  # its cycler program; WattRex only


class StepEnd(StrEnum):
    """What ended a step as executed."""

    TIME = "time"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"
    CAPACITY = "capacity"
    ENERGY = "energy"
    TEMPERATURE = "temperature"
    STOPPED = "stopped"  # by a command
    TRIPPED = "tripped"  # by a safety limit
