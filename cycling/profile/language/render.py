"""From tree to canonical text: parse(render(profile)) is the same profile; comments are lost."""

from collections.abc import Iterator

from cycling.profile.language.quantities import plain
from cycling.profile.language.tree import Item, Profile, Record, Repeat, Safety, Step


def render(profile: Profile) -> str:
    """Return the canonical text of a profile, ending with a line feed."""
    return "\n".join([*_lines(profile), ""])


def _lines(profile: Profile) -> Iterator[str]:
    if profile.safety:
        yield render_safety(profile.safety)
    if profile.record:
        yield render_record(profile.record)
    yield from _item_lines(profile.items, "")
    if profile.end_test:
        yield f"END TEST IF RETENTION < {plain(profile.end_test.retention_percent)}%"


def _item_lines(items: tuple[Item, ...], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Repeat):
            yield f"{indent}REPEAT {item.count}{' CYCLES' if item.counts_cycles else ''}"
            yield from _item_lines(item.items, indent + "  ")
            yield f"{indent}END"
        else:
            yield indent + render_step(item)


def render_step(step: Step) -> str:
    """Return the canonical line of a step."""
    parts = [step.mode.name, step.set_point.text]
    for limit in step.limits:
        parts += [limit.kind, limit.value.text]
    if step.max_current is not None:
        parts += ["MAX", step.max_current.text]
    return ", ".join(parts)


def render_safety(safety: Safety) -> str:
    """Return the canonical SAFETY line."""
    ranges = (f"{one.kind} {one.low.text} {one.high.text}" for one in safety.ranges)
    return f"SAFETY {' '.join(ranges)}"


def render_record(record: Record) -> str:
    """Return the canonical RECORD line; its units are written, as two numbers stand together."""
    texts = [
        value.text + (value.unit if value.unit in ("s", "V") else "")
        for value in (record.interval, record.voltage)
        if value is not None
    ]
    return f"RECORD {' '.join(texts)}"
