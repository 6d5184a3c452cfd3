"""A zip that is made while it is sent."""

import io
import zipfile

import numpy as np

from dashboard.zip_stream import PIECE_BYTES, zip_pieces


def test_what_comes_out_is_a_zip_of_what_went_in():
    files = {"1-a.csv": [b"x,y\n", b"1,2\n"], "2-b.csv": [], "3-c.csv": [b"z\n" * 1000]}
    content = b"".join(zip_pieces(files.items()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(files)
        for name, pieces in files.items():
            assert archive.read(name) == b"".join(pieces)


def test_it_is_sent_in_pieces_before_the_last_measure_is_read():
    read, noise = [], np.random.default_rng(1)  # which no zip makes smaller

    def measures():
        for number in range(40):
            read.append(number)
            yield noise.bytes(32 * 1024)

    pieces = zip_pieces([("a.csv", measures()), ("b.csv", measures())])
    first = next(pieces)
    assert len(first) >= PIECE_BYTES
    assert len(read) < 20
    assert zipfile.is_zipfile(io.BytesIO(first + b"".join(pieces)))
