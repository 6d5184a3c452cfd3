"""Adopting the database of the WattRex application: recognised, explained, changed in place.

It gets the shape that the first revision gives to the fixed tables. The revisions then find them
there, and add what is ours. Every step is one statement that the server does wholly or not at all,
and what is left to do is always worked out anew from the tables as they are: that is what makes it
possible to go on after an interruption.
"""

from db.migrations.adoption.plan import Kind, Plan, kind_of, make_plan, refusal
from db.migrations.adoption.run import adopt
