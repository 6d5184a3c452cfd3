BEGIN TRANSACTION;
CREATE TABLE "Alarm" (
	"ExpID" INTEGER NOT NULL, 
	"AlarmID" INTEGER NOT NULL, 
	"Timestamp" DATETIME NOT NULL, 
	"Code" INTEGER NOT NULL, 
	"Value" INTEGER NOT NULL, 
	CONSTRAINT "pk_Alarm" PRIMARY KEY ("ExpID", "AlarmID")
);
CREATE TABLE "AvailableMeasures" (
	"MeasType" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"CompDevID" INTEGER NOT NULL, 
	"MeasName" VARCHAR(20) NOT NULL, 
	CONSTRAINT "fk_AvailableMeasures_CompDevID" FOREIGN KEY("CompDevID") REFERENCES "CompatibleDevices" ("CompDevID")
);
INSERT INTO "AvailableMeasures" VALUES(1,2,'hs_voltage');
INSERT INTO "AvailableMeasures" VALUES(2,2,'temp_body');
INSERT INTO "AvailableMeasures" VALUES(3,2,'temp_amb');
INSERT INTO "AvailableMeasures" VALUES(4,2,'temp_anod');
INSERT INTO "AvailableMeasures" VALUES(5,3,'temp1');
INSERT INTO "AvailableMeasures" VALUES(6,3,'temp2');
INSERT INTO "AvailableMeasures" VALUES(7,3,'temp3');
INSERT INTO "AvailableMeasures" VALUES(8,3,'temp4');
INSERT INTO "AvailableMeasures" VALUES(9,3,'vcell1');
INSERT INTO "AvailableMeasures" VALUES(10,3,'vcell2');
INSERT INTO "AvailableMeasures" VALUES(11,3,'vcell3');
INSERT INTO "AvailableMeasures" VALUES(12,3,'vcell4');
INSERT INTO "AvailableMeasures" VALUES(13,3,'vcell5');
INSERT INTO "AvailableMeasures" VALUES(14,3,'vcell6');
INSERT INTO "AvailableMeasures" VALUES(15,3,'vcell7');
INSERT INTO "AvailableMeasures" VALUES(16,3,'vcell8');
INSERT INTO "AvailableMeasures" VALUES(17,3,'vcell9');
INSERT INTO "AvailableMeasures" VALUES(18,3,'vcell10');
INSERT INTO "AvailableMeasures" VALUES(19,3,'vcell11');
INSERT INTO "AvailableMeasures" VALUES(20,3,'vcell12');
INSERT INTO "AvailableMeasures" VALUES(21,3,'vstack');
INSERT INTO "AvailableMeasures" VALUES(22,3,'status');
INSERT INTO "AvailableMeasures" VALUES(23,3,'pres1');
INSERT INTO "AvailableMeasures" VALUES(24,3,'pres2');
CREATE TABLE "Battery" (
	"BatID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"Name" VARCHAR(30) NOT NULL, 
	"Description" VARCHAR(250), 
	"Manufacturer" VARCHAR(20) NOT NULL, 
	"Model" VARCHAR(20) NOT NULL, 
	"SN" VARCHAR(30) NOT NULL, 
	"FabDate" DATE NOT NULL, 
	"Tech" VARCHAR(40) NOT NULL, 
	"CellsNum" INTEGER NOT NULL, 
	"CellVoltMin" INTEGER, 
	"CellVoltMax" INTEGER, 
	"VoltMin" INTEGER NOT NULL, 
	"VoltMax" INTEGER NOT NULL, 
	"CurrMin" INTEGER NOT NULL, 
	"CurrMax" INTEGER NOT NULL, 
	CONSTRAINT "uq_Battery_Name_Manufacturer_Model_SN" UNIQUE ("Name", "Manufacturer", "Model", "SN"), 
	CONSTRAINT "ck_Battery_technology" CHECK ("Tech" IN ('Lithium', 'LeadAcid', 'RedoxStack'))
);
INSERT INTO "Battery" VALUES(1,'Cell 1','','LG','M50','001','2026-01-31','Lithium',1,NULL,NULL,2500,4200,-5000,5000);
CREATE TABLE "CompatibleDevices" (
	"CompDevID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"Name" VARCHAR(30) NOT NULL, 
	"Manufacturer" VARCHAR(30) NOT NULL, 
	"Model" VARCHAR(30) NOT NULL, 
	"DeviceType" VARCHAR(40) NOT NULL, 
	"MinSWVersion" INTEGER NOT NULL, 
	"VoltMin" INTEGER, 
	"VoltMax" INTEGER, 
	"CurrMin" INTEGER, 
	"CurrMax" INTEGER, 
	CONSTRAINT "uq_CompatibleDevices_Name_Manufacturer_Model_DeviceType" UNIQUE ("Name", "Manufacturer", "Model", "DeviceType"), 
	CONSTRAINT "ck_CompatibleDevices_devicetype" CHECK ("DeviceType" IN ('Source', 'BiSource', 'Load', 'Meter', 'Epc', 'Bms', 'Bk', 'Flow'))
);
INSERT INTO "CompatibleDevices" VALUES(1,'Virtual','Virtual','Virtual','BiSource',0,NULL,NULL,NULL,NULL);
INSERT INTO "CompatibleDevices" VALUES(2,'EPC','Wattrex','A','Epc',0,0,6000,-15000,15000);
INSERT INTO "CompatibleDevices" VALUES(3,'BMS','Liftec','0','Bms',0,NULL,NULL,NULL,NULL);
CREATE TABLE "ComputationalUnit" (
	"CUID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"MAC" VARCHAR(20) NOT NULL, 
	"HostName" VARCHAR(50) NOT NULL, 
	"IP" VARCHAR(20) NOT NULL, 
	"Port" INTEGER NOT NULL, 
	"User" VARCHAR(30) NOT NULL, 
	"LastConnection" DATETIME NOT NULL, 
	"Available" VARCHAR(40) NOT NULL, 
	CONSTRAINT "uq_ComputationalUnit_MAC_HostName_IP_Port" UNIQUE ("MAC", "HostName", "IP", "Port"), 
	CONSTRAINT "ck_ComputationalUnit_availability" CHECK ("Available" IN ('ON', 'OFF'))
);
INSERT INTO "ComputationalUnit" VALUES(1,'0','Virtual','127.0.0.1',0,'','2026-01-01 00:00:00','OFF');
CREATE TABLE "CyclerStation" (
	"CSID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"CUID" INTEGER NOT NULL, 
	"Name" VARCHAR(30) NOT NULL, 
	"Location" VARCHAR(30) NOT NULL, 
	"RegisterDate" DATETIME NOT NULL, 
	"Parent" INTEGER, 
	"Deprecated" BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT "fk_CyclerStation_CUID" FOREIGN KEY("CUID") REFERENCES "ComputationalUnit" ("CUID"), 
	CONSTRAINT "fk_CyclerStation_Parent" FOREIGN KEY("Parent") REFERENCES "CyclerStation" ("CSID")
);
INSERT INTO "CyclerStation" VALUES(1,1,'Virtual','Virtual','2026-01-01 00:00:00',NULL,0);
CREATE TABLE "DetectedDevices" (
	"DevID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"CUID" INTEGER NOT NULL, 
	"CompDevID" INTEGER NOT NULL, 
	"SN" VARCHAR(30) NOT NULL, 
	"LinkName" VARCHAR(30) NOT NULL, 
	"ConnStatus" VARCHAR(40) NOT NULL, 
	CONSTRAINT "fk_DetectedDevices_CUID" FOREIGN KEY("CUID") REFERENCES "ComputationalUnit" ("CUID"), 
	CONSTRAINT "fk_DetectedDevices_CompDevID" FOREIGN KEY("CompDevID") REFERENCES "CompatibleDevices" ("CompDevID"), 
	CONSTRAINT "uq_DetectedDevices_CUID_CompDevID_LinkName" UNIQUE ("CUID", "CompDevID", "LinkName"), 
	CONSTRAINT "ck_DetectedDevices_connection" CHECK ("ConnStatus" IN ('CONNECTED', 'DISCONNECTED'))
);
INSERT INTO "DetectedDevices" VALUES(1,1,1,'0','virtual','CONNECTED');
CREATE TABLE "Experiment" (
	"ExpID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"Name" VARCHAR(30) NOT NULL, 
	"Description" VARCHAR(250) NOT NULL, 
	"DateCreation" DATETIME NOT NULL, 
	"DateBegin" DATETIME, 
	"DateFinish" DATETIME, 
	"Status" VARCHAR(40) NOT NULL, 
	"CSID" INTEGER NOT NULL, 
	"BatID" INTEGER NOT NULL, 
	"ProfID" INTEGER NOT NULL, 
	CONSTRAINT "fk_Experiment_BatID" FOREIGN KEY("BatID") REFERENCES "Battery" ("BatID"), 
	CONSTRAINT "fk_Experiment_CSID" FOREIGN KEY("CSID") REFERENCES "CyclerStation" ("CSID"), 
	CONSTRAINT "fk_Experiment_ProfID" FOREIGN KEY("ProfID") REFERENCES "Profile" ("ProfID"), 
	CONSTRAINT "ck_Experiment_experimentstatus" CHECK ("Status" IN ('RUNNING', 'FINISHED', 'ERROR', 'PAUSED', 'QUEUED'))
);
INSERT INTO "Experiment" VALUES(1,'Ageing','of the version before','2026-11-30 07:07:40.600357','2026-03-01 12:00:00.000000','2026-03-01 12:00:11.000000','FINISHED',1,1,1);
CREATE TABLE "ExtendedMeasures" (
	"ExpID" INTEGER NOT NULL, 
	"UsedMeasID" INTEGER NOT NULL, 
	"MeasID" INTEGER NOT NULL, 
	"Value" DOUBLE, 
	CONSTRAINT "pk_ExtendedMeasures" PRIMARY KEY ("ExpID", "UsedMeasID", "MeasID")
)
 WITHOUT ROWID

