"""A database as the WattRex SQL made it and its programs filled it, in our own words.

What is known of it: tables, types, keys and foreign keys that MySQL calls non-standard. Names and
notes are made up.
"""

from sqlalchemy import Connection, text

from db.engine import Database

ID = "MEDIUMINT UNSIGNED NOT NULL"
COUNTED = f"{ID} AUTO_INCREMENT"
OLD_TABLES = {
    "Battery": f"""BatID {COUNTED}, Name VARCHAR(30) NOT NULL, Description VARCHAR(250) NULL,
        Manufacturer VARCHAR(20) NOT NULL, Model VARCHAR(20) NOT NULL, SN VARCHAR(30) NOT NULL,
        FabDate DATE NOT NULL, Tech ENUM('Lithium','LeadAcid','RedoxStack') NOT NULL,
        CellsNum SMALLINT UNSIGNED NOT NULL, CellVoltMin MEDIUMINT NULL,
        CellVoltMax MEDIUMINT NULL, VoltMin MEDIUMINT NOT NULL, VoltMax MEDIUMINT NOT NULL,
        CurrMin MEDIUMINT NOT NULL, CurrMax MEDIUMINT NOT NULL, PRIMARY KEY (BatID),
        UNIQUE KEY Battery_uk (Name, Manufacturer, Model, SN)""",
    "Lithium": f"""BatID {ID}, Capacity VARCHAR(20) NOT NULL,
        Chemistry ENUM('NMC','NCA','LMO','LFP','LCO','Other') NOT NULL, PRIMARY KEY (BatID),
        CONSTRAINT Lithium_fk_1 FOREIGN KEY (BatID) REFERENCES Battery (BatID)""",
    "LeadAcid": f"""BatID {ID}, Capacity MEDIUMINT UNSIGNED NOT NULL,
        Chemistry ENUM('Liquid','GEL','Other') NOT NULL, PRIMARY KEY (BatID),
        CONSTRAINT LeadAcid_fk_1 FOREIGN KEY (BatID) REFERENCES Battery (BatID)""",
    "RedoxStack": f"""BatID {ID}, ElectrodeSize MEDIUMINT UNSIGNED NOT NULL,
        ElectrodeComposition VARCHAR(30) NOT NULL,
        BipolarType ENUM('Papyex Mersen','Composite Schunk','Graphite','Other') NOT NULL,
        MembraneType ENUM('Fumasep-Anionic','Fumasep-Cathionic','Nafion','Vanadion','PEEK',
        'Other') NOT NULL, ElectrolyteType ENUM('All-vanadium','All-iron','Vanadium-based',
        'Iron-based','Other') NOT NULL, PRIMARY KEY (BatID),
        CONSTRAINT RedoxStack_fk_1 FOREIGN KEY (BatID) REFERENCES Battery (BatID)""",
    "CompatibleDevices": f"""CompDevID {COUNTED}, Name VARCHAR(30) NOT NULL,
        Manufacturer VARCHAR(30) NOT NULL, Model VARCHAR(30) NOT NULL, DeviceType
        ENUM('Source','BiSource','Load','Meter','Epc','Bms','Bk','Flow') NOT NULL,
        MinSWVersion SMALLINT UNSIGNED NOT NULL, VoltMin MEDIUMINT NULL, VoltMax MEDIUMINT NULL,
        CurrMin MEDIUMINT NULL, CurrMax MEDIUMINT NULL, PRIMARY KEY (CompDevID),
        UNIQUE KEY Device_uk (Name, Manufacturer, Model, DeviceType)""",
    "LinkConfiguration": f"""CompDevID {ID}, Property VARCHAR(30) NOT NULL,
        Value VARCHAR(30) NOT NULL, PRIMARY KEY (CompDevID, Property), CONSTRAINT
        LinkConfiguration_fk_1 FOREIGN KEY (CompDevID) REFERENCES CompatibleDevices (CompDevID)""",
    "AvailableMeasures": f"""MeasType {COUNTED}, CompDevID {ID}, MeasName VARCHAR(20) NOT NULL,
        PRIMARY KEY (MeasType), CONSTRAINT AvailableMeasures_fk_1 FOREIGN KEY (CompDevID)
        REFERENCES CompatibleDevices (CompDevID)""",
    "ComputationalUnit": f"""CUID {COUNTED}, MAC VARCHAR(20) NOT NULL,
        HostName VARCHAR(50) NOT NULL, IP VARCHAR(20) NOT NULL, Port SMALLINT UNSIGNED NOT NULL,
        User VARCHAR(30) NOT NULL, LastConnection DATETIME NOT NULL,
        Available ENUM('ON','OFF') NOT NULL, PRIMARY KEY (CUID),
        UNIQUE KEY Unit_uk (MAC, HostName, IP, Port)""",
    "CyclerStation": f"""CSID {COUNTED}, CUID {ID}, Name VARCHAR(30) NOT NULL,
        Location VARCHAR(30) NOT NULL, RegisterDate DATETIME NOT NULL,
        Parent MEDIUMINT UNSIGNED NULL, Deprecated BOOLEAN NOT NULL, PRIMARY KEY (CSID),
        CONSTRAINT CyclerStation_fk_1 FOREIGN KEY (CUID) REFERENCES ComputationalUnit (CUID),
        CONSTRAINT CyclerStation_fk_2 FOREIGN KEY (Parent) REFERENCES CyclerStation (CSID)""",
    "DetectedDevices": f"""DevID {COUNTED}, CUID {ID}, CompDevID {ID}, SN VARCHAR(30) NOT NULL,
        LinkName VARCHAR(30) NOT NULL, ConnStatus ENUM('CONNECTED','DISCONNECTED') NOT NULL,
        PRIMARY KEY (DevID), UNIQUE KEY Detected_uk (CUID, CompDevID, LinkName),
        CONSTRAINT DetectedDevices_fk_1 FOREIGN KEY (CUID) REFERENCES ComputationalUnit (CUID),
        CONSTRAINT DetectedDevices_fk_2 FOREIGN KEY (CompDevID)
        REFERENCES CompatibleDevices (CompDevID)""",
    "UsedDevices": f"""CSID {ID}, DevID {ID}, PRIMARY KEY (CSID, DevID),
        CONSTRAINT UsedDevices_fk_1 FOREIGN KEY (CSID) REFERENCES CyclerStation (CSID),
        CONSTRAINT UsedDevices_fk_2 FOREIGN KEY (DevID) REFERENCES DetectedDevices (DevID)""",
    "UsedMeasures": f"""UsedMeasID {COUNTED}, CSID {ID}, DevID {ID}, MeasType {ID},
        CustomName VARCHAR(20) NULL, PRIMARY KEY (UsedMeasID),
        CONSTRAINT UsedMeasures_fk_1 FOREIGN KEY (MeasType) REFERENCES AvailableMeasures (MeasType),
        CONSTRAINT UsedMeasures_fk_2 FOREIGN KEY (DevID) REFERENCES UsedDevices (DevID)""",
    "Profile": f"""ProfID {COUNTED}, Name VARCHAR(40) NOT NULL, Description VARCHAR(250) NULL,
        VoltMax MEDIUMINT NULL, VoltMin MEDIUMINT NULL, CurrMax MEDIUMINT NULL,
        CurrMin MEDIUMINT NULL, PRIMARY KEY (ProfID)""",
    "Instructions": f"""InstrID {ID}, ProfID {ID},
        Mode ENUM('WAIT','CC_MODE','CV_MODE','CP_MODE') NOT NULL, SetPoint MEDIUMINT NOT NULL,
        LimitType ENUM('TIME','VOLTAGE','CURRENT','POWER') NOT NULL,
        LimitPoint MEDIUMINT NOT NULL, PRIMARY KEY (InstrID, ProfID),
        CONSTRAINT Instructions_fk_1 FOREIGN KEY (ProfID) REFERENCES Profile (ProfID)""",
    "Experiment": f"""ExpID {COUNTED}, Name VARCHAR(30) NOT NULL, Description VARCHAR(250) NULL,
        DateCreation DATETIME NOT NULL, DateBegin DATETIME NULL, DateFinish DATETIME NULL,
        Status ENUM('RUNNING','FINISHED','ERROR','PAUSED','QUEUED') NOT NULL,
        CSID {ID}, BatID {ID}, ProfID {ID}, PRIMARY KEY (ExpID),
        CONSTRAINT Experiment_fk_1 FOREIGN KEY (CSID) REFERENCES CyclerStation (CSID),
        CONSTRAINT Experiment_fk_2 FOREIGN KEY (BatID) REFERENCES Battery (BatID),
        CONSTRAINT Experiment_fk_3 FOREIGN KEY (ProfID) REFERENCES Profile (ProfID)""",
    "RedoxElectrolyte": f"""ExpID {ID}, BatID {ID}, Polarity ENUM('POS','NEG') NOT NULL,
        ElectrolyteVol MEDIUMINT UNSIGNED NOT NULL, InitialSOC SMALLINT UNSIGNED NOT NULL,
        MinFlowRate MEDIUMINT UNSIGNED NOT NULL, MaxFlowRate MEDIUMINT UNSIGNED NOT NULL,
        PRIMARY KEY (ExpID, BatID, Polarity),
        CONSTRAINT RedoxElectrolyte_fk_1 FOREIGN KEY (ExpID) REFERENCES Experiment (ExpID),
        CONSTRAINT RedoxElectrolyte_fk_2 FOREIGN KEY (BatID) REFERENCES RedoxStack (BatID)""",
    "GenericMeasures": f"""ExpID {ID}, MeasID INT UNSIGNED NOT NULL, `Timestamp` DATETIME NOT NULL,
        InstrID {ID}, Voltage MEDIUMINT UNSIGNED NOT NULL, Current MEDIUMINT NOT NULL,
        Power MEDIUMINT NOT NULL,
        PowerMode ENUM('DISABLE','WAIT','CC_MODE','CV_MODE','CP_MODE') NOT NULL,
        PRIMARY KEY (MeasID, ExpID),
        CONSTRAINT GenericMeasures_fk_1 FOREIGN KEY (ExpID) REFERENCES Experiment (ExpID),
        CONSTRAINT GenericMeasures_fk_2 FOREIGN KEY (InstrID) REFERENCES Instructions (InstrID)""",
    "ExtendedMeasures": f"""ExpID {ID}, MeasID INT UNSIGNED NOT NULL, UsedMeasID {ID},
        Value MEDIUMINT NOT NULL, PRIMARY KEY (MeasID, ExpID, UsedMeasID),
        CONSTRAINT ExtendedMeasures_fk_2 FOREIGN KEY (UsedMeasID)
        REFERENCES UsedMeasures (UsedMeasID)""",
    "Status": f"""StatusID {ID}, ExpID {ID}, DevID {ID}, `Timestamp` DATETIME NOT NULL,
        Status ENUM('OK','COMM_ERROR','INTERNAL_ERROR') NOT NULL, ErrorCode SMALLINT NOT NULL,
        PRIMARY KEY (StatusID, ExpID),
        CONSTRAINT Status_fk_1 FOREIGN KEY (ExpID) REFERENCES Experiment (ExpID),
        CONSTRAINT Status_fk_2 FOREIGN KEY (DevID) REFERENCES DetectedDevices (DevID)""",
    "Alarm": f"""AlarmID {ID}, ExpID {ID}, `Timestamp` DATETIME NOT NULL,
        Code MEDIUMINT UNSIGNED NOT NULL, Value MEDIUMINT NOT NULL, PRIMARY KEY (AlarmID, ExpID),
        CONSTRAINT Alarm_fk_1 FOREIGN KEY (ExpID) REFERENCES Experiment (ExpID)""",
    # the old web application's own
    "django_migrations": "id INT NOT NULL AUTO_INCREMENT, app VARCHAR(255), PRIMARY KEY (id)",
}
# Added after the rows: with it there, an INSERT crashes MySQL 9.7.
LAST_KEY = """ALTER TABLE ExtendedMeasures ADD CONSTRAINT ExtendedMeasures_fk_1
    FOREIGN KEY (ExpID, MeasID) REFERENCES GenericMeasures (ExpID, MeasID)"""

