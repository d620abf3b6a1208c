"""Small capital letters and digits as bitmaps of 7 rows by 5 columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GLYPHS = {
    letter: bytes.fromhex(rows)
    for letter, rows in (
        line.split()
        for line in """
        A 0e11111f111111
        B 1e11111e11111e
        C 0e11101010110e
        D 1e11111111111e
        E 1f10101e10101f
        F 1f10101e101010
        G 0e11101711110f
        H 1111111f111111
        I 0e04040404040e
        J 0702020202120c
        K 11121418141211
        L 1010101010101f
        M 111b1515111111
        N 11191915131311
        O 0e11111111110e
        P 1e11111e101010
        Q 0e11111115120d
        R 1e11111e141211
        S 0f10100e01011e
        T 1f040404040404
        U 1111111111110e
        V 11111111110a04
        W 11111115151b11
        X 110a0a040a0a11
        Y 11110a04040404
        Z 1f01020408101f
        0 0e11131519110e
        1 040c040404040e
        2 0e11010608101f
        3 1e01010e01011e
        4 02060a121f0202
        5 1f101e0101110e
        6 0608101e11110e
        7 1f010204040808
        8 0e11110e11110e
        9 0e11110f01020c
        . 00000000000c0c
        , 000000000c0408
        : 000c0c000c0c00
        - 0000001f000000
        % 18190204081303
        """.strip().splitlines()
    )
}
"""Rows of a glyph from the top, one byte each, the leftmost pixel in bit 4."""


def lettered(text: str, scale: int = 1) -> NDArray[np.bool_]:
    """Where ink is when ``text`` is written in one line: 7 rows, 6 columns a letter, times ``scale``; others are spaces."""
    blank = bytes(7)
    rows = np.array([list(GLYPHS.get(letter, blank)) for letter in text.upper()], dtype=np.uint8).reshape(-1, 7)
    ink = (rows.T[:, :, None] >> np.arange(5, -2, -1).clip(0, None)[None, None, 1:]) & 1
    ink[:, :, 5] = 0
    line: NDArray[np.bool_] = ink.reshape(7, -1).astype(bool)
    return line.repeat(scale, axis=0).repeat(scale, axis=1)