;
CREATE TABLE "GenericMeasures" (
	"ExpID" INTEGER NOT NULL, 
	"MeasID" INTEGER NOT NULL, 
	"Timestamp" DATETIME NOT NULL, 
	"InstrID" INTEGER NOT NULL, 
	"Voltage" DOUBLE, 
	"Current" DOUBLE, 
	"Power" DOUBLE, 
	"PowerMode" VARCHAR(40), 
	"TestTime" DOUBLE, 
	"Step" INTEGER, 
	"Cycle" INTEGER, 
	CONSTRAINT "pk_GenericMeasures" PRIMARY KEY ("ExpID", "MeasID"), 
	CONSTRAINT "ck_GenericMeasures_powermode" CHECK ("PowerMode" IN ('DISABLE', 'WAIT', 'CC_MODE', 'CV_MODE', 'CP_MODE'))
)
 WITHOUT ROWID

;
INSERT INTO "GenericMeasures" VALUES(1,0,'2026-03-01 12:00:00.000000',0,3000.0,1000.0,NULL,NULL,0.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,1,'2026-03-01 12:00:01.000000',0,3001.0,1000.0,NULL,NULL,1.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,2,'2026-03-01 12:00:02.000000',0,3002.0,1000.0,NULL,NULL,2.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,3,'2026-03-01 12:00:03.000000',0,3003.0,1000.0,NULL,NULL,3.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,4,'2026-03-01 12:00:04.000000',0,3004.0,1000.0,NULL,NULL,4.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,5,'2026-03-01 12:00:05.000000',0,3005.0,1000.0,NULL,NULL,5.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,6,'2026-03-01 12:00:06.000000',0,3006.0,1000.0,NULL,NULL,6.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,7,'2026-03-01 12:00:07.000000',0,3007.0,1000.0,NULL,NULL,7.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,8,'2026-03-01 12:00:08.000000',0,3008.0,1000.0,NULL,NULL,8.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,9,'2026-03-01 12:00:09.000000',0,3009.0,1000.0,NULL,NULL,9.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,10,'2026-03-01 12:00:10.000000',0,3010.0,1000.0,NULL,NULL,10.0,0,NULL);
INSERT INTO "GenericMeasures" VALUES(1,11,'2026-03-01 12:00:11.000000',0,3011.0,1000.0,NULL,NULL,11.0,0,NULL);
CREATE TABLE "Instructions" (
	"InstrID" INTEGER NOT NULL, 
	"ProfID" INTEGER NOT NULL, 
	"Mode" VARCHAR(40) NOT NULL, 
	"SetPoint" INTEGER NOT NULL, 
	"LimitType" VARCHAR(40) NOT NULL, 
	"LimitPoint" INTEGER NOT NULL, 
	CONSTRAINT "pk_Instructions" PRIMARY KEY ("InstrID", "ProfID"), 
	CONSTRAINT "fk_Instructions_ProfID" FOREIGN KEY("ProfID") REFERENCES "Profile" ("ProfID"), 
	CONSTRAINT "ck_Instructions_mode" CHECK ("Mode" IN ('WAIT', 'CC_MODE', 'CV_MODE', 'CP_MODE')), 
	CONSTRAINT "ck_Instructions_limittype" CHECK ("LimitType" IN ('TIME', 'VOLTAGE', 'CURRENT', 'POWER'))
);
CREATE TABLE "LeadAcid" (
	"BatID" INTEGER NOT NULL, 
	"Capacity" DOUBLE NOT NULL, 
	"Chemistry" VARCHAR(40) NOT NULL, 
	CONSTRAINT "pk_LeadAcid" PRIMARY KEY ("BatID"), 
	CONSTRAINT "fk_LeadAcid_BatID" FOREIGN KEY("BatID") REFERENCES "Battery" ("BatID"), 
	CONSTRAINT "ck_LeadAcid_leadacidchemistry" CHECK ("Chemistry" IN ('Liquid', 'Gel', 'Other'))
);
CREATE TABLE "LinkConfiguration" (
	"CompDevID" INTEGER NOT NULL, 
	"Property" VARCHAR(30) NOT NULL, 
	"Value" VARCHAR(30) NOT NULL, 
	CONSTRAINT "pk_LinkConfiguration" PRIMARY KEY ("CompDevID", "Property"), 
	CONSTRAINT "fk_LinkConfiguration_CompDevID" FOREIGN KEY("CompDevID") REFERENCES "CompatibleDevices" ("CompDevID")
);
CREATE TABLE "Lithium" (
	"BatID" INTEGER NOT NULL, 
	"Capacity" DOUBLE NOT NULL, 
	"Chemistry" VARCHAR(40) NOT NULL, 
	CONSTRAINT "pk_Lithium" PRIMARY KEY ("BatID"), 
	CONSTRAINT "fk_Lithium_BatID" FOREIGN KEY("BatID") REFERENCES "Battery" ("BatID"), 
	CONSTRAINT "ck_Lithium_lithiumchemistry" CHECK ("Chemistry" IN ('NMC', 'NCA', 'LMO', 'LFP', 'LCO', 'Other'))
);
INSERT INTO "Lithium" VALUES(1,5000.0,'Other');
CREATE TABLE "Profile" (
	"ProfID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"Name" VARCHAR(40) NOT NULL, 
	"Description" VARCHAR(250) NOT NULL, 
	"VoltMax" INTEGER, 
	"VoltMin" INTEGER, 
	"CurrMax" INTEGER, 
	"CurrMin" INTEGER
);
INSERT INTO "Profile" VALUES(1,'Not recorded','For imported experiments whose profile is not known.',NULL,NULL,NULL,NULL);
CREATE TABLE "RedoxElectrolyte" (
	"ExpID" INTEGER NOT NULL, 
	"BatID" INTEGER NOT NULL, 
	"Polarity" VARCHAR(40) NOT NULL, 
	"ElectrolyteVol" INTEGER NOT NULL, 
	"InitialSOC" INTEGER NOT NULL, 
	"MinFlowRate" INTEGER NOT NULL, 
	"MaxFlowRate" INTEGER NOT NULL, 
	CONSTRAINT "pk_RedoxElectrolyte" PRIMARY KEY ("ExpID", "BatID", "Polarity"), 
	CONSTRAINT "fk_RedoxElectrolyte_BatID" FOREIGN KEY("BatID") REFERENCES "RedoxStack" ("BatID"), 
	CONSTRAINT "fk_RedoxElectrolyte_ExpID" FOREIGN KEY("ExpID") REFERENCES "Experiment" ("ExpID"), 
	CONSTRAINT "ck_RedoxElectrolyte_polarity" CHECK ("Polarity" IN ('POS', 'NEG'))
);
CREATE TABLE "RedoxStack" (
	"BatID" INTEGER NOT NULL, 
	"ElectrodeSize" INTEGER NOT NULL, 
	"ElectrodeComposition" VARCHAR(30) NOT NULL, 
	"BipolarType" VARCHAR(40) NOT NULL, 
	"MembraneType" VARCHAR(40) NOT NULL, 
	"ElectrolyteType" VARCHAR(40) NOT NULL, 
	CONSTRAINT "pk_RedoxStack" PRIMARY KEY ("BatID"), 
	CONSTRAINT "fk_RedoxStack_BatID" FOREIGN KEY("BatID") REFERENCES "Battery" ("BatID"), 
	CONSTRAINT "ck_RedoxStack_bipolartype" CHECK ("BipolarType" IN ('Papyex Mersen', 'Composite Schunk', 'Graphite', 'Other')), 
	CONSTRAINT "ck_RedoxStack_membranetype" CHECK ("MembraneType" IN ('Fumasep-Anionic', 'Fumasep-Cathionic', 'Nafion', 'Vanadion', 'PEEK', 'Other')), 
	CONSTRAINT "ck_RedoxStack_electrolytetype" CHECK ("ElectrolyteType" IN ('All-vanadium', 'All-iron', 'Vanadium-based', 'Iron-based', 'Other'))
);
CREATE TABLE "Status" (
	"ExpID" INTEGER NOT NULL, 
	"StatusID" INTEGER NOT NULL, 
	"DevID" INTEGER NOT NULL, 
	"Timestamp" DATETIME NOT NULL, 
	"Status" VARCHAR(40) NOT NULL, 
	"ErrorCode" SMALLINT NOT NULL, 
	CONSTRAINT "pk_Status" PRIMARY KEY ("ExpID", "StatusID"), 
	CONSTRAINT "ck_Status_devicestatus" CHECK ("Status" IN ('OK', 'COMM_ERROR', 'INTERNAL_ERROR'))
);
CREATE TABLE "UsedDevices" (
	"CSID" INTEGER NOT NULL, 
	"DevID" INTEGER NOT NULL, 
	CONSTRAINT "pk_UsedDevices" PRIMARY KEY ("CSID", "DevID"), 
	CONSTRAINT "fk_UsedDevices_CSID" FOREIGN KEY("CSID") REFERENCES "CyclerStation" ("CSID"), 
	CONSTRAINT "fk_UsedDevices_DevID" FOREIGN KEY("DevID") REFERENCES "DetectedDevices" ("DevID")
);
INSERT INTO "UsedDevices" VALUES(1,1);
CREATE TABLE "UsedMeasures" (
	"UsedMeasID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"CSID" INTEGER NOT NULL, 
	"DevID" INTEGER NOT NULL, 
	"MeasType" INTEGER NOT NULL, 
	"CustomName" VARCHAR(40), 
	CONSTRAINT "fk_UsedMeasures_CSID_DevID" FOREIGN KEY("CSID", "DevID") REFERENCES "UsedDevices" ("CSID", "DevID"), 
	CONSTRAINT "fk_UsedMeasures_MeasType" FOREIGN KEY("MeasType") REFERENCES "AvailableMeasures" ("MeasType")
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0010');
CREATE TABLE bem_alarms (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	mark VARCHAR(80) NOT NULL, 
	station_id INTEGER NOT NULL, 
	experiment_id INTEGER, 
	code VARCHAR(40) NOT NULL, 
	text VARCHAR(250) NOT NULL, 
	at DATETIME NOT NULL, 
	acknowledged_at DATETIME, 
	acknowledged_by VARCHAR(60), 
	comment VARCHAR(250), 
	CONSTRAINT uq_bem_alarms_mark UNIQUE (mark)
);
CREATE TABLE bem_audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	address VARCHAR(45) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	target VARCHAR(120) NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT pk_bem_audit PRIMARY KEY (id)
);
INSERT INTO "bem_audit" VALUES(1,'2026-11-30 07:07:35.713617','command line','command line','add user','user vera','{"role": "viewer"}');
INSERT INTO "bem_audit" VALUES(2,'2026-11-20 14:00:00.250000','oscar','10.0.0.7','add battery','battery 1','{"name": "Cell 1", "serial_number": "001"}');
INSERT INTO "bem_audit" VALUES(3,'2026-11-30 07:07:40.600357','oscar','command line','import','experiment 1','{"name": "Ageing", "file": "cell.csv", "measures": 12}');
CREATE TABLE bem_battery_details (
	battery_id INTEGER NOT NULL, 
	form_token VARCHAR(40), 
	capacity_rate VARCHAR(20), 
	parallel INTEGER NOT NULL, 
	voltage_min_v DOUBLE, 
	voltage_max_v DOUBLE, 
	cell_voltage_min_v DOUBLE, 
	cell_voltage_max_v DOUBLE, 
	current_min_a DOUBLE, 
	current_max_a DOUBLE, 
	safety_voltage_min_v DOUBLE, 
	safety_voltage_max_v DOUBLE, 
	temperature_min_degc DOUBLE, 
	temperature_max_degc DOUBLE, 
	charge_temperature_min_degc DOUBLE, 
	CONSTRAINT pk_bem_battery_details PRIMARY KEY (battery_id), 
	CONSTRAINT fk_bem_battery_details_battery_id FOREIGN KEY(battery_id) REFERENCES "Battery" ("BatID"), 
	CONSTRAINT uq_bem_battery_details_form_token UNIQUE (form_token)
);
INSERT INTO "bem_battery_details" VALUES(1,NULL,NULL,1,2.5,4.2,NULL,NULL,-5.0,5.0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE "bem_channels" (
	used_measure_id INTEGER NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	unit VARCHAR(30) NOT NULL, 
	station_id INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT pk_bem_channels PRIMARY KEY (used_measure_id), 
	CONSTRAINT fk_bem_channels_used_measure_id FOREIGN KEY(used_measure_id) REFERENCES "UsedMeasures" ("UsedMeasID") ON DELETE CASCADE, 
	CONSTRAINT uq_bem_channels_station_id_name_unit UNIQUE (station_id, name, unit)
);
CREATE TABLE bem_commands (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(40) NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	unit_id INTEGER NOT NULL, 
	station_id INTEGER, 
	experiment_id INTEGER, 
	reason VARCHAR(250) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	sent_at DATETIME, 
	tries INTEGER NOT NULL, 
	answered_at DATETIME, 
	answer VARCHAR(250), 
	output_off BOOLEAN, 
	CONSTRAINT ck_bem_commands_stationcommand CHECK (kind IN ('pause', 'resume', 'stop', 'detect', 'launch')), 
	CONSTRAINT ck_bem_commands_commandstate CHECK (state IN ('pending', 'sent', 'done', 'refused', 'expired'))
);
CREATE TABLE bem_compiled_versions (
	version_id INTEGER NOT NULL, 
	capacity VARCHAR(30) NOT NULL, 
	profile_id INTEGER NOT NULL, 
	CONSTRAINT pk_bem_compiled_versions PRIMARY KEY (version_id, capacity), 
	CONSTRAINT fk_bem_compiled_versions_version_id FOREIGN KEY(version_id) REFERENCES bem_profile_versions (id), 
	CONSTRAINT fk_bem_compiled_versions_profile_id FOREIGN KEY(profile_id) REFERENCES "Profile" ("ProfID"), 
	CONSTRAINT uq_bem_compiled_versions_profile_id UNIQUE (profile_id)
);
CREATE TABLE bem_confirmed_batteries (
	station_id INTEGER NOT NULL, 
	battery_id INTEGER NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	confirmed_at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_confirmed_batteries PRIMARY KEY (station_id), 
	CONSTRAINT fk_bem_confirmed_batteries_station_id FOREIGN KEY(station_id) REFERENCES "CyclerStation" ("CSID"), 
	CONSTRAINT fk_bem_confirmed_batteries_battery_id FOREIGN KEY(battery_id) REFERENCES "Battery" ("BatID")
);
CREATE TABLE bem_deleted_experiments (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(30) NOT NULL, 
	measures BIGINT NOT NULL, 
	job_id INTEGER NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	deleted_at DATETIME NOT NULL, 
	cleared_at DATETIME, 
	CONSTRAINT pk_bem_deleted_experiments PRIMARY KEY (experiment_id)
);
CREATE TABLE bem_device_abilities (
	device_id INTEGER NOT NULL, 
	abilities JSON NOT NULL, 
	CONSTRAINT pk_bem_device_abilities PRIMARY KEY (device_id), 
	CONSTRAINT fk_bem_device_abilities_device_id FOREIGN KEY(device_id) REFERENCES "DetectedDevices" ("DevID")
);
CREATE TABLE bem_experiment_names (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(30) NOT NULL, 
	description VARCHAR(250) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_experiment_names PRIMARY KEY (experiment_id)
);
CREATE TABLE bem_imports (
	experiment_id INTEGER NOT NULL, 
	job_id INTEGER, 
	file_name VARCHAR(255) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	format VARCHAR(40) NOT NULL, 
	mapping JSON NOT NULL, 
	measures INTEGER NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	beat_at DATETIME NOT NULL, 
	published_at DATETIME, 
	CONSTRAINT pk_bem_imports PRIMARY KEY (experiment_id)
);
INSERT INTO "bem_imports" VALUES(1,NULL,'cell.csv','1e5de3c7bbb3c69acbda2711f00b2812df860de18c7ada9b8646a81031616c6e','BDF CSV','{"format": "BDF CSV", "columns": [{"index": 0, "label": "Test Time / s", "field": "test_time", "unit": "s", "name": "Test Time"}, {"index": 1, "label": "Voltage / V", "field": "voltage", "unit": "V", "name": "Voltage"}, {"index": 2, "label": "Current / A", "field": "current", "unit": "A", "name": "Current"}, {"index": 3, "label": "Step Count / 1", "field": "step", "unit": "1", "name": "Step Count"}], "positive_is_charge": true, "time_zone": "UTC"}',12,'oscar','2026-11-30 07:07:40.572402','2026-11-30 07:07:40.600357');
CREATE TABLE bem_instruction_details (
	profile_id INTEGER NOT NULL, 
	instruction_id INTEGER NOT NULL, 
	exact JSON, 
	line INTEGER, 
	step INTEGER, 
	cycle INTEGER, 
	cycles INTEGER, 
	loops JSON NOT NULL, 
	expected_s DOUBLE, 
	CONSTRAINT pk_bem_instruction_details PRIMARY KEY (profile_id, instruction_id)
);
CREATE TABLE bem_jobs (
	id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	payload JSON NOT NULL, 
	result JSON, 
	error TEXT, 
	done BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	cancel_asked BOOLEAN NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	worker VARCHAR(80), 
	created_at DATETIME NOT NULL, 
	beat_at DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_bem_jobs PRIMARY KEY (id), 
	CONSTRAINT ck_bem_jobs_jobstate CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'))
);
CREATE TABLE bem_leases (
	name VARCHAR(40) NOT NULL, 
	holder VARCHAR(80) NOT NULL, 
	epoch INTEGER NOT NULL, 
	beat_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT pk_bem_leases PRIMARY KEY (name)
);
CREATE TABLE bem_login_failures (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	address VARCHAR(45) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	CONSTRAINT pk_bem_login_failures PRIMARY KEY (id)
);
CREATE TABLE bem_login_links (
	token_hash VARCHAR(64) NOT NULL, 
	user_id INTEGER NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_bem_login_links PRIMARY KEY (token_hash), 
	CONSTRAINT fk_bem_login_links_user_id FOREIGN KEY(user_id) REFERENCES bem_users (id) ON DELETE CASCADE
);
CREATE TABLE bem_notes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	experiment_id INTEGER NOT NULL, 
	at DATETIME, 
	text VARCHAR(500) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL
);
CREATE TABLE bem_out_of_service (
	station_id INTEGER NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_bem_out_of_service PRIMARY KEY (station_id), 
	CONSTRAINT fk_bem_out_of_service_station_id FOREIGN KEY(station_id) REFERENCES "CyclerStation" ("CSID")
);
CREATE TABLE bem_plans (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	token VARCHAR(40) NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	experiment_id INTEGER, 
	name VARCHAR(30) NOT NULL, 
	description VARCHAR(250) NOT NULL, 
	station_id INTEGER, 
	battery_id INTEGER, 
	profile_id INTEGER, 
	position INTEGER NOT NULL, 
	detail JSON NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	state_since DATETIME NOT NULL, 
	CONSTRAINT uq_bem_plans_experiment_id UNIQUE (experiment_id), 
	CONSTRAINT uq_bem_plans_token UNIQUE (token), 
	CONSTRAINT ck_bem_plans_planstate CHECK (state IN ('draft', 'held', 'queued', 'cancelled'))
);
CREATE TABLE bem_profile_details (
	profile_id INTEGER NOT NULL, 
	version_id INTEGER, 
	capacity_ah DOUBLE, 
	record_s DOUBLE, 
	record_v DOUBLE, 
	expected_s DOUBLE, 
	safety JSON NOT NULL, 
	CONSTRAINT pk_bem_profile_details PRIMARY KEY (profile_id), 
	CONSTRAINT fk_bem_profile_details_profile_id FOREIGN KEY(profile_id) REFERENCES "Profile" ("ProfID")
);
CREATE TABLE bem_profile_versions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	profile_id INTEGER, 
	number INTEGER NOT NULL, 
	once VARCHAR(64), 
	name VARCHAR(40) NOT NULL, 
	text TEXT NOT NULL, 
	comment VARCHAR(250) NOT NULL, 
	summary JSON NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_bem_profile_versions_profile_id FOREIGN KEY(profile_id) REFERENCES bem_profiles (id), 
	CONSTRAINT uq_bem_profile_versions_profile_id_number UNIQUE (profile_id, number), 
	CONSTRAINT uq_bem_profile_versions_once UNIQUE (once)
);
CREATE TABLE bem_profiles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(40) NOT NULL, 
	description VARCHAR(250) NOT NULL, 
	archived BOOLEAN NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_bem_profiles_name UNIQUE (name)
);
CREATE TABLE bem_refused_counts (
	sender VARCHAR(60) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	count BIGINT NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_refused_counts PRIMARY KEY (sender, kind)
);
CREATE TABLE bem_refused_messages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	beginning VARCHAR(200) NOT NULL
);
CREATE TABLE bem_run_events (
	experiment_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind VARCHAR(30) NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT pk_bem_run_events PRIMARY KEY (experiment_id, number)
);
CREATE TABLE bem_runs (
	experiment_id INTEGER NOT NULL, 
	station_id INTEGER NOT NULL, 
	offered_at DATETIME, 
	offered_epoch INTEGER, 
	accepted_at DATETIME, 
	ended_at DATETIME, 
	end_reason VARCHAR(250), 
	through BIGINT NOT NULL, 
	events_through BIGINT NOT NULL, 
	CONSTRAINT pk_bem_runs PRIMARY KEY (experiment_id)
);
CREATE TABLE bem_series (
	experiment_id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	measures INTEGER NOT NULL, 
	last_id BIGINT NOT NULL, 
	has_power BOOLEAN NOT NULL, 
	settled BOOLEAN NOT NULL, 
	checked_at DATETIME, 
	CONSTRAINT pk_bem_series PRIMARY KEY (experiment_id)
);
INSERT INTO "bem_series" VALUES(1,1,12,11,0,1,NULL);
CREATE TABLE bem_series_channels (
	experiment_id INTEGER NOT NULL, 
	used_measure_id INTEGER NOT NULL, 
	last_id BIGINT NOT NULL, 
	known INTEGER NOT NULL, 
	CONSTRAINT pk_bem_series_channels PRIMARY KEY (experiment_id, used_measure_id)
);
CREATE TABLE bem_series_chunks (
	experiment_id INTEGER NOT NULL, 
	channel VARCHAR(16) NOT NULL, 
	number INTEGER NOT NULL, 
	measures INTEGER NOT NULL, 
	id_sum BIGINT NOT NULL, 
	first_us BIGINT NOT NULL, 
	last_us BIGINT NOT NULL, 
	coarse BLOB NOT NULL, 
	fine BLOB NOT NULL, 
	samples BLOB NOT NULL, 
	CONSTRAINT pk_bem_series_chunks PRIMARY KEY (experiment_id, channel, number)
);
INSERT INTO "bem_series_chunks" VALUES(1,'id',0,0,0,0,0,X'',X'',X'28B52FFD20605D000018000100020000A6D80016');
INSERT INTO "bem_series_chunks" VALUES(1,'time',0,12,66,1772366400000000,1772366411000000,X'',X'',X'28B52FFD2060C500007000401042AF0F3500F5004B000600075002006AEFBDF716');
INSERT INTO "bem_series_chunks" VALUES(1,'instruction',0,12,0,0,0,X'',X'',X'28B52FFD206045000010000001003B012C');
INSERT INTO "bem_series_chunks" VALUES(1,'voltage',0,12,0,0,0,X'0010AF35F54B0600C0E85636F54B0600000000000070A740000000000086A740',X'1900000028B52FFD201081000000C010D8AFA73500F5004B000600000028B52FFD2010810000000000000000000000007086A7A74040',X'28B52FFD2060CD000080000070727476787A7C7E80828486A7400310004630FE4F2C');
INSERT INTO "bem_series_chunks" VALUES(1,'current',0,12,0,0,0,X'0010AF35F54B0600C0E85636F54B06000000000000408F400000000000408F40',X'1900000028B52FFD201081000000C010D8AFA73500F5004B000600000028B52FFD20108100000000000000000000000040408F8F4040',X'28B52FFD20607D0000280000408F4004100046CC19EC671B');
INSERT INTO "bem_series_chunks" VALUES(1,'test_time',0,12,0,0,0,X'',X'',X'28B52FFD2060FD0000C80000F000081014181C20222426003F40404040404040404040010084022C');
INSERT INTO "bem_series_chunks" VALUES(1,'step',0,12,0,0,0,X'',X'',X'28B52FFD206045000010000001003B012C');
CREATE TABLE bem_sessions (
	token_hash VARCHAR(64) NOT NULL, 
	user_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_sessions PRIMARY KEY (token_hash), 
	CONSTRAINT fk_bem_sessions_user_id FOREIGN KEY(user_id) REFERENCES bem_users (id) ON DELETE CASCADE
);
CREATE TABLE bem_set_aside_rows (
	repair_id INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	number BIGINT NOT NULL, 
	further INTEGER NOT NULL, 
	columns JSON NOT NULL, 
	CONSTRAINT pk_bem_set_aside_rows PRIMARY KEY (repair_id, kind, number, further)
);
CREATE TABLE bem_station_details (
	station_id INTEGER NOT NULL, 
	voltage_min_v DOUBLE, 
	voltage_max_v DOUBLE, 
	current_min_a DOUBLE, 
	current_max_a DOUBLE, 
	calibrated_on DATE, 
	CONSTRAINT pk_bem_station_details PRIMARY KEY (station_id), 
	CONSTRAINT fk_bem_station_details_station_id FOREIGN KEY(station_id) REFERENCES "CyclerStation" ("CSID")
);
CREATE TABLE bem_station_live (
	station_id INTEGER NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	state_since DATETIME NOT NULL, 
	detail VARCHAR(250) NOT NULL, 
	seen_at DATETIME NOT NULL, 
	contact_lost_at DATETIME, 
	output_on BOOLEAN, 
	experiment_id INTEGER, 
	instruction_id INTEGER, 
	instruction_began_s DOUBLE, 
	step INTEGER, 
	cycle INTEGER, 
	test_time_s DOUBLE, 
	measured_at DATETIME, 
	voltage_v DOUBLE, 
	current_a DOUBLE, 
	temperature_degc DOUBLE, 
	pending INTEGER NOT NULL, 
	trend JSON NOT NULL, 
	CONSTRAINT pk_bem_station_live PRIMARY KEY (station_id), 
	CONSTRAINT fk_bem_station_live_station_id FOREIGN KEY(station_id) REFERENCES "CyclerStation" ("CSID"), 
	CONSTRAINT ck_bem_station_live_stationstate CHECK (state IN ('idle', 'running', 'paused', 'error'))
);
CREATE TABLE bem_statistics (
	experiment_id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	method INTEGER NOT NULL, 
	result JSON NOT NULL, 
	CONSTRAINT pk_bem_statistics PRIMARY KEY (experiment_id)
);
CREATE TABLE bem_sync_repairs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	experiment_id INTEGER NOT NULL, 
	station_id INTEGER NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	last_id BIGINT NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome JSON NOT NULL, 
	CONSTRAINT ck_bem_sync_repairs_repairstate CHECK (state IN ('open', 'helped', 'restored'))
);
CREATE TABLE bem_units (
	unit_id INTEGER NOT NULL, 
	hardware_id VARCHAR(40) NOT NULL, 
	software VARCHAR(60) NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	speed DOUBLE NOT NULL, 
	online BOOLEAN NOT NULL, 
	seen_at DATETIME NOT NULL, 
	clock_offset_s DOUBLE, 
	CONSTRAINT pk_bem_units PRIMARY KEY (unit_id), 
	CONSTRAINT fk_bem_units_unit_id FOREIGN KEY(unit_id) REFERENCES "ComputationalUnit" ("CUID"), 
	CONSTRAINT uq_bem_units_hardware_id UNIQUE (hardware_id)
);
CREATE TABLE bem_uploads (
	id VARCHAR(32) NOT NULL, 
	file_name VARCHAR(255) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	user_name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_uploads PRIMARY KEY (id)
);
CREATE TABLE bem_users (
	id INTEGER NOT NULL, 
	name VARCHAR(60) NOT NULL, 
	password_hash VARCHAR(200) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_seen_at DATETIME, last_sign_in_at DATETIME, 
	CONSTRAINT pk_bem_users PRIMARY KEY (id), 
	CONSTRAINT uq_bem_users_name UNIQUE (name), 
	CONSTRAINT ck_bem_users_role CHECK (role IN ('viewer', 'operator', 'admin'))
);
INSERT INTO "bem_users" VALUES(1,'vera','$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA','viewer',0,'2026-11-30 07:07:35.713617',NULL,NULL);
CREATE TABLE bem_wattrex_strangers (
	claimed_id BIGINT NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_bem_wattrex_strangers PRIMARY KEY (claimed_id)
);
CREATE TABLE bem_wattrex_units (
	unit_id INTEGER NOT NULL, 
	seen_at DATETIME, 
	clock_offset_s DOUBLE, 
	measures_offset_s DOUBLE, 
	asked_at DATETIME, 
	CONSTRAINT pk_bem_wattrex_units PRIMARY KEY (unit_id), 
	CONSTRAINT fk_bem_wattrex_units_unit_id FOREIGN KEY(unit_id) REFERENCES "ComputationalUnit" ("CUID")
);
CREATE INDEX "ix_Battery_Tech" ON "Battery" ("Tech");
CREATE INDEX "ix_Profile_Name" ON "Profile" ("Name");
CREATE INDEX ix_bem_audit_at ON bem_audit (at);
CREATE INDEX ix_bem_imports_job_id ON bem_imports (job_id);
CREATE INDEX ix_bem_imports_published_at_beat_at ON bem_imports (published_at, beat_at);
CREATE INDEX ix_bem_imports_sha256 ON bem_imports (sha256);
CREATE INDEX ix_bem_jobs_state_created_at ON bem_jobs (state, created_at);
CREATE INDEX ix_bem_login_failures_address_at ON bem_login_failures (address, at);
CREATE INDEX ix_bem_login_failures_user_name_at ON bem_login_failures (user_name, at);
CREATE INDEX ix_bem_uploads_created_at ON bem_uploads (created_at);
CREATE INDEX ix_bem_uploads_sha256 ON bem_uploads (sha256);
CREATE INDEX ix_bem_sessions_user_id ON bem_sessions (user_id);
CREATE INDEX "ix_Experiment_BatID" ON "Experiment" ("BatID");
CREATE INDEX "ix_Experiment_CSID_DateCreation" ON "Experiment" ("CSID", "DateCreation");
CREATE INDEX "ix_Experiment_DateCreation" ON "Experiment" ("DateCreation");
CREATE INDEX "ix_Experiment_Name" ON "Experiment" ("Name");
CREATE INDEX "ix_Experiment_ProfID" ON "Experiment" ("ProfID");
CREATE INDEX "ix_Experiment_Status_DateCreation" ON "Experiment" ("Status", "DateCreation");
CREATE INDEX ix_bem_series_settled_checked_at ON bem_series (settled, checked_at);
CREATE INDEX ix_bem_notes_experiment_id ON bem_notes (experiment_id);
CREATE INDEX ix_bem_alarms_experiment_id ON bem_alarms (experiment_id);
CREATE INDEX ix_bem_alarms_station_id_acknowledged_at ON bem_alarms (station_id, acknowledged_at);
CREATE INDEX ix_bem_plans_station_id_state ON bem_plans (station_id, state);
CREATE INDEX ix_bem_runs_station_id_ended_at ON bem_runs (station_id, ended_at);
CREATE INDEX ix_bem_profile_details_version_id ON bem_profile_details (version_id);
CREATE INDEX ix_bem_confirmed_batteries_battery_id ON bem_confirmed_batteries (battery_id);
CREATE INDEX ix_bem_sync_repairs_experiment_id ON bem_sync_repairs (experiment_id);
CREATE INDEX ix_bem_sync_repairs_state ON bem_sync_repairs (state);
CREATE INDEX ix_bem_commands_state_created_at ON bem_commands (state, created_at);
CREATE INDEX ix_bem_commands_station_id_created_at ON bem_commands (station_id, created_at);
CREATE INDEX ix_bem_audit_user_name_at ON bem_audit (user_name, at);
CREATE INDEX ix_bem_audit_action_at ON bem_audit (action, at);
CREATE INDEX ix_bem_audit_target_at ON bem_audit (target, at);
CREATE INDEX ix_bem_deleted_experiments_cleared_at ON bem_deleted_experiments (cleared_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('CompatibleDevices',3);
INSERT INTO "sqlite_sequence" VALUES('AvailableMeasures',24);
INSERT INTO "sqlite_sequence" VALUES('ComputationalUnit',1);
INSERT INTO "sqlite_sequence" VALUES('CyclerStation',1);
INSERT INTO "sqlite_sequence" VALUES('DetectedDevices',1);
INSERT INTO "sqlite_sequence" VALUES('Profile',1);
INSERT INTO "sqlite_sequence" VALUES('bem_commands',0);
INSERT INTO "sqlite_sequence" VALUES('Battery',1);
INSERT INTO "sqlite_sequence" VALUES('Experiment',1);
COMMIT;