SEEDS = [
    """INSERT INTO CompatibleDevices VALUES
    (1, 'Virtual', 'Virtual', 'Virtual', 'BiSource', 0, NULL, NULL, NULL, NULL),
    (2, 'EPC', 'Wattrex', 'A', 'Epc', 1, 0, 6000, -15000, 15000),
    (3, 'BMS', 'Liftec', '0', 'Bms', 1, NULL, NULL, NULL, NULL)""",
    "INSERT INTO AvailableMeasures (CompDevID, MeasName) VALUES (2, 'hs_voltage'),"
    " (2, 'temp_body'), (2, 'temp_amb'), (2, 'temp_anod'), "
    + ", ".join(f"(3, 'temp{n}')" for n in range(1, 5))
    + ", "
    + ", ".join(f"(3, 'vcell{n}')" for n in (*range(1, 11), 12))
    + ", (3, 'vstack'), (3, 'status'), (3, 'pres1'), (3, 'pres2')",
    """INSERT INTO ComputationalUnit VALUES
    (1, '0', 'Virtual', '127.0.0.1', 22, 'virtual', '2023-01-01 00:00:00', 'ON'),
    (2, '3281355014145', 'cu-bench', '10.0.0.5', 22, 'lab', '2024-05-01 10:00:00', 'ON'),
    (3, '3281355014146', 'cu-cellar', '10.0.0.6', 22, 'lab', '2024-05-01 10:00:00', 'OFF')""",
    """INSERT INTO CyclerStation VALUES
    (1, 1, 'Virtual', 'Virtual', '2023-01-01 00:00:00', NULL, 0),
    (2, 2, 'Prüfplatz 1', 'Labor', '2023-02-01 08:00:00', NULL, 1),
    (3, 2, 'Prüfplatz 1', 'Labor', '2023-03-01 08:00:00', 2, 0),
    (4, 3, 'Cellar', 'Cellar', '2023-04-01 08:00:00', NULL, 0)""",
    """INSERT INTO DetectedDevices VALUES (1, 1, 1, '0', 'virtual', 'CONNECTED'),
    (2, 2, 2, '17', '19', 'CONNECTED'), (3, 2, 3, '257', '1', 'CONNECTED'),
    (4, 3, 2, '18', '20', 'DISCONNECTED')""",
    "INSERT INTO UsedDevices VALUES (1, 1), (2, 2), (3, 2), (3, 3), (4, 4)",
    """INSERT INTO UsedMeasures (CSID, DevID, MeasType, CustomName) VALUES
    (3, 2, 2, 'Gehäuse °C'), (3, 3, 5, NULL), (4, 4, 1, NULL)""",
    "INSERT INTO LinkConfiguration VALUES (3, 'baudrate', '115200'), (3, 'parity', 'N')",
    """INSERT INTO Battery VALUES
    (1, 'Zelle Ö1', NULL, 'LG', 'M50', '0001', '2022-06-30', 'Lithium', 1, NULL, NULL,
    2500, 4200, -10000, 5000),
    (2, 'Block', 'From the cellar', 'Varta', 'B', '7', '2020-01-01', 'LeadAcid', 6, 1800, 2450,
    10800, 14700, -20000, 10000),
    (3, 'Stack', NULL, 'Own', 'S1', '3', '2021-01-01', 'RedoxStack', 5, NULL, NULL,
    4000, 8000, -60000, 60000)""",
    "INSERT INTO Lithium VALUES (1, '4850.5', 'NMC')",
    "INSERT INTO LeadAcid VALUES (2, 70000, 'GEL')",
    "INSERT INTO RedoxStack VALUES (3, 10000, 'Felt', 'Graphite', 'Nafion', 'All-vanadium')",
    """INSERT INTO Profile VALUES (1, 'Charge', NULL, 4200, 2500, 5000, -10000),
    (2, 'Rest', 'An hour', NULL, NULL, NULL, NULL)""",
    """INSERT INTO Instructions VALUES (1, 1, 'CC_MODE', 2425, 'VOLTAGE', 4200),
    (2, 1, 'CV_MODE', 4200, 'CURRENT', 240), (3, 1, 'CC_MODE', -4850, 'VOLTAGE', 2500),
    (1, 2, 'WAIT', 3600000, 'TIME', 3600000)""",
    "INSERT INTO django_migrations (app) VALUES ('auth')",
]
LONG = 2  # the experiment that has half of the measures
DIGITS = " UNION ALL ".join(f"SELECT {n} AS d" for n in range(10))


