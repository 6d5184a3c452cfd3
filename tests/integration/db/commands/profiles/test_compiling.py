"""Compiling versions of profiles: fixed and exact rows, once for each capacity."""

import time
from decimal import Decimal
from functools import partial

import msgspec
import pytest
from sqlalchemy import func, select

from cycling.battery.chemistry import chemistries
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.profile import INSTRUCTION_TABLE, OWN_PROTOCOL, WATTREX, BatteryLimits
from cycling.terms import LimitType, Mode
from db.commands.profiles import (
    RefusedProfileError,
    compile_text,
    compile_version,
    new_version,
    save_profile,
)
from db.engine import Database
from db.models import (
    AuditEntry,
    CompiledVersion,
    Instruction,
    InstructionDetail,
    Profile,
    ProfileDetail,
    ProfileVersion,
)
from db.queries.profiles.compiled import compiled_profiles
from master_node.protocol import messages as m
from tests.unit.db.lab import BY, at_once, statements

NMC = chemistries()["nmc"]

TEXT = """\
SAFETY VOLTAGE 2.4 4.25 CURRENT -6 6 TEMPERATURE 0 45
RECORD 5s 10mV
WAIT, 3h
REPEAT 3 CYCLES
  CC, 0.5C, VOLTAGE, 4.2
  CV, 4.2, CURRENT, C/20, TIME, 2h, MAX, 0.5C
  CC, -1C, VOLTAGE, 2.5
END
"""
PLAIN = "CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.1\n"
OWN = {"capabilities": OWN_PROTOCOL, "by": BY}


def saved(database: Database, text: str = TEXT, name: str = "Ageing"):
    return save_profile(database, name=name, description="At 25 °C", text=text, by=BY)


def rows_of(database: Database, profile_id: int) -> list[Instruction]:
    with database.read() as session:
        return list(
            session.scalars(
                select(Instruction)
                .where(Instruction.profile_id == profile_id)
                .order_by(Instruction.id)
            )
        )


def details_of(database: Database, profile_id: int) -> list[InstructionDetail]:
    with database.read() as session:
        return list(
            session.scalars(
                select(InstructionDetail)
                .where(InstructionDetail.profile_id == profile_id)
                .order_by(InstructionDetail.instruction_id)
            )
        )


def counted(database: Database, model) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_version_becomes_one_fixed_profile_with_its_instructions(database: Database):
    version = saved(database)
    made = compile_version(database, version.version_id, capacity_ah=2.9, **OWN)
    with database.read() as session:
        profile, detail = session.get(Profile, made), session.get(ProfileDetail, made)
    assert (profile.name, profile.description) == ("Ageing v1, 2.9 Ah", "At 25 °C")
    assert (profile.voltage_min_mv, profile.voltage_max_mv) == (2500, 4200)
    assert (profile.current_min_ma, profile.current_max_ma) == (-2900, 1450)
    assert (detail.version_id, detail.capacity_ah) == (version.version_id, 2.9)
    assert (detail.record_s, detail.record_v) == (5.0, 0.01)
    assert msgspec.convert(detail.safety, m.Safety) == m.Safety(
        voltage=(2.4, 4.25), current=(-6, 6), temperature=(0, 45)
    )
    rows = rows_of(database, made)
    assert [row.id for row in rows] == list(range(1, 12))
    assert [(row.mode, row.set_point, row.limit_type, row.limit_point) for row in rows[:4]] == [
        (Mode.WAIT, 5_400_000, LimitType.TIME, 5_400_000),
        (Mode.WAIT, 5_400_000, LimitType.TIME, 5_400_000),
        (Mode.CC, 1450, LimitType.VOLTAGE, 4200),
        (Mode.CV, 4200, LimitType.CURRENT, 145),
    ]


def test_exact_instructions_stand_where_a_row_does_not_say_all(database: Database):
    version = saved(database)
    made = compile_version(database, version.version_id, capacity_ah=2.9, **OWN)
    details = details_of(database, made)
    has_exact = [detail.exact is not None for detail in details]
    assert has_exact == [False, False, *[False, True, False] * 3]
    assert msgspec.convert(details[3].exact, m.Instruction) == m.Instruction(
        id=4,
        mode=Mode.CV,
        set_point=4.2,
        limits=[m.Limit(type="CURRENT", value=0.145), m.Limit(type="TIME", value=7200)],
        max_current=1.45,
    )


def test_each_row_knows_its_line_step_and_cycle(database: Database):
    version = saved(database)
    details = details_of(
        database, compile_version(database, version.version_id, capacity_ah=2.9, **OWN)
    )
    found = [(one.line, one.step, one.cycle, one.cycles, one.loops) for one in details]
    assert found[:3] == [
        (3, 1, None, None, []),
        (3, 1, None, None, []),
        (5, 2, 1, 3, [[1, 3]]),
    ]
    assert found[-1] == (7, 10, 3, 3, [[3, 3]])


