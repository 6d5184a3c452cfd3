import pytest

from cycling.formats import Field, propose, verify
from cycling.formats.columns.labels import neutralised, restored, split_label


def becomes(mapping):
    return [c.becomes for c in mapping.columns]


@pytest.mark.parametrize(
    ("label", "cell", "field", "unit"),
    [
        ("Voltage / V", "3.5", Field.VOLTAGE, "V"),
        ("Voltage(V)", "3.5", Field.VOLTAGE, "V"),
        ("Voltage (mV)", "3500", Field.VOLTAGE, "mV"),
        ("Ecell/V", "3.5", Field.VOLTAGE, "V"),
        ("Volts", "3.5", Field.VOLTAGE, "V"),
        ("Current [mA]", "1", Field.CURRENT, "mA"),
        ("I/mA", "1", Field.CURRENT, "mA"),
        ("<I>/mA", "1", Field.CURRENT, "mA"),
        ("Current(µA)", "1", Field.CURRENT, "uA"),
        ("Current (μA)", "1", Field.CURRENT, "uA"),
        ("current_ma", "1", Field.CURRENT, "mA"),
        ("Amps", "1", Field.CURRENT, "A"),
        ("time/s", "1", Field.TEST_TIME, "s"),
        ("Test (Sec)", "1", Field.TEST_TIME, "s"),
        ("Time(h:min:s.ms)", "0:00:10.000", Field.TEST_TIME, "h:min:s"),
        ("Total Time", "144:02:18", Field.TEST_TIME, "h:min:s"),
        ("Test Time (min)", "1.5", Field.TEST_TIME, "min"),
        ("Test_Time", "1.5", Field.TEST_TIME, "s"),
        ("DateTime", "1494377253.17", Field.CLOCK, "Unix s"),
        ("Timestamp", "1494377253170", Field.CLOCK, "Unix ms"),
        ("Date_Time", "45131.78472222222", Field.CLOCK, "Excel days"),
        ("Absolute Time", "2022-05-18 16:27:52", Field.CLOCK, "year first"),
        ("Date Time", "18/05/2022 16:27:52", Field.CLOCK, "day first"),
        ("DPt Time", "05/18/2022 4:27:52 PM", Field.CLOCK, "month first"),
        ("P/W", "3.5", Field.POWER, "W"),
        ("Power(mW)", "3.5", Field.POWER, "mW"),
        ("Cyc#", "2", Field.CYCLE, "1"),
        ("cycle number", "2.000E+000", Field.CYCLE, "1"),
        ("CycleIndex", "2", Field.CYCLE, "1"),
        ("Step Count / 1", "2", Field.STEP, "1"),
        ("Step_Index", "2", Field.STEP_ID, "1"),
        ("Ns", "2", Field.STEP_ID, "1"),
        ("Cycle C", "2", Field.CYCLE, "1"),
        ("Cycle P", "2", Field.CYCLE, "1"),
        ("Cyc-Count", "2", Field.CYCLE, "1"),
        ("循环号", "2", Field.CYCLE, "1"),
        ("工步号", "2", Field.STEP_ID, "1"),
        ("mAmps", "1", Field.CURRENT, "mA"),
        ("Cur(mA)", "1", Field.CURRENT, "mA"),
        ("I /A", "1", Field.CURRENT, "A"),
        ("WE(1).Current (A)", "1", Field.CURRENT, "A"),
        ("电流（mA）", "1", Field.CURRENT, "mA"),
        ("Courant [mA]", "1", Field.CURRENT, "mA"),
        ("Current#A", "1", Field.CURRENT, "A"),
        ("E /V", "3.5", Field.VOLTAGE, "V"),
        ("Potential (V)", "3.5", Field.VOLTAGE, "V"),
        ("~Time[h]", "0.5", Field.TEST_TIME, "h"),
        ("Total Time (Hours in hh:mm:ss.xxx)", "00:01:00.000", Field.TEST_TIME, "h:min:s"),
        ("TestTime", "  0d 00:07:0.0500000007450581", Field.TEST_TIME, "h:min:s"),
        ("SysTime", "2026-03-16 12:00:00", Field.CLOCK, "year first"),
        ("date_time_iso_string", "04/30/2026 14:33:19", Field.CLOCK, "month first"),
        ("time/s", "11/20/2024 11:38:41.707", Field.CLOCK, "month first"),
        ("DPt Time", "23-Nov-23 3:56:11 PM", Field.CLOCK, "year first"),
        ("State", "CC Chg", Field.STATE, "1"),
        ("Step (Sec)", "2.5", Field.STEP_TIME, "s"),
        ("Amp-hr", "0.5", Field.CAPACITY, "Ah"),
        ("mAmp-hr", "0.5", Field.CAPACITY, "mAh"),
        ("Ah-Cyc-Charge", "0.5", Field.CHARGE_CAPACITY, "Ah"),
        ("AhDch#Ah", "0.5", Field.DISCHARGE_CAPACITY, "Ah"),
        ("充电容量(mAh)", "0.5", Field.CHARGE_CAPACITY, "mAh"),
        ("Step_Time(s)", "2.5", Field.STEP_TIME, "s"),
        ("Step Time", "00:01:00", Field.STEP_TIME, "h:min:s"),
        ("Charge_Capacity(Ah)", "0.5", Field.CHARGE_CAPACITY, "Ah"),
        ("DChg. Cap.(mAh)", "0.5", Field.DISCHARGE_CAPACITY, "mAh"),
        ("Q charge/mA.h", "0.5", Field.CHARGE_CAPACITY, "mAh"),
        ("CapaCity(mAh)", "0.5", Field.CAPACITY, "mAh"),
        ("Energy(mWh)", "0.5", Field.ENERGY, "mWh"),
        ("Chg. Energy(Wh)", "0.5", Field.CHARGE_ENERGY, "Wh"),
        ("DChg. Energy(Wh)", "0.5", Field.DISCHARGE_ENERGY, "Wh"),
        ("Tensão (V)", "3.5", Field.VOLTAGE, "V"),
        ("TENSAO (mV)", "3500", Field.VOLTAGE, "mV"),
        ("Напряжение, мВ", "3500", Field.VOLTAGE, "mV"),
        ("Voltage, V", "3.5", Field.VOLTAGE, "V"),
        ("Сила тока (мкА)", "1", Field.CURRENT, "uA"),
        ("Общее время, мин", "1", Field.TEST_TIME, "min"),
        ("Ёмкость заряда (мА·ч)", "1", Field.CHARGE_CAPACITY, "mAh"),
        ("Prąd [mA]", "1", Field.CURRENT, "mA"),
        ("Napětí (V)", "3.5", Field.VOLTAGE, "V"),
        ("Akım (A)", "1", Field.CURRENT, "A"),
        ("시간(초)", "1", Field.TEST_TIME, "s"),
        ("Capacité charge (mAh)", "1", Field.CHARGE_CAPACITY, "mAh"),
        ("Capacité décharge (mAh)", "1", Field.DISCHARGE_CAPACITY, "mAh"),
        ("Capacità di scarica (Ah)", "1", Field.DISCHARGE_CAPACITY, "Ah"),
        ("Ontlaadcapaciteit (Ah)", "1", Field.DISCHARGE_CAPACITY, "Ah"),
        ("Ruhespannung [V]", "3.5", Field.VOLTAGE, "V"),
        ("Vol(mV)", "3500", Field.VOLTAGE, "mV"),
        ("Durée (min)", "1", Field.TEST_TIME, "min"),
    ],
)
def test_a_label_is_recognised_with_its_unit(proposed, label, cell, field, unit):
    _, mapping = proposed(f"{label};other\n{cell};1.5\n{cell};1.5\n")
    assert (mapping.columns[0].field, mapping.columns[0].unit) == (field, unit)


