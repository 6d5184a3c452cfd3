"""The revisions that the check knows by file names are those that Alembic knows."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from db import migrations


def test_the_names_of_the_files_say_what_alembic_reads_in_them():
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    scripts = ScriptDirectory.from_config(config)
    assert migrations.head() == scripts.get_current_head()
    assert migrations.known_revisions() == {one.revision for one in scripts.walk_revisions()}
