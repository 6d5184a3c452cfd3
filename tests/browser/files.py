"""Files for the browser tests, made here so that they need nothing from outside."""

import math
from pathlib import Path


def bdf_file(path: Path, cycles: int = 3, samples: int = 200) -> Path:
    """A coin cell's cycles in BDF with a temperature: microampere currents, + charges."""
    rows = ["Test Time / s,Unix Time / s,Voltage / V,Current / A,Cycle Count / 1,T1 / degC"]
    for number in range(cycles * samples):
        cycle, place = divmod(number, samples)
        charging = place < samples // 2
        part = (place % (samples // 2)) / (samples // 2)
        voltage = 3.0 + 1.2 * part if charging else 4.2 - 1.2 * part
        current = 1.234567e-06 if charging else -1.2e-06
        heat = 25 + math.sin(number / 20)
        rows.append(
            f"{number * 10},{1760000000 + number * 10},{voltage:.6f},{current},"
            f"{cycle + 1},{heat:.3f}"
        )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def discharge_positive_file(path: Path) -> Path:
    """A table without a clock whose positive current discharges."""
    rows = ["Time(h);U(V);I(mA);Remark"]
    for number in range(120):
        charging = number >= 60
        voltage = 3.0 + 0.02 * (number - 60) if charging else 4.2 - 0.02 * number
        current = -1.5 if charging else 1.5
        rows.append(f"{number / 60:.6f};{voltage:.4f};{current};ok".replace(".", ","))
    path.write_text("\n".join(rows) + "\n", encoding="latin-1")
    return path


def local_clock_file(path: Path, hour: int) -> Path:
    """A charge of 200 s from this hour of a day, by a clock that names no zone."""
    rows = ["Date Time,Voltage (V),Current (A)"]
    for number in range(200):
        at = f"{hour:02d}:{number // 60:02d}:{number % 60:02d}"
        rows.append(f"23.11.2026 {at},{3 + number / 1000:.3f},1.0")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