def test_values_that_are_no_whole_milliamps_are_kept_exactly(database: Database):
    version = saved(database, "CC, C/20, VOLTAGE, 4.2\nWAIT, 10\n", "Coin cell")
    made = compile_version(database, version.version_id, capacity_ah=0.002, **OWN)
    assert rows_of(database, made)[0].set_point == 0
    first, second = details_of(database, made)
    assert msgspec.convert(first.exact, m.Instruction).set_point == 0.0001
    assert second.exact is None
    with database.read() as session:
        profile = session.get(Profile, made)
    assert (profile.current_min_ma, profile.current_max_ma) == (0, 1)  # rounded outwards


def test_a_range_that_nothing_bounds_is_the_widest_and_a_rest_is_none(database: Database):
    for text, name, volts, amperes in (
        ("CC, -1, TIME, 60\n", "Timed", (-8_388_607, 8_388_607), (-1000, -1000)),
        ("CV, 4.2, TIME, 60\n", "Held", (4200, 4200), (-8_388_607, 8_388_607)),
        ("WAIT, 60\n", "Rest", (0, 0), (0, 0)),
    ):
        version = saved(database, text, name)
        made = compile_version(database, version.version_id, capacity_ah=None, **OWN)
        with database.read() as session:
            row = session.get(Profile, made)
        assert (row.voltage_min_mv, row.voltage_max_mv) == volts
        assert (row.current_min_ma, row.current_max_ma) == amperes


def test_each_capacity_is_compiled_once(database: Database):
    version = saved(database)
    compile_for = partial(compile_version, database, version.version_id, **OWN)
    first = compile_for(capacity_ah=2.9)
    assert compile_for(capacity_ah=2.9) == first
    assert compile_for(capacity_ah=float(Decimal("2.9") * 1)) == first
    assert compile_for(capacity_ah=3.0) != first
    assert counted(database, CompiledVersion) == 2


def test_compiling_the_same_at_once_makes_one(database: Database):
    version = saved(database)
    actions = [partial(compile_version, database, version.version_id, capacity_ah=2.9, **OWN)] * 4
    made = at_once(actions)
    assert len(set(made)) == 1, made
    assert counted(database, CompiledVersion) == 1
    with database.read() as session:
        compiled = select(func.count()).where(AuditEntry.action == "compile profile")
        assert session.scalar(compiled) == 1
    assert len(rows_of(database, made[0])) == 11


def test_a_change_at_the_same_time_never_changes_what_was_compiled(database: Database):
    version = saved(database, PLAIN)

    def change():
        return new_version(
            database, version.profile_id, PLAIN + "WAIT, 60\n", after=version.number, by=BY
        )

    compile_it = partial(compile_version, database, version.version_id, capacity_ah=None, **OWN)
    changed, made = at_once([change, compile_it])
    with database.read() as session:
        text = session.get_one(ProfileVersion, version.version_id).text
    if isinstance(made, ConflictError):  # the text had been changed in place before
        assert text == PLAIN + "WAIT, 60\n"
    else:
        assert (text == PLAIN) == (changed.number == 2)
        assert len(rows_of(database, made)) == (2 if text == PLAIN else 3)


def test_what_a_station_cannot_carry_out_is_refused_with_its_line(database: Database):
    version = saved(database)
    with pytest.raises(RefusedProfileError, match="Line 1, column 1: SAFETY cannot travel") as said:
        compile_version(database, version.version_id, capacity_ah=2.9, capabilities=WATTREX, by=BY)
    assert {one.line for one in said.value.problems if one.severity == "error"} >= {1, 6}
    assert counted(database, CompiledVersion) == 0


def test_a_profile_for_our_protocol_is_still_refused_for_others_once_it_is_compiled(
    database: Database,
):
    version = saved(database)
    compile_version(database, version.version_id, capacity_ah=2.9, **OWN)
    with pytest.raises(RefusedProfileError):
        compile_version(
            database, version.version_id, capacity_ah=2.9, capabilities=INSTRUCTION_TABLE, by=BY
        )


def test_the_rows_for_a_station_with_the_table_are_the_same(database: Database):
    version = saved(database, PLAIN)
    compile_for = partial(compile_version, database, version.version_id, capacity_ah=None, by=BY)
    made = compile_for(capabilities=WATTREX)
    assert compile_for(capabilities=OWN_PROTOCOL) == made
    assert [one.exact for one in details_of(database, made)] == [None, None]