@pytest.mark.parametrize(
    ("label", "cell", "becomes"),
    [
        ("T1(°C)", "24.9", "T1 / degC"),
        ("T1 [ºC]", "24.9", "T1 / degC"),
        ("Temperature/\ufffdC", "24.9", "Temperature / degC"),
        ("Temp (C)", "24.9", "Temp / degC"),
        ("Q/C", "24.9", "Q / C"),
        ("mAh/g", "24.9", "mAh/g / mAh/g"),
        ("SpeCap/mAh/g", "24.9", "SpeCap / mAh/g"),
        ("Capacitance charge/\ufffdF", "24.9", "Capacitance charge / uF"),
        ("Temperature/\ufffdF", "24.9", "Temperature / degF"),
        ("temperature_t1_celsius", "24.9", "Surface Temperature T1 / degC"),
        ("|Ewe|/V", "24.9", "|Ewe| / V"),
        ("Test", "25195", "Test / 1"),
        ("dV/dt", "1.5", "dV/dt / 1"),
        ("dQ/dV(mAh/V)", "1.5", "dQ/dV / mAh/V"),
        ("(Q-Qo)/mA.h", "1.5", "Capacity / Ah"),
        ("R/Ohm", "1.5", "R / ohm"),
        ("Voltage / 1", "1.5", "Voltage / 1"),
        ("Current(mA/g)", "1.5", "Current / mA/g"),
        ("phase_a", "1.5", "phase_a / 1"),
        ("cycle", "first", ""),
        ("Remark", "a text", ""),
        ("Running", "True", ""),
        ("Started", "2022-05-18 16:27:52", ""),
        ("Empty", "", ""),
    ],
)
def test_other_columns_are_measures_and_texts_are_left_out(proposed, label, cell, becomes):
    _, mapping = proposed(f"a;b;{label}\n1;1.5;{cell}\n2;1.5;{cell}\n")
    assert mapping.columns[2].becomes == becomes


