"""Finance records in the form of FLARE, from templates of our own: the sentiment of statements, the stance of central banks.

A record is ``{id, query, answer, text, choices, gold}``, where ``query`` is ``{instruction}\\nText: {text}\\nAnswer:`` and
``gold`` the place of ``answer`` in ``choices``, as in the data sets of PIXIU (Xie et al., 2023, arXiv:2306.05443). Beside
these keys each holds the groups that a specification may ask for, ``instruction`` and ``spans``, which mark what is prompt
and no statement. All companies are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from robustspec.reference.finance import wording
from robustspec.reference.finance.wording import Company

Record = dict[str, Any]

SHARES = {"positive": 0.33, "neutral": 0.37, "negative": 0.30}
"""How often each sentiment is drawn."""

GOOD_WHEN_UP_SHARE = 0.7
"""How often the figure that moves is one whose rise is good news."""


def sentiment_records(n: int, seed: int, prefix: str = "sent") -> list[Record]:
    """``n`` statements about companies with their sentiment: positive, neutral or negative to a shareholder.

    Groups: ``sector``, ``size`` of the company, ``has_number``, ``negated`` and ``family`` (of the sentence). No text occurs
    twice; the same ``n`` and ``seed`` give the same records.
    """
    return _distinct(n, random.Random(f"sentiment/{seed}"), _sentiment, wording.SENTIMENTS, prefix)


def stance_records(n: int, seed: int, prefix: str = "stan") -> list[Record]:
    """``n`` statements of central banks with their stance: hawkish, dovish or neutral.

    The choices are lower case, while the instruction writes them in capitals. Groups: ``topic``, ``speaker``, ``has_number``
    and ``family``.
    """
    return _distinct(n, random.Random(f"stance/{seed}"), _stance, wording.STANCES, prefix)


def query_of(instruction: str, text: str) -> str:
    """The prompt of a record."""
    return f"{instruction}\nText: {text}\nAnswer:"


def _distinct(
    n: int, rng: random.Random, draw: Callable[[random.Random], Record], choices: tuple[str, ...], prefix: str
) -> list[Record]:
    found: dict[str, Record] = {}
    for record in _stream(rng, draw):
        if len(found) == n:
            break
        found.setdefault(record["text"], record)
    return [_complete(record, f"{prefix}-{number:04}", choices) for number, record in enumerate(found.values(), 1)]


def _stream(rng: random.Random, draw: Callable[[random.Random], Record]) -> Iterator[Record]:
    while True:
        yield draw(rng)


def _complete(drawn: Record, name: str, choices: tuple[str, ...]) -> Record:
    instruction, text, answer = drawn["instruction"], drawn["text"], drawn["answer"]
    return {
        "id": name,
        "query": query_of(instruction, text),
        "answer": answer,
        "text": text,
        "choices": list(choices),
        "gold": choices.index(answer),
        **drawn["groups"],
        "has_number": "yes" if any(map(str.isdigit, text)) else "no",
        "instruction": instruction,
        "spans": [
            {"text": instruction, "category": "instruction"},
            {"text": "\nText:", "category": "frame"},
            {"text": "\nAnswer:", "category": "frame"},
        ],
    }


def _sentiment(rng: random.Random) -> Record:
    label = rng.choices(tuple(SHARES), tuple(SHARES.values()))[0]
    company = rng.choice([company for company in wording.companies() if company.seen])
    subject = rng.choice(wording.GENERIC) if rng.random() < 0.12 else company.name
    family = rng.choice(_NEUTRAL if label == "neutral" else _TELLING)
    sentence = _FAMILIES[family](rng, subject, label)
    if rng.random() < 0.15:
        sentence = _hedged(rng, sentence)
    if rng.random() < 0.2:
        sentence += " " + rng.choice(wording.REMARKS)
    return {
        "text": fill(rng, sentence),
        "answer": label,
        "instruction": rng.choice(wording.SENTIMENT_INSTRUCTIONS),
        "groups": _groups(company, family),
    }


def _groups(company: Company, family: str) -> Record:
    return {
        "sector": company.sector,
        "size": company.size,
        "family": family,
        "negated": "yes" if family == "denied" else "no",
    }


def _direction(rng: random.Random, label: str) -> tuple[str, bool]:
    """A figure, and whether it has to rise to mean ``label``; news speak of sales more often than of losses."""
    good_when_up = rng.random() < GOOD_WHEN_UP_SHARE
    figures = wording.GOOD_WHEN_UP if good_when_up else wording.GOOD_WHEN_DOWN
    return rng.choice(figures), good_when_up == (label == "positive")


def _verb(rng: random.Random, up: bool) -> str:
    return rng.choice(tuple(wording.UP if up else wording.DOWN))


def _moved(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    now, before = _change(rng, up)
    amount = rng.choice(
        ("", " by {percent}", " {percent}", " slightly", " by {money}", " to {money}", " by {percent} to {money}",
         f" to {now} from {before}")
    )  # fmt: skip
    return f"{owner(subject)} {figure} {_verb(rng, up)}{amount} {rng.choice(_WHEN)}."


def _fronted(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    amount = rng.choice((" by {percent}", " to {money}", ""))
    return f"In {{period}}, the {figure} of {_inside(subject)} {_verb(rng, up)}{amount}."


def _reported(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    noun = rng.choice(wording.UP_NOUNS if up else wording.DOWN_NOUNS)
    size = "" if noun == "growth" else rng.choice(("an " if noun[0] in "aeiou" else "a ", "a {percent} ", "a clear "))
    verb = rng.choice(("reported", "posted", "announced"))
    return f"{subject} {verb} {size}{noun} in {figure} {rng.choice(_WHEN)}."


def _compared(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    now, before = _change(rng, up)
    verb, word = "was" if figure in wording.SINGULAR else "were", "up" if up else "down"
    return f"{owner(subject)} {figure} {rng.choice(_WHEN)} {verb} {now}, {word} from {before} a year earlier."


def _expected(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    plain = rng.choice(tuple((wording.UP if up else wording.DOWN).values()))
    return f"{subject} expects its {figure} to {plain}{rng.choice(('', ' by {percent}'))} in {{period}}."


def _denied(rng: random.Random, subject: str, label: str) -> str:
    """A rise or a fall that did not come: it means what the opposite means."""
    figure, up = _direction(rng, label)
    plain = rng.choice(tuple((wording.DOWN if up else wording.UP).values()))
    if rng.random() < 0.35:
        return f"{subject} does not expect its {figure} to {plain} in {{period}}."
    return f"{owner(subject)} {figure} did not {plain} {rng.choice(_WHEN)}."


def _event(rng: random.Random, subject: str, label: str) -> str:
    return f"{subject} {rng.choice(wording.EVENTS[label])}."


def _explained(rng: random.Random, subject: str, label: str) -> str:
    figure, up = _direction(rng, label)
    return f"{subject} {rng.choice(wording.EVENTS[label])}, and its {figure} {_verb(rng, up)}."


def _flat(rng: random.Random, subject: str, label: str) -> str:
    figure = rng.choice((*wording.GOOD_WHEN_UP, *wording.GOOD_WHEN_DOWN))
    verb = rng.choice(wording.FLAT)
    verb = verb if figure in wording.SINGULAR else verb.replace("was ", "were ")
    return f"{owner(subject)} {figure} {verb} {{money}} {rng.choice(_WHEN)}."


_FAMILIES: dict[str, Callable[[random.Random, str, str], str]] = {
    "moved": _moved,
    "fronted": _fronted,
    "reported": _reported,
    "compared": _compared,
    "expected": _expected,
    "denied": _denied,
    "event": _event,
    "explained": _explained,
    "flat": _flat,
}
_TELLING = (
    "moved", "moved", "fronted", "reported", "compared", "expected", "denied", "event", "event", "explained",
)  # fmt: skip
_NEUTRAL = ("event", "event", "event", "flat")
_WHEN = ("in {period}", "in {year}", "in {month}")


def owner(subject: str) -> str:
    """The subject in the possessive: ``Biolume's``, ``Silverbrook Systems'``."""
    return subject + ("'" if subject.endswith("s") else "'s")


def _inside(subject: str) -> str:
    return subject[0].lower() + subject[1:] if subject in wording.GENERIC else subject


def _hedged(rng: random.Random, sentence: str) -> str:
    plain = next((word for word in (*wording.GENERIC, "In ") if sentence.startswith(word)), None)
    return rng.choice(wording.HEDGES) + (sentence[0].lower() + sentence[1:] if plain else sentence)


def _stance(rng: random.Random) -> Record:
    label = rng.choice(wording.STANCES)
    topic = rng.choice(("rates", "rates", "inflation", "inflation", "labour", "assets"))
    speaker = rng.choice(tuple(wording.SPEAKERS))
    said = rng.choice(wording.STANCE_CLAUSES[label, topic])
    who, view = rng.choice(wording.SPEAKERS[speaker]), rng.choice(wording.VIEWS)
    family = rng.choice(("reported", "reported", "dated", "two-topics", "quoted"))
    if family == "dated":
        sentence = f"In {{month}} {{year}}, {who[0].lower() + who[1:]} {view} {said}."
    elif family == "two-topics":
        other = rng.choice([t for t in ("rates", "inflation", "labour", "assets") if t != topic])
        sentence = f"{who} {view} {said} and that {rng.choice(wording.STANCE_CLAUSES[label, other])}."
    elif family == "quoted":
        sentence = f"{said[0].upper() + said[1:]}, {who[0].lower() + who[1:]} said in {{month}}."
    else:
        sentence = f"{who} {view} {said}."
    sentence = sentence[:-1] + rng.choice(wording.CIRCUMSTANCES) + "."
    return {
        "text": fill(rng, sentence),
        "answer": label,
        "instruction": rng.choice(wording.STANCE_INSTRUCTIONS),
        "groups": {"topic": topic, "speaker": speaker, "family": family},
    }


def fill(rng: random.Random, sentence: str) -> str:
    """``sentence`` with a drawn amount, date or place for each name in braces, from left to right."""
    head, *rest = sentence.split("{")
    for part in rest:
        name, _, tail = part.partition("}")
        head += _FILLS[name](rng) + tail
    return head


_CURRENCIES = ("$", "EUR ", "€", "USD ")
_SCALES = ((" million", 900), ("m", 900), (" million", 900), ("m", 900), (" billion", 20), ("bn", 20))


def _money(rng: random.Random) -> str:
    scale, largest = rng.choice(_SCALES)
    number = rng.choice((f"{rng.randint(2, largest)}", f"{rng.randint(11, 10 * largest) / 10:.1f}"))
    return f"{rng.choice(_CURRENCIES)}{number}{scale}"


def _change(rng: random.Random, up: bool) -> tuple[str, str]:
    """An amount now and the one before, in one currency and scale."""
    scale, largest = rng.choice(_SCALES)
    low, high = sorted(rng.sample(range(11, 10 * largest), 2))
    currency = rng.choice(_CURRENCIES)
    now, before = (high, low) if up else (low, high)
    return f"{currency}{now / 10:.1f}{scale}", f"{currency}{before / 10:.1f}{scale}"


def _percent(rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(2, 48)}%", f"{rng.randint(11, 480) / 10:.1f}%", f"{rng.randint(2, 48)} percent"))


def _count(rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(20, 900)}", f"{rng.randint(1_000, 90_000):,}"))


def _year(rng: random.Random) -> str:
    return str(rng.randint(2012, 2026))


def _period(rng: random.Random) -> str:
    known = rng.choice(
        ("first quarter", "second quarter", "third quarter", "fourth quarter", "first half", "second half")
    )
    return rng.choice((f"the {known}", f"the {known}", f"the {known} of {_year(rng)}", f"the year {_year(rng)}"))


def _date(rng: random.Random) -> str:
    day, month = rng.randint(1, 28), rng.choice(wording.MONTHS)
    return rng.choice((f"{day} {month} {rng.randint(2020, 2026)}", f"{month} {day}"))


_FILLS: dict[str, Callable[[random.Random], str]] = {
    "money": _money,
    "percent": _percent,
    "count": _count,
    "period": _period,
    "year": _year,
    "past": lambda rng: str(rng.randint(1920, 2011)),
    "month": lambda rng: rng.choice(wording.MONTHS),
    "date": _date,
    "place": lambda rng: rng.choice(wording.PLACES),
    "points": lambda rng: rng.choice(("25", "50", "75")),
    "billions": lambda rng: str(rng.randint(5, 95)),
    "high": lambda rng: f"{rng.randint(40, 95) / 10:.1f}",
    "low": lambda rng: f"{rng.randint(2, 15) / 10:.1f}",
}
