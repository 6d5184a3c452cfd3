"""Runs the published cu-manager as it is, without hardware; a program for its own environment.

usage: python peer_unit.py FOLDER MAC DEVICES
FOLDER holds what the tests have written (config/.cred.yaml, config.yaml, devops/deploy.sh); DEVICES
is a JSON list of [compatible device, serial number, link].
"""

import json
import os
import sys
import uuid

folder, mac, devices = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
os.chdir(folder)
os.environ["CONFIG_FILE_PATH"] = "config.yaml"
uuid.getnode = lambda: mac

from system_logger_tool import SysLogLoggerC  # noqa: E402 - it must be the first of these

SysLogLoggerC(file_log_levels="log_config.yaml")

from threading import Event  # noqa: E402

import wattrex_cycler_cu_manager.detect as detect  # noqa: E402
import wattrex_cycler_cu_manager.register as register  # noqa: E402
from wattrex_cycler_cu_manager import CuManagerNodeC  # noqa: E402
from wattrex_cycler_datatypes.comm_data import CommDataDeviceC  # noqa: E402

register.getnode = lambda: mac


def found(self):
    """Report the devices that the test names, in place of asking a CAN bus."""
    cu_id = self._DetectorC__cu_id
    return [
        CommDataDeviceC(cu_id=cu_id, comp_dev_id=kind, serial_number=serial, link_name=link)
        for kind, serial, link in devices
    ]


detect.DetectorC.process_detection = found

working = Event()
working.set()
node = CuManagerNodeC(working_flag=working, cycle_period=1000, cu_id_file_path=".cu_id")
node.run()
