"""Names that instruments give to a column, by what it is; the first in a list is the best."""

from cycling.formats.columns.fields import Field
from cycling.formats.columns.labels import same_name
from cycling.formats.columns.words import OPEN_WORDS, WORDS

# As `plain_name` gives them; blanks do not count ("TestTime" is "test time").
NAMES: dict[Field, tuple[str, ...]] = {
    Field.VOLTAGE: (
        *("voltage", "cell voltage", "terminal voltage", "battery voltage", "ecell", "ewe"),
        *("ewe ece", "volts", "volt", "potential", "spannung", "zellspannung", "tension"),
        *("voltaje", "tensión", "tensione", "potencial", "potenziale", "potentiel", "spanning"),
        *("电压", "電壓", "電圧", "전압", "vf", "vm", "we 1 potential", "u", "v", "e", "vdc"),
    ),
    Field.CURRENT: (
        *("current", "cell current", "battery current", "cur", "amps", "m amps", "u amps"),
        *("amp", "strom", "stromstärke", "zellstrom", "courant", "corriente", "corrente", "stroom"),
        *("电流", "電流", "전류", "im", "we 1 current", "i", "control i", "idc"),
    ),
    Field.TEST_TIME: (
        *("test time", "total time", "cumulative time", "elapsed time", "time elapsed"),
        *("run time", "prog time", "program time", "program duration", "test duration"),
        *("total duration", "testzeit", "prüfzeit", "gesamtzeit", "laufzeit", "tiempo total"),
        *("temps total", "tempo totale", "temps écoulé", "tiempo transcurrido", "测试时间"),
        *("总时间", "累计时间", "运行时间", "測試時間", "總時間", "経過時間", "試験時間", "総時間"),
        *("총시간", "시험시간", "경과시간", "누적시간", "record time", "time", "zeit", "tiempo"),
        *("temps", "tempo", "tijd", "时间", "時間", "시간", "relative time", "相对时间"),
        *("elapsed", "duration", "dauer", "test", "t"),
    ),
    Field.CLOCK: (
        *("unix time", "timestamp", "date time", "datetime", "date and time", "absolute time"),
        *("realtime", "real time", "system time", "sys time", "clock time", "clock", "dpt time"),
        *("date time iso string", "date stamp", "local time", "wall time", "record date"),
        *("date", "datum uhrzeit", "datum und uhrzeit", "datum", "fecha y hora", "fecha hora"),
        *("fecha", "date et heure", "date heure", "data e ora", "data ora", "data", "zeitstempel"),
        *(
            "绝对时间",
            "系统时间",
            "日期时间",
            "日期",
            "实时时间",
            "絕對時間",
            "系統時間",
            "日時",
            "日付",
        ),
        *("날짜", "일시", "절대시간", "시스템시간", "time", "time stamp", "start time"),
    ),
    Field.POWER: (
        *("power", "watts", "watt", "leistung", "potencia", "puissance", "potenza", "vermogen"),
        *("功率", "電力", "전력", "pwe", "p"),
    ),
    Field.CYCLE: (
        *("cycle count", "cycle index", "cycle number", "cycle id", "cycle no", "cycle", "cycle c"),
        *(
            "cycle p",
            "total cycle",
            "cycles",
            "cyc",
            "cyc count",
            "cyc nr",
            "zyklus",
            "zykluszähler",
        ),
        *("ciclo", "ciclos", "ciclo nº", "循环号", "循环序号", "循环", "循环数", "循環", "循環號"),
        *("サイクル", "サイクル数", "サイクル番号", "사이클", "사이클번호"),
    ),
    Field.STEP: ("step count", "executed step"),
    Field.STEP_ID: (
        *("step id", "step index", "step number", "step no", "instr id", "instrid", "step"),
        *(
            "schritt",
            "schrittnummer",
            "paso",
            "étape",
            "passo",
            "stap",
            "工步号",
            "工步序号",
            "工步",
        ),
        *("步骤", "步次", "工步編號", "ステップ", "ステップ番号", "스텝", "스텝번호", "단계", "ns"),
    ),
    Field.STEP_TIME: (
        *("step time", "step duration", "state time", "t step", "step", "time in step"),
        *("schrittzeit", "tiempo de paso", "temps étape", "工步时间", "步骤时间", "步次时间"),
        *("ステップ時間", "스텝시간", "단계시간", "relative time", "相对时间", "time", "时间"),
        *("時間", "시간"),
    ),
    Field.STATE: (
        *("state", "md", "status", "step type", "step state", "step mode", "command", "mode"),
        *("zustand", "modus", "estado", "état", "stato", "工步类型", "工步状态", "工步名称"),
        *("状态", "充放电状态", "工作模式", "状態", "モード", "상태", "스텝타입", "step name"),
    ),
    Field.CHARGE_CAPACITY: (
        *("charging capacity", "charge capacity", "chg capacity", "chg cap", "charge cap"),
        *(
            "cap chg",
            "capacity charge",
            "q charge",
            "ah cha",
            "ah chg",
            "ah charge",
            "ah cyc charge",
        ),
        *("ladekapazität", "capacidad de carga", "capacité de charge", "充电容量", "充電容量"),
        *("충전용량",),
    ),
    Field.DISCHARGE_CAPACITY: (
        *("discharging capacity", "discharge capacity", "dchg capacity", "dchg cap", "dis cap"),
        *("discharge cap", "cap dchg", "capacity discharge", "q discharge", "ah dch", "ah dchg"),
        *("ah discharge", "ah cyc discharge", "entladekapazität", "capacidad de descarga"),
        *("capacité de décharge", "放电容量", "放電容量", "방전용량"),
    ),
    Field.CAPACITY: (
        *("step capacity", "capacity", "cap", "net capacity", "q charge discharge", "q qo"),
        *("amp hr", "m amp hr", "u amp hr", "ah step", "ah accu", "ah", "kapazität", "ladung"),
        *("capacidad", "capacité", "capacità", "capaciteit", "容量", "용량"),
    ),
    Field.CHARGE_ENERGY: (
        *("charging energy", "charge energy", "chg energy", "energy charge", "chg eng", "wh cha"),
        *("energy we charge", "wh chg", "wh charge", "wh cyc charge", "ladeenergie"),
        *("充电能量", "充電能量", "충전에너지"),
    ),
    Field.DISCHARGE_ENERGY: (
        *("discharging energy", "discharge energy", "dchg energy", "energy discharge", "dchg eng"),
        *("energy we discharge", "wh dch", "wh dchg", "wh discharge", "wh cyc discharge"),
        *("entladeenergie", "放电能量", "放電能量", "방전에너지"),
    ),
    Field.ENERGY: (
        *("step energy", "energy", "ener", "net energy", "watt hr", "m watt hr", "wh step"),
        *("wh accu", "wh", "energie", "energía", "énergie", "energia", "能量", "에너지"),
    ),
}
NAMES = {field: (*NAMES.get(field, ()), *WORDS.get(field, ())) for field in Field if field.single}
PLACES = {
    field: {same_name(name): place for place, name in reversed(list(enumerate(names)))}
    for field, names in NAMES.items()
}
# A column that only these name has times of day; as a test time it comes last.
TIMES_OF_DAY = {
    same_name(name)
    for name in (
        *("time of day", "clock time", "wall time", "local time", "clock", "uhrzeit", "hora"),
        *("heure", "ora", "godzina", "saat", "время суток", "时刻", "時刻", "시각"),
    )
}
PLACES[Field.TEST_TIME] |= {
    name: len(PLACES[Field.TEST_TIME]) for name in TIMES_OF_DAY - PLACES[Field.TEST_TIME].keys()
}
# Of a column that only these name it is open whether it counts from the start of the test.
OPEN_TIMES = {
    same_name(name)
    for name in (
        *("time", "zeit", "tiempo", "temps", "tempo", "tijd", "relative time", "record time"),
        *("duration", "dauer", "test", "t", "时间", "時間", "시간", "相对时间"),
        *OPEN_WORDS,
    )
}
