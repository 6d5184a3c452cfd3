"""Errors whose text a lab user can act on.

Each is one or two sentences that say what happened, where, and what to do. They are raised where
the fact is known and shown in one place: a message on the page, or standard error and exit 2.
"""


class BemError(Exception):
    """Something failed on our side; the command line answers with exit status 1."""


class InputError(BemError):
    """Input or usage that is refused; the command line answers with exit status 2."""


class NotFoundError(InputError):
    """What was asked for does not exist (any more)."""


class ConflictError(InputError):
    """Somebody else was first: the name is taken, the state has changed."""


class UnavailableError(BemError):
    """Something that we need does not answer now; trying again later helps."""
