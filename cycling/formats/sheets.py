"""Writing workbooks (.xlsx): sheets of numbers and texts, nothing else.

The format is that of ECMA-376, parts 1 and 2. A text is never a formula.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import isfinite
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

Cell = int | float | str | None
Rows = Sequence[Sequence[Cell]]

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAX_NAME, MAX_TEXT = 31, 32_767  # characters of a sheet's name, and of a cell
ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """Return a workbook with these sheets, whose first rows are their heads and stay in sight."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        count = len(sheets)
        archive.writestr("[Content_Types].xml", _types(count))
        archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/workbook.xml", _listed(list(sheets)))
        targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, count + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(targets))
        for number, rows in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(rows))
    return content.getvalue()


def _types(count: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, count + 1)]
    overrides = "".join(
        f'<Override PartName="{path}" ContentType="{SHEET_TYPE}.{kind}+xml"/>'
        for path, kind in parts
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{path}"/>'
        for n, (kind, path) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _listed(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name[:MAX_NAME])} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _sheet(rows: Rows) -> str:
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'{HEAD}<worksheet xmlns="{MAIN}">{view}<sheetData>{lines}</sheetData></worksheet>'


def _cell(value: Cell) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>" if isfinite(value) else "<c/>"
    if not value:
        return "<c/>"
    text = escape(value[:MAX_TEXT].translate(ILLEGAL))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