def test_bdf_labels_win_over_look_alikes(proposed):
    _, mapping = proposed(
        "Current,Voltage,Test_Time,Test Time / h,Voltage / mV,Current / mA,Power / W\n"
        "1,2,3,4.5,5,6,7\n"
    )
    assert mapping.format == "BDF CSV"
    assert becomes(mapping) == [
        *("Current / 1", "Voltage / 1", "Test_Time / 1"),
        *("Test Time / s", "Voltage / V", "Current / A", "Power / W"),
    ]
    assert [c.unit for c in mapping.columns[3:]] == ["h", "mV", "mA", "W"]


def test_bdf_machine_names_are_recognised(proposed):
    _, mapping = proposed(
        "test_time_second,voltage_volt,current_ampere,unix_time_second,cycle_count,step_count,"
        "step_id,ambient_temperature_celsius\n0,3.5,1,1700000000,1,2,3,25\n"
    )
    assert mapping.format == "BDF CSV"
    assert becomes(mapping) == [
        *("Test Time / s", "Voltage / V", "Current / A", "Unix Time / s", "Cycle Count / 1"),
        *("Step Count / 1", "Step ID / 1", "Ambient Temperature / degC"),
    ]


def test_the_old_applications_csv_is_recognised(proposed):
    table, mapping = proposed(
        "timestamp,voltage,current,instr_id,temp\n"
        "2024-03-01 10:00:00.250,3.5,-1.25,4,25.5\n2024-03-01 10:00:01.250,3.4,-1.25,4,25.5\n"
    )
    assert mapping.format == "Old application CSV"
    assert becomes(mapping) == [
        *("Unix Time / s", "Voltage / V", "Current / A", "Step ID / 1", "temp / 1"),
    ]
    result = verify(table, mapping)
    assert (result.ok, result.starts_at, result.duration_s) == (True, 1709287200.25, 1.0)


def test_another_csv_with_the_old_names_has_its_own_clock(proposed):
    _, mapping = proposed("timestamp,voltage,current\n1790000000000,3.5,1\n1790000060000,3.6,1\n")
    assert (mapping.format, mapping.column(Field.CLOCK).unit) == ("Text table", "Unix ms")


def test_the_old_applications_export_is_in_milli_units(proposed):
    _, mapping = proposed(
        "Timestamp,ExpID,MeasID,InstrID,Voltage,Current,Power,temp\n"
        "2024-03-01 10:00:00,7,1,0,3500,-1250,-4375,25\n"
    )
    assert mapping.format == "Old application export"
    units = {c.label: (c.field, c.unit) for c in mapping.columns}
    assert units["MeasID"][0] is Field.IGNORED
    assert units["Voltage"] == (Field.VOLTAGE, "mV")
    assert units["Current"] == (Field.CURRENT, "mA")
    assert units["Power"] == (Field.POWER, "mW")
    assert units["InstrID"] == (Field.STEP_ID, "1")


def test_one_bad_cell_does_not_hide_what_a_column_is(proposed):
    table, mapping = proposed("t,U,I,Date\n" + "0,3.5,1,2024-01-02\n" * 3 + "1,x,1,soon\n")
    assert mapping.column(Field.VOLTAGE).label == "U"
    assert mapping.column(Field.CLOCK).label == "Date"
    assert {(p.row, p.column) for p in verify(table, mapping).problems if p.code == "cell"} == {
        (5, "U"),
        (5, "Date"),
    }


def test_channels_of_the_same_name_are_numbered(proposed):
    _, mapping = proposed("t,U,I,T (C),T (C),T (K),,\n0,3.5,1,2.5,3.5,4.5,5.5,\n")
    assert [(c.name, c.unit) for c in mapping.extended] == [
        *(("T", "C"), ("T (2)", "C"), ("T", "K"), ("Column 7", "1")),
    ]


