"""Words of a column that says what a step does: charge, discharge or rest."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.arrow import FloatArray, as_text

if TYPE_CHECKING:
    import pyarrow as pa

# Each in the languages of the makers; discharge first, for its words hold those for charge.
_DISCHARGE = re.compile(
    r"dis|dch|dchg|dsg|_d$|^d$|^-$|rated|entlad|urladd|descarg|d[ée]charg|scaric|ontlad|放[电電]|방전"
    r"|разряд|rozład|vybí[jt]|deşarj"
)
_CHARGE = re.compile(
    r"ch(ar)?g|cha|_c$|^c$|^\+$|ratec|laddn|lade|ladung|carg|caric|充[电電]|충전"
    r"|заряд|ładow|nabí[jt]|şarj"
)
_REST = re.compile(
    r"^(r|p|s|o|i|0|rst)$|vila|rest|pau|ocv|open|idle|stand|relax|wait|ruhe|reposo|repos|静置|搁置|擱置"
    r"|休止|휴지|^off$|^stop"
    r"|пауза|покой|spoczynek|przerwa|klid|bekleme|dinlenme|rust"
)


def direction(word: str) -> float:
    """1 for charge, -1 for discharge, 0 for rest, NaN for a word that says none of them."""
    text = word.strip().lower()
    plain = text if text == "-" else re.sub(r"[\s\-/]+", "_", text)
    if _REST.match(plain):  # "rest after charge"
        return 0.0
    for pattern, value in ((_DISCHARGE, -1.0), (_CHARGE, 1.0), (_REST, 0.0)):
        if pattern.search(plain):
            return value
    return np.nan


def are_states(cells: Iterable[str]) -> bool:
    """Whether most cells are such words, and none is a number."""
    texts = [cell for cell in cells if cell.strip()]
    values = [direction(text) for text in texts]
    words = sum(1 for value in values if not np.isnan(value))
    return 2 * words > len(texts) and not any(text[:1].isdigit() and text != "0" for text in texts)


def parse_states(cells: "pa.StringArray") -> FloatArray:
    """The direction of each cell; NaN where it is blank or no word for one."""
    encoded = as_text(cells).dictionary_encode()
    words = encoded.dictionary.to_pylist()
    values = np.array([*(direction(word or "") for word in words), np.nan])
    indices = np.array(encoded.indices.fill_null(len(words)).to_pylist(), np.int64)
    found: FloatArray = values[indices]
    return found
