"""Runs the published synchroniser as it is; a program for its own environment.

usage: python peer_sync.py FOLDER
FOLDER holds config/.cred.yaml and config.yaml, which the tests have written.
"""

import os
import sys

os.chdir(sys.argv[1])
os.environ["CONFIG_FILE_PATH"] = "config.yaml"

from system_logger_tool import SysLogLoggerC  # noqa: E402 - it must be the first of these

SysLogLoggerC(file_log_levels="log_config.yaml")

from threading import Event  # noqa: E402

from wattrex_cycler_db_sync import DbSyncNodeC  # noqa: E402

working = Event()
working.set()
DbSyncNodeC(
    working_flag=working, comp_unit=1, cycle_period=500, cred_file="config/.cred.yaml"
).run()
