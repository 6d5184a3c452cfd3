"""What the samples of an experiment add up to, from totals that are kept beside its chunks.

The last chunk grows: it is added up when somebody asks. Totals of those before it are kept as soon
as somebody has made them, of sixteen that are complete in one row. They hold as long as the samples
are the same, and how they are added up, and where clocks stood before them.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from hashlib import blake2b
from itertools import groupby

import msgspec
import zstandard

from cycling.analysis.chunk_totals import ChunkTotals, Counting, merge, merge_all
from cycling.analysis.packing import pack, unpack
from cycling.errors import UnavailableError
from db.engine import Database
from db.measures.recent import Recent
from db.measures.recipe import METHOD, StepRecipe
from db.measures.samples import COLUMNS, Sampling
from db.series import ExperimentSeries, codec, totals
from db.series.totals import NewTotals

FAN = 16  # chunks of which totals are kept in one row
MOST_BYTES = 2**18  # of the totals of a chunk: where steps are that short samples are read faster
MOST_TOGETHER = 2**20  # of one row, and of a transaction
MAX_KEPT = 50_000  # steps that a process keeps


@dataclass(frozen=True)
class Added:
    """What consecutive samples add up to.

    `before` and `after` say where clocks and pauses stood. `resumed` counts, by instruction, what
    went on after a recorded pause.
    """

    totals: ChunkTotals
    before: bytes
    after: bytes
    resumed: Counter[int]

    def with_(self, then: "Added") -> "Added":
        """Return what both add up to; the samples of the other follow."""
        both = merge(self.totals, then.totals)
        return Added(both, self.before, then.after, self.resumed + then.resumed)


@dataclass(frozen=True)
class Part:
    """What so many chunks from a number on add up to; `packed` as it is, or is to be, kept."""

    number: int
    chunks: int
    added: Added
    packed: bytes
    is_kept: bool


def whole_totals(experiment: ExperimentSeries, recipe: StepRecipe) -> Added | None:
    """Return what all measures of an experiment add up to.

    None where it has so many steps that nothing is gained, or where damage was found before. What
    is new of it is kept afterwards. Raises DamagedError.
    """
    if experiment.left_out:
        return None
    adding = _Adding(experiment, recipe)
    *complete, last = experiment.chunk_numbers
    together = adding.known(complete)
    if together is None and complete:
        parts = list[Part]()
        for part in adding.parts(complete, last):
            if part.chunks == 1 and len(part.packed) > MOST_BYTES:
                return None
            parts.append(part)
        parts = list(_grouped(parts, last))
        together = _joined([one.added for one in parts], recipe.counting)
        adding.keep(parts, together)
    return together.with_(adding.added(last)) if together else adding.added(last)


class _Adding:
    """Adds up the chunks of an experiment in their order, by totals that are kept or samples."""

    def __init__(self, experiment: ExperimentSeries, recipe: StepRecipe) -> None:
        self._experiment, self._counting = experiment, recipe.counting
        self._session = experiment.database.session
        self._sampling = Sampling(experiment, recipe.source, recipe.temperature)
        self._recipe = _name(experiment, recipe, self._sampling)
        self._known_as: object = None

    def known(self, numbers: Sequence[int]) -> Added | None:
        """Return what these chunks add up to, if this process knows and all of it is kept."""
        if not numbers:
            return None
        places = totals.places(self._session, self._experiment.id, self._recipe)
        self._known_as = (self._recipe, self._counting, tuple(places), tuple(numbers))
        known = _RECENT.find(self._experiment, self._known_as)
        if known is not None:
            self._sampling.go_on(known.after)
        return known

    def parts(self, numbers: Sequence[int], last: int) -> Iterator[Part]:
        """Yield what these chunks add up to, in their order; `last` is the one after them."""
        kept = totals.read(self._session, self._experiment.id, self._recipe)
        place = 0
        while place < len(numbers):
            number = numbers[place]
            first = number - number % FAN
            is_first = first + FAN <= last and (place == 0 or numbers[place - 1] < first)
            part = self._kept(kept, first, FAN) if is_first else None
            part = part or self._kept(kept, number, 1)
            if part is None:
                added = self.added(number)
                part = Part(number, 1, added, _packed(added), is_kept=False)
            yield part
            place = bisect_left(numbers, part.number + part.chunks)

    def added(self, number: int) -> Added:
        """Add up the samples of the next chunk. Raises DamagedError."""
        before = self._sampling.state
        self._sampling.resumed.counts = Counter()
        table = self._experiment.table(number, self._sampling.extended, only=COLUMNS)
        of_it = ChunkTotals.of(self._sampling.samples(table), self._counting)
        return Added(of_it, before, self._sampling.state, self._sampling.resumed.counts)

    def keep(self, parts: Sequence[Part], together: Added) -> None:
        """Keep what is new, when the experiment is closed, and what it was made of."""
        id_, new = self._experiment.id, list[NewTotals]()
        for one in parts:
            if not one.is_kept:
                stamps = totals.stamps(self._session, id_, one.number, one.chunks)
                new.append(NewTotals(one.number, one.chunks, one.packed, stamps))
        for some in _within(new, MOST_TOGETHER):
            keep = partial(_keep, experiment_id=id_, recipe=self._recipe, new=some)
            self._experiment.afterwards.append(keep)
        if not new:
            size = len(together.totals.steps)
            _RECENT.add(self._experiment, self._known_as, together, size=size, most=MAX_KEPT)

    def _kept(self, kept: Mapping[tuple[int, int], bytes], number: int, count: int) -> Part | None:
        """Return what is kept of chunks, if it holds here."""
        packed = kept.get((number, count))
        added = None if packed is None else _unpacked(packed, self._counting)
        if packed is None or added is None or added.before != self._sampling.state:
            return None
        self._sampling.go_on(added.after)
        return Part(number, count, added, packed, is_kept=True)


_RECENT: Recent[object, Added] = Recent()


def _grouped(parts: Iterable[Part], last: int) -> Iterator[Part]:
    """Make one part of all those of a row, where none of its chunks can come any more."""
    for group, its in groupby(parts, key=lambda one: one.number // FAN):
        some = list(its)
        is_one = some[0].chunks == FAN or group == last // FAN
        if is_one or sum(len(one.packed) for one in some) > MOST_TOGETHER:
            yield from some
            continue
        together = reduce(Added.with_, (one.added for one in some))
        yield Part(group * FAN, FAN, together, _packed(together), is_kept=False)


def _joined(parts: Sequence[Added], how: Counting) -> Added:
    together = merge_all([one.totals for one in parts], how)
    resumed = sum((one.resumed for one in parts), Counter[int]())
    return Added(together, parts[0].before, parts[-1].after, resumed)


def _name(experiment: ExperimentSeries, recipe: StepRecipe, sampling: Sampling) -> str:
    """Return a digest of how samples are added up, but for the deadband."""
    begin_us = experiment.begin_us if recipe.source.by_test_time else 0
    how = replace(recipe.counting, deadband_a=0.0)
    temperature = recipe.temperature and recipe.temperature.key
    of = (METHOD, recipe.source, how, temperature, sampling.split.tolist(), begin_us)
    return blake2b(repr(of).encode(), digest_size=16).hexdigest()


def _packed(added: Added) -> bytes:
    content = {
        "deadband_a": added.totals.how.deadband_a,
        "before": added.before,
        "after": added.after,
        "resumed": dict(added.resumed),
        "totals": pack(added.totals),
    }
    return zstandard.ZstdCompressor(level=codec.LEVEL).compress(msgspec.msgpack.encode(content))


def _unpacked(packed: bytes, how: Counting) -> Added | None:
    """Return totals that were packed, None where with this deadband they are others."""
    of = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(packed))
    then = unpack(of["totals"], replace(how, deadband_a=of["deadband_a"]))
    if then.how != how and not then.holds_for(how.deadband_a):
        return None
    return Added(replace(then, how=how), of["before"], of["after"], Counter(of["resumed"]))


def _within(new: Sequence[NewTotals], most: int) -> Iterator[list[NewTotals]]:
    """Yield them in lists of so many bytes at most."""
    some = list[NewTotals]()
    for one in new:
        if some and sum(len(it.totals) for it in some) + len(one.totals) > most:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _keep(database: Database, experiment_id: int, recipe: str, new: Sequence[NewTotals]) -> None:
    try:
        totals.keep(database, experiment_id, recipe, new)
    except UnavailableError:  # who looks next keeps them
        return
