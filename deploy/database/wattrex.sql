-- An account for the programs of WattRex computational units: exactly what their synchroniser and
-- cyclers need, and nothing of ours. Their connection takes no special characters in a password:
-- letters and digits only. Run it as an administrator after `bem db upgrade`, one for each unit.

CREATE USER 'wattrex'@'%' IDENTIFIED BY 'example-wattrex';

-- The synchroniser writes what has been measured.
GRANT SELECT, INSERT, UPDATE ON bem.Experiment TO 'wattrex'@'%';
GRANT INSERT ON bem.GenericMeasures TO 'wattrex'@'%';
GRANT INSERT ON bem.ExtendedMeasures TO 'wattrex'@'%';
GRANT INSERT ON bem.Status TO 'wattrex'@'%';
GRANT INSERT ON bem.Alarm TO 'wattrex'@'%';

-- Cyclers read what they are to do, and with what.
GRANT SELECT ON bem.Battery TO 'wattrex'@'%';
GRANT SELECT ON bem.Profile TO 'wattrex'@'%';
GRANT SELECT ON bem.Instructions TO 'wattrex'@'%';
GRANT SELECT ON bem.CyclerStation TO 'wattrex'@'%';
GRANT SELECT ON bem.UsedDevices TO 'wattrex'@'%';
GRANT SELECT ON bem.DetectedDevices TO 'wattrex'@'%';
GRANT SELECT ON bem.CompatibleDevices TO 'wattrex'@'%';
GRANT SELECT ON bem.UsedMeasures TO 'wattrex'@'%';
GRANT SELECT ON bem.AvailableMeasures TO 'wattrex'@'%';
GRANT SELECT ON bem.LinkConfiguration TO 'wattrex'@'%';