def make_old_database(database: Database, experiments: int, measures: int) -> None:
    """Make the tables in an empty schema and fill them; two extended measures for each generic."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.dialect.is_mariadb:
            connection.exec_driver_sql("SET SESSION restrict_fk_on_non_standard_key = OFF")
        for name, columns in OLD_TABLES.items():
            connection.exec_driver_sql(f"CREATE TABLE {name} ({columns}) CHARSET utf8mb3")
        for statement in SEEDS:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("SET foreign_key_checks = 0")  # for speed only
        _fill(connection, experiments, measures)
        connection.exec_driver_sql(LAST_KEY)
        connection.exec_driver_sql("ANALYZE TABLE GenericMeasures, ExtendedMeasures, Status")
        connection.invalidate()  # with what was switched off


def _fill(connection: Connection, experiments: int, measures: int) -> None:
    """Experiment 2 has half of the measures, the others share the rest; some have none."""
    others = max(measures // 2 // experiments, 1)
    connection.exec_driver_sql("CREATE TABLE numbers (n INT PRIMARY KEY)")
    places = [f"({DIGITS}) p{place}" for place in range(7)]
    value = " + ".join(f"p{place}.d * {10**place}" for place in range(7))
    most = max(measures, experiments)
    wanted = places[: len(str(most))]
    value = " + ".join(value.split(" + ")[: len(wanted)])
    connection.exec_driver_sql(
        f"INSERT INTO numbers SELECT {value} FROM {', '.join(wanted)} WHERE {value} <= {most}"
    )
    connection.exec_driver_sql(
        "INSERT INTO Experiment SELECT n, CONCAT('Versuch ', n), IF(n %% 3, 'Größe', NULL),"
        " '2023-05-01' + INTERVAL n HOUR, '2023-05-01' + INTERVAL n HOUR,"
        " IF(n %% 50, '2023-05-02' + INTERVAL n HOUR, NULL), IF(n %% 50, 'FINISHED', 'ERROR'),"
        " IF(n = 2, 3, 3 + n %% 2), IF(n %% 7 = 0, 2, 1), IF(n %% 5 = 4, 2, 1)"
        f" FROM numbers WHERE n BETWEEN 1 AND {experiments}"
    )
    connection.exec_driver_sql("INSERT INTO RedoxElectrolyte VALUES (3, 3, 'POS', 5, 50, 1, 9)")
    rows = (
        f"FROM Experiment e JOIN numbers m ON m.n < IF(e.ExpID = {LONG}, {measures // 2},"
        f" IF(e.ExpID %% 10 = 9, 0, {others}))"
    )
    connection.exec_driver_sql(
        "INSERT INTO GenericMeasures SELECT e.ExpID, m.n,"
        " e.DateBegin + INTERVAL m.n DIV 4 SECOND, IF(e.ProfID = 2, 1, 1 + m.n DIV 40 %% 3),"
        " 3000 + m.n %% 1200, IF(m.n DIV 40 %% 3 = 2, -4850, 2425), m.n %% 800 - 400,"
        f" IF(e.ExpID %% 2 = 0, 'DISABLE', IF(e.ProfID = 2, 'WAIT', 'CC_MODE')) {rows}"
    )
    connection.exec_driver_sql(
        "INSERT INTO ExtendedMeasures SELECT g.ExpID, g.MeasID, u.UsedMeasID,"
        " IF(u.UsedMeasID = 1, 250 + g.MeasID %% 50, -g.MeasID %% 4000)"
        " FROM GenericMeasures g JOIN Experiment e ON e.ExpID = g.ExpID"
        " JOIN UsedMeasures u ON u.CSID = e.CSID"
    )
    connection.exec_driver_sql(
        "INSERT INTO Status SELECT m.n, e.ExpID, 2, e.DateBegin + INTERVAL m.n SECOND,"
        f" IF(m.n %% 99, 'OK', 'COMM_ERROR'), m.n %% 3 - 1 {rows} WHERE m.n %% 10 = 0"
    )
    connection.exec_driver_sql(
        "INSERT INTO Alarm SELECT 0, ExpID, DateBegin, 3, -20 FROM Experiment WHERE ExpID %% 50 = 0"
    )
    connection.exec_driver_sql("DROP TABLE numbers")


# What every row says, whatever the types: CRC32 of its values as text, added up.
VALUES = {
    "Battery": "BatID, Name, Description, Manufacturer, Model, SN, FabDate, Tech, CellsNum,"
    " CellVoltMin, CellVoltMax, VoltMin, VoltMax, CurrMin, CurrMax",
    "Lithium": "BatID, Capacity + 0e0, Chemistry",
    "LeadAcid": "BatID, Capacity + 0e0, LOWER(Chemistry)",
    "RedoxStack": "BatID, ElectrodeSize, ElectrodeComposition, BipolarType, MembraneType,"
    " ElectrolyteType",
    "CompatibleDevices": "CompDevID, Name, Manufacturer, Model, DeviceType, MinSWVersion, VoltMin,"
    " VoltMax, CurrMin, CurrMax",
    "LinkConfiguration": "CompDevID, Property, Value",
    "ComputationalUnit": "CUID, MAC, HostName, IP, Port, User, {LastConnection}, Available",
    "CyclerStation": "CSID, CUID, Name, Location, {RegisterDate}, Parent, Deprecated",
    "DetectedDevices": "DevID, CUID, CompDevID, SN, LinkName, ConnStatus",
    "UsedDevices": "CSID, DevID",
    "UsedMeasures": "UsedMeasID, CSID, DevID, MeasType, CustomName",
    "Profile": "ProfID, Name, COALESCE(Description, ''), VoltMax, VoltMin, CurrMax, CurrMin",
    "Instructions": "InstrID, ProfID, Mode, SetPoint, LimitType, LimitPoint",
    "Experiment": "ExpID, Name, COALESCE(Description, ''), {DateCreation}, {DateBegin},"
    " {DateFinish}, Status, CSID, BatID, ProfID",
    "RedoxElectrolyte": "ExpID, BatID, Polarity, ElectrolyteVol, InitialSOC, MinFlowRate,"
    " MaxFlowRate",
    "GenericMeasures": "ExpID, MeasID, {Timestamp}, InstrID, Voltage + 0e0, Current + 0e0,"
    " Power + 0e0, PowerMode",
    "ExtendedMeasures": "ExpID, MeasID, UsedMeasID, Value + 0e0",
    "Status": "StatusID, ExpID, DevID, {Timestamp}, Status, ErrorCode",
    "Alarm": "AlarmID, ExpID, {Timestamp}, Code, Value",
}


def checksums(database: Database) -> dict[str, tuple[int, int]]:
    """Return the number of rows of each old table, and a sum over all their values."""
    found = {}
    with database.changing.connect() as connection:
        for table, values in VALUES.items():
            instants = values.replace("{", "DATE_FORMAT(`").replace("}", "`, '%Y%m%d%H%i%s.%f')")
            listed = ", ".join(f"COALESCE({one}, '-')" for one in _split(instants))
            row = connection.execute(
                text(
                    f"SELECT COUNT(*), COALESCE(SUM(CRC32(CONVERT(CONCAT_WS('|', {listed})"
                    f" USING utf8mb4))), 0) FROM `{table}`"
                )
            ).one()
            found[table] = (int(row[0]), int(row[1]))
        names = connection.execute(
            text(
                "SELECT MeasType, CompDevID, MeasName FROM"
                " AvailableMeasures WHERE MeasName <> 'vcell11'"
            )
        )
        found["AvailableMeasures"] = tuple(sorted(map(tuple, names)))
    return found


def _split(values: str) -> list[str]:
    """Split at the commas outside parentheses."""
    parts, depth = [""], 0
    for letter in values:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
