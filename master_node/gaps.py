"""Gaps that stay: what follows on the stored records is not at their unit any more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from master_node.protocol.messages import Records

STAYS_FOR = timedelta(seconds=60)  # a unit goes back within 5 s of an answer, however late


@dataclass
class Gaps:
    """What the leader remembers of records that did not follow on what is stored."""

    _since: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    def stays(self, records: Records, through: int, now: datetime) -> bool:
        """Note records before they are taken; True while their unit does not go back for a minute.

        `through` is the number of the last sample that is stored, -1 for none.
        """
        samples = records.samples
        if samples is None:
            return False
        if samples.first <= through + 1:
            self._since.pop(records.experiment, None)
            return False
        stored, since = self._since.setdefault(records.experiment, (through, now))
        if stored != through:
            self._since[records.experiment] = through, now
            return False
        return now - since >= STAYS_FOR
