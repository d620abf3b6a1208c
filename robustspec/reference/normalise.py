"""From what a patient typed to tokens: look-alike letters, accents, case and spacing are no differences."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LOOKALIKES = str.maketrans(
    {
        **dict(zip("аеорсухіјѕѵһԁԛԝкмтвнгпбиӏ", "aeopcyxijsvhdqwkmtbhrnbul", strict=True)),  # Cyrillic
        **dict(zip("АЕОРСУХІЈЅѴҺԚԜКМТВНӀ", "aeopcyxijsvhqwkmtbhl", strict=True)),
        **dict(zip("αβγεζηικνορτυχωμ", "abyeznikvoptuxwu", strict=True)),  # Greek
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
        **dict(zip("ıɑɡɩʟոսօ", "iagilnuo", strict=True)),  # Latin extensions, Armenian
        **dict.fromkeys("’'‘`´"),
    }
)
_ACCENTS_AND_INVISIBLE = frozenset(("Mn", "Cf"))
_MISREAD = ((re.compile(r"(?<=[A-Za-z])\+(?=[A-Za-z])"), "t"), (re.compile(r"(?<=[A-Za-z])\||\|(?=[A-Za-z])"), "l"))
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|\.\d+|[a-z]+(?:\d+[a-z]+)*\d*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_APOSTROPHES = str.maketrans("", "", "'`")
_NO_STOP = frozenset(("", " "))
_SENTENCE_ENDS = ".!?"
_BREAKS = ",;:()\n\u2013\u2014"


@dataclass(slots=True)
class Token:
    """A number or a word in lower case; ``glued`` says that no space stands between it and the token before.

    ``stop`` says what does: 2 for the end of a sentence, 1 for a comma or another break in one, 0 for neither.
    """

    text: str
    glued: bool
    stop: int = 0

    @property
    def is_number(self) -> bool:
        """Whether the token is written in digits."""
        return self.text[0] in "0123456789."


def normalise(text: str) -> str:
    """Lower case, with look-alike letters made Latin, and accents, apostrophes and invisible characters removed."""
    for pattern, letter in _MISREAD:
        text = pattern.sub(letter, text) if "+" in text or "|" in text else text
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).lower()
    letters = unicodedata.normalize("NFD", plain)
    return "".join(c for c in letters if unicodedata.category(c) not in _ACCENTS_AND_INVISIBLE)


def tokenise(text: str) -> list[Token]:
    """The words and numbers of a normalised text, in order."""
    tokens = []
    end = -1
    for match in _TOKEN.finditer(text):
        start = match.start()
        gap = text[max(end, 0) : start]
        tokens.append(Token(match.group(), start == end, 0 if gap in _NO_STOP else _stop(gap)))
        end = match.end()
    return tokens


def _stop(gap: str) -> int:
    if any(mark in gap for mark in _SENTENCE_ENDS):
        return 2
    return int(any(mark in gap for mark in _BREAKS))


def to_number(text: str) -> float:
    """The value of a number in digits: ``1,200`` is twelve hundred, ``0,5`` is a half."""
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    whole, _, rest = text.replace(",", ".").partition(".")
    return float(f"{whole or '0'}.{rest.replace('.', '') or '0'}")
