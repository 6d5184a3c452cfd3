"""Small Access databases (Jet 4) for tests, written page by page."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

PAGE = 4096
KINDS = {"u1": 2, "<i2": 3, "<i4": 4, "<f4": 6, "<f8": 7, "text": 10}
Table = Mapping[str, tuple[str, Any]]  # by column: how it is stored, and its values

RECORD = {"Test_ID": "<i4", "Data_Point": "<i4", "Test_Time": "<f8", "Step_Time": "<f8"}
RECORD |= {"DateTime": "<f8", "Step_Index": "<i2", "Cycle_Index": "<i2", "Current": "<f4"}
RECORD |= {"Voltage": "<f4", "Charge_Capacity": "<f8", "Discharge_Capacity": "<f8"}


def jet(tables: Mapping[str, Table]) -> bytes:
    """Return a database with these tables; a value that is NaN or None is blank."""
    names = list(tables)
    catalogue: Table = {
        "Id": ("<i4", range(3, 3 + len(names))),
        "Name": ("text", names),
        "Type": ("<i2", [1] * len(names)),
    }
    all_tables = [catalogue, *tables.values()]
    first = bytearray(PAGE)
    first[:20] = b"\0\1\0\0Standard Jet DB\0"
    first[20] = 1
    definitions = [_definition(table) for table in all_tables]
    data = [_data(table, 2 + n) for n, table in enumerate(all_tables)]
    return b"".join([bytes(first), bytes(PAGE), *definitions, *data])


def _definition(table: Table) -> bytes:
    page = bytearray(PAGE)
    page[0] = 2
    struct.pack_into("<I", page, 16, len(next(iter(table.values()))[1]))
    struct.pack_into("<H", page, 45, len(table))
    place, offset, variable = 63, 0, 0
    for number, (stored, _) in enumerate(table.values()):
        fixed = stored != "text"
        page[place] = KINDS[stored]
        struct.pack_into("<H", page, place + 5, number)
        struct.pack_into("<H", page, place + 7, variable)
        page[place + 15] = fixed
        struct.pack_into("<H", page, place + 21, offset if fixed else 0)
        offset += np.dtype(stored).itemsize if fixed else 0
        variable += not fixed
        place += 25
    for name in table:
        raw = name.encode("utf-16-le")
        page[place : place + 2 + len(raw)] = struct.pack("<H", len(raw)) + raw
        place += 2 + len(raw)
    return bytes(page)


def _data(table: Table, owner: int) -> bytes:
    if all(stored != "text" for stored, _ in table.values()):
        return _fixed_data(table, owner)
    columns = [values for _, values in table.values()]
    rows = [_row(table, list(values)) for values in zip(*columns, strict=True)]
    pages = []
    while rows:
        page, end, count = bytearray(PAGE), PAGE, 0
        while rows and end - len(rows[0]) > 14 + 2 * (count + 1):
            row = rows.pop(0)
            end -= len(row)
            page[end : end + len(row)] = row
            struct.pack_into("<H", page, 14 + 2 * count, end)
            count += 1
        page[0] = 1
        struct.pack_into("<I", page, 4, owner)
        struct.pack_into("<H", page, 12, count)
        pages.append(bytes(page))
    return b"".join(pages)


def _row(table: Table, values: Sequence[Any]) -> bytes:
    fixed, texts, bits = b"", [], 0
    for number, ((stored, _), value) in enumerate(zip(table.values(), values, strict=True)):
        bits |= (value is not None) << number
        if stored == "text":
            texts.append((value or "").encode("utf-16-le"))
        else:
            fixed += np.array(value or 0, stored).tobytes()
    content = struct.pack("<H", len(values)) + fixed
    offsets = [len(content)]
    for text in texts:
        content += text
        offsets.append(len(content))
    ends = b"".join(struct.pack("<H", offset) for offset in reversed(offsets))
    count = struct.pack("<H", len(texts))
    return content + ends + count + bits.to_bytes((len(values) + 7) // 8, "little")


def _fixed_data(table: Table, owner: int) -> bytes:
    """All rows are of one length: put together as arrays, so that a million take a second."""
    columns = {name: np.asarray(values, stored) for name, (stored, values) in table.items()}
    count = len(next(iter(columns.values())))
    width = (len(table) + 7) // 8
    fields = [("columns", "<u2"), *((name, stored) for name, (stored, _) in table.items())]
    records = np.zeros(count, np.dtype([*fields, ("bits", "u1", (width,))]))
    records["columns"] = len(table)
    for number, (name, values) in enumerate(columns.items()):
        records[name] = values
        is_there = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(count, bool)
        records["bits"][:, number // 8] |= is_there.astype(np.uint8) << number % 8
    size = records.dtype.itemsize
    room = (PAGE - 14) // (size + 2)
    pages = np.zeros((-(-count // room), PAGE), np.uint8)
    pages[:, 0] = 1
    pages[:, 4:8] = np.frombuffer(struct.pack("<I", owner), np.uint8)
    raw = records.view(np.uint8).reshape(count, size)
    places = PAGE - (np.arange(room) + 1) * size
    for number, page in enumerate(pages):
        own = raw[number * room : (number + 1) * room]
        page[12:14] = np.frombuffer(struct.pack("<H", len(own)), np.uint8)
        page[14 : 14 + 2 * len(own)] = places[: len(own)].astype("<u2").view(np.uint8)
        page[places[len(own) - 1] :] = own[::-1].ravel()
    return pages.tobytes()


def arbin(tests: Mapping[int, int], **more: Table) -> bytes:
    """Return an Arbin file with tests of so many records a second, in the wrong order on disk."""
    ids = np.concatenate([np.full(count, test) for test, count in tests.items()])
    points = np.concatenate([np.arange(count) + 1 for count in tests.values()])
    order = np.lexsort((-points, ids))
    ids, points = ids[order], points[order]
    values = {
        "Test_ID": ids,
        "Data_Point": points,
        "Test_Time": points - 1.0,
        "Step_Time": points - 1.0,
        "DateTime": 45_000 + (points - 1) / 86_400,
        "Step_Index": np.ones(len(ids)),
        "Cycle_Index": ids,
        "Current": np.where(points == 3, np.nan, 0.1 * ids),
        "Voltage": 3 + points / len(points),
        "Charge_Capacity": ids * (points - 1) / 36_000,
        "Discharge_Capacity": np.zeros(len(ids)),
    }
    tables: dict[str, Table] = {
        "Global_Table": {
            "Test_ID": ("<i4", list(tests)),
            "Test_Name": ("text", [f"cell {test}" for test in tests]),
            "Channel_Index": ("<i2", [test + 4 for test in tests]),
            "Start_DateTime": ("<f8", [45_000.0] * len(tests)),
            "Schedule_File_Name": ("text", ["a.sdu"] * len(tests)),
            "Item_ID": ("text", [None] * len(tests)),
        },
        "Channel_Normal_Table": {name: (stored, values[name]) for name, stored in RECORD.items()},
    }
    return jet({**tables, **more})
