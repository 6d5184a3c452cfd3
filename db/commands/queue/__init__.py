"""The queues of stations: held until the battery is confirmed, queued, cancelled.

A plan is ours; its row in Experiment exists only while a station may take it, because some cyclers
run every QUEUED row of their station by themselves, oldest DateCreation first.

Who changes a queue holds the rows of the battery, then of the stations, in the order of their ids.
"""

from db.commands.queue.confirm import Confirmation, confirm_battery
from db.commands.queue.forms import PairError, add_plans, discard_draft, save_draft
from db.commands.queue.plans import NewPlan, add_plan, cancel, reorder
from db.commands.queue.rows import hold_back, hold_queue, next_queued
