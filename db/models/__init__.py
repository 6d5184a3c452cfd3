"""SQLAlchemy models; tables without bem_ in their names are shared with other programs."""

from db.models.base import Base
from db.models.batteries import (
    Battery,
    BatteryDetails,
    LeadAcid,
    Lithium,
    RedoxElectrolyte,
    RedoxStack,
)
from db.models.experiments import (
    CycleChoices,
    CycleRule,
    CycleWatch,
    DeletedExperiment,
    Experiment,
    FormerNumber,
    ImportCorrection,
    ImportFile,
    ImportSource,
    Note,
    Plan,
    Run,
    RunEvent,
    WrongPulse,
)
from db.models.measures import (
    Alarm,
    BatteryLife,
    CycleColumns,
    CycleSummary,
    ExtendedMeasure,
    GenericMeasure,
    SeriesChannel,
    SeriesChunk,
    SeriesHead,
    SeriesTotals,
    StationStatus,
    Statistics,
)
from db.models.profiles import (
    CompiledVersion,
    Instruction,
    InstructionDetail,
    LibraryProfile,
    Profile,
    ProfileDetail,
    ProfileVersion,
)
from db.models.programs import (
    AuditEntry,
    FormToken,
    Job,
    Lease,
    LoginFailure,
    LoginLink,
    LoginSession,
    RefusedCount,
    RefusedMessage,
    Upload,
    User,
)
from db.models.saved_views import SavedView, StartView
from db.models.stations import (
    Channel,
    Command,
    ConfirmedBattery,
    CyclerStation,
    OutOfService,
    StationAlarm,
    StationDetails,
    StationLive,
    UsedDevice,
    UsedMeasure,
)
from db.models.tags import ExperimentOwner, ExperimentTag, Tag
from db.models.units import (
    AvailableMeasure,
    CompatibleDevice,
    ComputationalUnit,
    DetectedDevice,
    DeviceAbilities,
    LinkConfiguration,
    Unit,
)
from db.models.wattrex import ExperimentName, ParkedRow, SyncRepair, UnregisteredUnit, WattrexUnit
