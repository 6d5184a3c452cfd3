"""Export to aurora-unicycler's JSON."""

import json
from decimal import Decimal
from typing import Any

from cycling.profile.foreign.draft import Exported
from cycling.profile.language.quantities import Quantity
from cycling.profile.language.tree import Item, LimitKind, Profile, Repeat, SafetyRange, Step
from cycling.profile.problems import Findings
from cycling.terms import Mode

USUAL_RECORD_S = 10  # it must be named there, also where a profile leaves it to the station
_SAFETY_ORDER = (LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.TEMPERATURE)
_LIMITS = {
    Mode.CC: (LimitKind.TIME, LimitKind.VOLTAGE),
    Mode.CV: (LimitKind.TIME, LimitKind.CURRENT),
}


def to_unicycler(profile: Profile) -> Exported:
    """Return a unicycler protocol as JSON; what it cannot express is refused by line."""
    writer = _Writer()
    record, safety = writer.record(profile), writer.safety(profile)
    writer.items(profile.items)
    if profile.end_test:
        writer.findings.error(profile.end_test.place, "unicycler has no END TEST: leave it out.")
    protocol = {"record": record, "safety": safety, "method": writer.method}
    text = json.dumps(protocol, indent=2) + "\n"
    return Exported("" if writer.findings.failed else text, writer.findings.sorted())


class _Writer:
    def __init__(self) -> None:
        self.findings = Findings()
        self.method: list[dict[str, Any]] = []
        self._tags = 0

    def record(self, profile: Profile) -> dict[str, float]:
        """Return the sampling."""
        if profile.record is None:
            return {"time_s": USUAL_RECORD_S}
        record = {"time_s": _number(profile.record.interval.amount())}
        if profile.record.voltage:
            record["voltage_V"] = _number(profile.record.voltage.amount())
        return record

    def safety(self, profile: Profile) -> dict[str, float]:
        """Return the abort limits, always in the same order: the reader knows no other."""
        ranges = profile.safety.ranges if profile.safety else ()
        safety: dict[str, float] = {}
        for one in sorted(ranges, key=lambda one: _SAFETY_ORDER.index(one.kind)):
            safety |= self._range(one)
        return safety

    def _range(self, one: SafetyRange) -> dict[str, float]:
        if one.kind is LimitKind.TEMPERATURE:
            self.findings.error(one.low.place, "unicycler has no SAFETY TEMPERATURE: leave it out.")
        elif one.low.needs_capacity or one.high.needs_capacity:
            self.findings.error(one.low.place, "unicycler's safety takes no C-rate: write mA.")
        elif one.kind is LimitKind.VOLTAGE:
            low, high = _number(one.low.amount()), _number(one.high.amount())
            return {"min_voltage_V": low, "max_voltage_V": high}
        else:
            low, high = _number(one.low.amount() * 1000), _number(one.high.amount() * 1000)
            return {"min_current_mA": low, "max_current_mA": high}
        return {}

    def items(self, items: tuple[Item, ...]) -> None:
        """Add steps; a loop is a tag before and a loop after them."""
        for item in items:
            if isinstance(item, Repeat):
                self._tags += 1
                tag = f"loop {self._tags}"
                self.method.append({"step": "tag", "tag": tag})
                self.items(item.items)
                loop = {"step": "loop", "loop_to": tag, "cycle_count": item.count}
                self.method.append(loop)
            else:
                self._step(item)

    def _step(self, step: Step) -> None:
        if step.mode is Mode.WAIT:
            time_s = _number(step.set_point.amount())
            if not time_s:
                self.findings.error(step.place, "unicycler has no rest of 0 s: remove it.")
            self.method.append({"step": "open_circuit_voltage", "until_time_s": time_s})
            return
        if step.mode not in _LIMITS or not step.set_point.value:
            what = "CP" if step.mode is Mode.CP else "CC at 0"
            self.findings.error(step.place, f"unicycler has no {what}.")
            return
        if step.max_current is not None:
            self.findings.error(step.max_current.place, "unicycler has no MAX: leave it out.")
        if step.mode is Mode.CC:
            entry: dict[str, Any] = {"step": "constant_current"}
            entry |= _current(step.set_point, "rate_C", "current_mA")
        else:
            entry = {"step": "constant_voltage", "voltage_V": _number(step.set_point.amount())}
        for limit in sorted(step.limits, key=lambda one: one.kind is LimitKind.TIME):
            if limit.kind not in _LIMITS[step.mode] or not limit.value.value:
                self.findings.error(
                    limit.value.place, f"unicycler cannot end this step by {limit.kind}."
                )
            elif limit.kind is LimitKind.CURRENT:
                entry |= _current(limit.value, "until_rate_C", "until_current_mA")
            else:
                key = "until_time_s" if limit.kind is LimitKind.TIME else "until_voltage_V"
                entry[key] = _number(limit.value.amount())
        self.method.append(entry)


def _current(current: Quantity, rate_key: str, current_key: str) -> dict[str, Any]:
    if current.needs_capacity:
        rate = current.text if current.divisor != 1 else _number(current.value)
        return {rate_key: rate}
    return {current_key: _number(current.amount() * 1000)}


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
