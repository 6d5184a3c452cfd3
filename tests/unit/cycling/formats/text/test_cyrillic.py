"""Windows-1251 told from Latin-1."""

import pytest

from cycling.formats.text.first_bytes import sniff_encoding


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Время, с;Напряжение, В\n0;3,3\n", "cp1251"),
        ("ТОК;A\nЗаряд\n", "cp1251"),
        ("Temps écoulé;Température (°C)\n", "cp1252"),
        ("Größe;Übergangsstraße;Tensão\n", "cp1252"),
        ("Température\n", "cp1252"),
    ],
)
def test_the_encoding_of_a_head(text, codec):
    head = text.encode(codec)
    assert sniff_encoding(head, "a.csv") == (codec, 0)
