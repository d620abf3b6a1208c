"""From a patient's words to items with a meaning: medicines, numbers, units, frequencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robustspec.reference.normalise import normalise, to_number, tokenise
from robustspec.reference.pharmacy.lexicon import LONGEST_NAME_WORDS, Lexicon, Match
from robustspec.reference.pharmacy.vocabulary import Meaning


@dataclass(slots=True)
class Item:
    """A word of the request with what it stands for; medicines have kind ``drug``, words without a meaning ``word``.

    ``stop`` says what stands before it: 2 the end of a sentence, 1 a comma, 0 neither.
    """

    kind: str
    text: str
    value: float = 0.0
    ingredient: str = ""
    exact: bool = True
    stop: int = 0


def kind_at(items: Sequence[Item], at: int) -> str:
    """The kind of the item at ``at``, empty beyond either end."""
    return items[at].kind if 0 <= at < len(items) else ""


def text_at(items: Sequence[Item], at: int) -> str:
    """The word of the item at ``at``, empty beyond either end."""
    return items[at].text if 0 <= at < len(items) else ""


def _window(words: Sequence[str], at: int, size: int, lexicon: Lexicon) -> Match | None:
    """The medicine that ``size`` words from ``at`` on name together."""
    part = words[at : at + size]
    joined = "".join(part)
    if not joined.isalpha():
        return None
    exact = lexicon.name(joined)
    if exact is not None and (exact.name_words == size or not all(map(lexicon.is_common, part))):
        return exact
    if all(lexicon.is_common(word) or lexicon.name(word) for word in part):
        return None
    near = lexicon.nearest_name(joined)
    if near is None or size == 1:
        return near
    if near.name_words == size:
        return near if lexicon.spells(near, part) else None
    return None if any(lexicon.is_common(word) or lexicon.name(word) for word in part) else near


def _name_at(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[Match, int] | None:
    """The medicine named from word ``at`` on and of how many words; full names of several words win."""
    best: tuple[tuple[bool, int, int], Match, int] | None = None
    for size in range(min(LONGEST_NAME_WORDS, len(words) - at), 0, -1):
        match = _window(words, at, size, lexicon)
        if match is not None:
            rank = (match.name_words != size or size == 1, match.distance, -size)
            if best is None or rank < best[0]:
                best = (rank, match, size)
    return None if best is None else (best[1], best[2])


def plain_item(word: str, lexicon: Lexicon, stop: int = 0) -> Item:
    """A word that names nothing: a number, a keyword, everyday English, or unknown."""
    if word[0] in "0123456789.":
        return Item("number", word, to_number(word), stop=stop)
    meaning: Meaning | None = lexicon.meaning(word)
    if meaning is None:
        return Item("word" if lexicon.is_common(word) else "unknown", word, stop=stop)
    return Item(meaning.kind, word, meaning.value, stop=stop)


def read_items(text: str, lexicon: Lexicon) -> list[Item]:
    """The words of a request with their meanings, in order; numbers in words are folded into one."""
    words, stops = lexicon.words(tokenise(normalise(text)))
    odd = list(map(lexicon.is_odd, words))
    items: list[Item] = []
    at = 0
    while at < len(words):
        # Only near a word that is no English, or at one that begins a name, can there be a name: the rest is most of a text.
        likely = True in odd[at : at + LONGEST_NAME_WORDS] or words[at] in lexicon.first_words
        named = _name_at(words, at, lexicon) if likely else None
        if named is None:
            items.append(plain_item(words[at], lexicon, stops[at]))
            at += 1
        else:
            match, size = named
            name = "".join(words[at : at + size])
            items.append(Item(match.kind, name, 0.0, match.ingredient, match.distance == 0, stops[at]))
            at += size
    return fold_numbers(items)


def fold_numbers(items: Iterable[Item]) -> list[Item]:
    """``four hundred`` and ``twenty five`` as one number each; ``two two hundred`` stays two."""
    folded: list[Item] = []
    pending_and: Item | None = None
    for item in items:
        last = folded[-1] if folded and folded[-1].kind == "number" else None
        if last is not None and item.kind == "multiplier":
            folded[-1] = Item("number", f"{last.text} {item.text}", last.value * item.value, stop=last.stop)
        elif last is not None and item.kind == "number" and _completes(last, item):
            folded[-1] = Item("number", f"{last.text} {item.text}", last.value + item.value, stop=last.stop)
        elif item.kind == "multiplier":
            folded.append(Item("number", item.text, item.value, stop=item.stop))
        elif last is not None and item.text == "and" and last.text.endswith(("hundred", "thousand")):
            pending_and = item
            continue
        else:
            if pending_and is not None:
                folded.append(pending_and)
            folded.append(item)
        pending_and = None
    return folded


def _completes(last: Item, item: Item) -> bool:
    """Whether a number word goes on with the number before it, as in ``twenty five`` or ``one thousand two hundred``."""
    if not item.text.isalpha() or last.text[-1].isdigit():
        return False
    unit = 1000 if last.value % 1000 == 0 else 100 if last.value % 100 == 0 else 10 if last.value % 10 == 0 else 1
    return last.value >= 20 and item.value < unit and unit > 1
