"""Parts of an experiment's samples: the chunks that hold them are read once, and no others."""

from collections.abc import Iterator, Sequence

import numpy as np

from cycling.analysis.integration import Samples, columns_of, samples_of
from db.measures.samples import samples
from db.measures.source import Source
from db.series import ExperimentSeries, chunks

Part = tuple[int, int]


def samples_of_parts(
    experiment: ExperimentSeries, source: Source, parts: Sequence[Part]
) -> Iterator[Samples]:
    """Yield the samples of parts, each from a place, counted from 0, to before another.

    They are in the order of their beginnings, and may overlap.
    """
    first, reach = 0, 0
    for end in range(1, len(parts) + 1):
        reach = max(reach, parts[end - 1][1])
        if end == len(parts) or parts[end][0] - reach >= chunks.CHUNK:
            yield from _of_neighbours(experiment, source, parts[first:end])
            first = end


def _of_neighbours(
    experiment: ExperimentSeries, source: Source, parts: Sequence[Part]
) -> Iterator[Samples]:
    """Yield the samples of parts that may be of the same chunks; few are held at a time."""
    place, begin = 0, parts[0][0]
    held: list[Samples] = []
    for block in samples(experiment, source, part=(begin, max(end for _first, end in parts))):
        held.append(block)
        if begin + sum(len(one.time_s) for one in held) < parts[place][1]:
            continue
        together = _joined(held)
        end = begin + len(together.time_s)
        while place < len(parts) and parts[place][1] <= end:
            first, last = parts[place]
            yield _cut(together, first - begin, last - begin)
            place += 1
        if place == len(parts):
            return
        kept = min(max(parts[place][0], begin), end)
        held, begin = [_cut(together, kept - begin, end - begin)], kept


def _joined(blocks: Sequence[Samples]) -> Samples:
    if len(blocks) == 1:
        return blocks[0]
    columns = zip(*(columns_of(one) for one in blocks), strict=True)
    return samples_of([np.concatenate(one) for one in columns])


def _cut(block: Samples, first: int, end: int) -> Samples:
    return samples_of([column[first:end] for column in columns_of(block)])
