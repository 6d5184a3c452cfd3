"""The library of profiles, and the fixed profiles that stations execute.

A version is a text. Compiling makes one fixed profile of it for each capacity; from then on the
version is never changed, so that an experiment shows what it ran.
"""

from db.commands.profiles.compiling import compile_text, compile_version
from db.commands.profiles.library import (
    RefusedProfileError,
    Saved,
    archive,
    delete_profile,
    describe,
    duplicate,
    new_version,
    save_profile,
)