def test_names_and_units_of_channels_are_short(proposed):
    _, mapping = proposed(f"t,U,I,{'x' * 300} [{'y' * 20}],a [{'z' * 21}]\n0,3.5,1,2.5,1\n")
    assert [(len(c.name), len(c.unit)) for c in mapping.extended] == [(100, 20), (25, 1)]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-a", "@x", "\tx", "'=x", "''-x"])
def test_a_label_that_is_a_formula_is_neutralised_and_restored(name):
    assert neutralised(name) == "'" + name
    assert restored(neutralised(name)) == name


@pytest.mark.parametrize("name", ["a", "'a", "a=b", "", "''"])
def test_a_label_that_is_no_formula_stays(name):
    assert restored(name) == neutralised(name) == name


def test_a_neutralised_label_of_any_file_is_restored():
    assert split_label("'=T1 / degC") == ("=T1", "degC")


def test_two_columns_of_the_same_name_as_a_field_are_an_error(proposed):
    table, mapping = proposed("t (s),U,I,U\n0,3.5,1,2.5\n1,3.6,1,2.5\n")
    problems = verify(table, mapping).problems
    assert [(p.severity, p.code) for p in problems] == [("error", "duplicate-label")]
    assert "#2 and #4" in problems[0].text
    decided = mapping.with_column(3, Field.IGNORED)
    assert [p.code for p in verify(table, decided).problems] == ["sign"]


@pytest.mark.parametrize(
    ("header", "code"),
    [("t,x,I", "missing-voltage"), ("t,U,x", "missing-current"), ("x,U,I", "missing-time")],
)
def test_a_missing_column_is_an_error_that_the_mapping_can_correct(proposed, header, code):
    table, mapping = proposed(f"{header}\n0,3.5,1\n1,3.6\n2,3.7,1\n")
    result = verify(table, mapping)
    assert {p.code for p in result.problems} == {code, "ragged"}
    assert (result.rows, result.ok) == (2, False)
    field = {"missing-voltage": Field.VOLTAGE, "missing-current": Field.CURRENT}.get(
        code, Field.TEST_TIME
    )
    corrected = mapping.with_column(header.split(",").index("x"), field)
    assert code not in {p.code for p in verify(table, corrected).problems}


def test_a_column_that_is_empty_at_first_is_not_lost_in_silence(proposed):
    blank = "0,3.5,1,\n" * 15_000
    table, mapping = proposed("t,U,I,R\n" + blank + "1,3.5,1,0.02\n" + "2,3.5,1,\n" * 9_000)
    warnings = [
        (p.row, p.column) for p in verify(table, mapping).problems if p.severity == "warning"
    ]
    assert warnings == [(15_002, "R")]


def test_proposing_twice_gives_the_same(opened):
    table = opened("t,U,I\n0,3.5,1\n")
    assert propose(table) == propose(table)


def test_text_where_a_current_is_named_is_no_file_without_a_current(proposed):
    rows = "0,3.5,(a)\n1,3.6,(a)\n2,3.7,(a)\n"
    table, mapping = proposed(f"t,U,I\n{rows}")
    (problem,) = verify(table, mapping).problems
    assert problem.code == "missing-current"
    assert "or the two of Charge current and Discharge current" in problem.text


@pytest.mark.parametrize("small", ["2.54e-11", "1.2e-05", "1.25E-10", "-3.1e-07"])
def test_small_numbers_of_a_counter_are_no_dates(proposed, small):
    """A counter of discharge begins near zero: its column was taken for text, and left out."""
    names = "time_s,voltage_v,current_a,charge_ah,discharge_ah"
    rows = "".join(f"{n},3.5,1,{0.88 + n / 3600},{small}\n" for n in range(9))
    _, mapping = proposed(f"{names}\n{rows}")
    fields = [column.field for column in mapping.columns[3:]]
    assert fields == [Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("charge_ah", "Column 'charge_ah' is in the unit of a counter, and nothing says what"),
        ("Charge 1 (Ah),Charge 2 (Ah)", "Columns 'Charge 1 (Ah)' and 'Charge 2 (Ah)' are in the"),
        ("charge_ah,discharge_ah", "Columns 'charge_ah' and 'discharge_ah' are the instrument's"),
        ("Capacity (Ah)", None),
        ("Capacity (mAh/g)", None),
    ],
)
def test_what_may_be_a_counter_and_is_not_used_is_said(proposed, names, said):
    more = ",0.5" * (names.count(",") + 1)
    _, mapping = proposed(f"t (s),U (V),I (A),{names}\n0,3.5,1{more}\n1,3.6,1{more}\n")
    texts = [one.text for one in mapping.inferred if one.kind == "columns"]
    assert [text[: len(said)] for text in texts] == [said] if said else texts == []