def test_the_end_of_a_test_by_retention_is_kept_where_a_station_can_be_stopped(database: Database):
    version = saved(database, TEXT + "END TEST IF RETENTION < 80%\n")
    made = compile_version(database, version.version_id, capacity_ah=2.9, **OWN)
    other = saved(database, PLAIN, name="Charge")
    plain = compile_version(database, other.version_id, capacity_ah=None, **OWN)
    with database.read() as session:
        ends = [session.get_one(ProfileDetail, one).end_below_pct for one in (made, plain)]
    assert ends == [80.0, None]
    with pytest.raises(RefusedProfileError) as said:
        compile_version(database, version.version_id, capacity_ah=2.9, capabilities=WATTREX, by=BY)
    assert any("cannot check END TEST" in one.message for one in said.value.problems)


def test_the_range_of_the_battery_is_checked(database: Database):
    version = saved(database, PLAIN)
    cell = BatteryLimits(Decimal("2.5"), Decimal("4.1"), Decimal(-5), Decimal(5))
    with pytest.raises(RefusedProfileError, match="highest voltage of the battery"):
        compile_version(database, version.version_id, capacity_ah=None, battery=cell, **OWN)


@pytest.mark.parametrize("capacity", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_capacity_a_profile_of_rates_is_refused(database: Database, capacity):
    version = saved(database)
    with pytest.raises(InputError, match=r"needs the capacity|above 0"):
        compile_version(database, version.version_id, capacity_ah=capacity, **OWN)


def test_a_version_that_is_not_there_is_said(database: Database):
    with pytest.raises(NotFoundError, match="version"):
        compile_version(database, 4711, capacity_ah=None, **OWN)


def test_a_text_for_one_experiment_is_kept_once_for_its_name(database: Database):
    compile_it = partial(compile_text, database, PLAIN, capacity_ah=None, **OWN)
    first = compile_it(name="LFP-012 first")
    assert compile_it(name="LFP-012 first") == first
    assert compile_it(name="LFP-012 second") != first
    with database.read() as session:
        assert session.get(Profile, first).name == "LFP-012 first"
        version = session.scalars(select(ProfileVersion).limit(1)).one()
    assert (version.profile_id, version.number, version.text) == (None, 0, PLAIN)


def test_the_same_text_sent_twice_at_once_is_one(database: Database):
    actions = [partial(compile_text, database, PLAIN, name="A", capacity_ah=None, **OWN)] * 4
    made = at_once(actions)
    assert len(set(made)) == 1, made
    assert counted(database, ProfileVersion) == 1


def test_nothing_is_kept_of_a_text_that_is_refused(database: Database):
    with pytest.raises(RefusedProfileError, match="Line 2, column 1"):
        compile_text(database, "WAIT, 1\nGO\n", name="A", capacity_ah=None, **OWN)
    assert counted(database, ProfileVersion) == 0


def test_a_long_name_keeps_version_and_capacity(database: Database):
    version = saved(database, PLAIN, "N" * 40)
    made = compile_version(database, version.version_id, capacity_ah=12.5, **OWN)
    with database.read() as session:
        assert session.get(Profile, made).name == "N" * 27 + "… v1, 12.5 Ah"


def test_with_a_model_rows_know_how_long_they_are_expected_to_take(database: Database):
    text = "WAIT, 10min\nREPEAT 50 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\nEND\n"
    version = saved(database, text)
    made = compile_version(
        database, version.version_id, capacity_ah=3.0, model=NMC.battery(3.0), **OWN
    )
    details = details_of(database, made)
    assert all(one.expected_s > 0 for one in details)
    assert details[0].expected_s == pytest.approx(600)
    assert 3600 < details[51].expected_s < 2.2 * 3600  # C/2, a round that was not simulated
    with database.read() as session:
        whole = session.get(ProfileDetail, made).expected_s
    assert sum(one.expected_s for one in details) == pytest.approx(whole, rel=0.02)
    assert compiled_profiles(database, [made])[made].expected_s == whole


def test_20_000_rows_take_about_a_second_and_few_statements(database: Database):
    text = "REPEAT 5000 CYCLES\n  CC, 1, VOLTAGE, 4.2\n  CV, 4.2, CURRENT, 0.1, TIME, 1h\n"
    text += "  WAIT, 60\n  CC, -1, VOLTAGE, 2.5\nEND\n"
    version = saved(database, text)
    began = time.process_time()  # other programs on the machine do not count
    with statements(database) as sent:
        made = compile_version(database, version.version_id, capacity_ah=3.0, **OWN)
    took = time.process_time() - began
    assert len(rows_of(database, made)) == 20_000
    assert len(sent) < 40
    assert took < 10, took
