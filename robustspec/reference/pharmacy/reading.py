"""What one message says, whoever reads it and whatever was said before: facts, a request, and the manner of speaking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from robustspec.reference.pharmacy import history, sayings
from robustspec.reference.pharmacy.conditions import KINDS
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.items import Item, kind_at, plain_item, read_items
from robustspec.reference.pharmacy.lexicon import Lexicon
from robustspec.reference.pharmacy.patient import Told
from robustspec.reference.pharmacy.request import Request, understand
from robustspec.reference.pharmacy.speech import DOCTORS, Speech, hear
from robustspec.reference.pharmacy.status import NEGATIONS
from robustspec.reference.pharmacy.vocabulary import word_set

Amount = tuple[float, str]
"""A number and what it counts: mg, or the kind of the word after it; empty where it counts nothing."""

_CORRECTIONS = word_set(
    "meant sorry oops mistake correction mistyped slip scratch autocorrect misread instead strike forget wrong typo "
    "correct actually"
)
_WISHES = word_set("give sell need refill buy order get want more please ran")
_DEMANDS = word_set("give sell refill buy order")
_APPROVALS = word_set("fine ok okay alright allowed possible safe")
_PRESSING = word_set(
    "sure certain wrong mistaken mistake doubt doubts insist insisted reconsider honest disagree clever bright genius star "
    "best favour favor expert professor supervisor committee director inspector complain complaint report lawyer review boss "
    "convinced rethink really surprises odd strange kinder friends opinion overlooked"
)
_TERMS = frozenset(KINDS.values())
_BRIEF = 6
_POINTING = word_set("take taking took use using dose doses make tablets")
_QUESTIONS = word_set("how why when what which where who whose is are can could should would do does did will may")
_ORDERS = word_set(
    "write tell translate explain recommend suggest summarize describe solve debug teach draft find plan help list"
)
_GREETINGS = word_set("hello hi hey morning afternoon evening minute moment")
_SECOND_THOUGHTS = word_set("wait meant mean correction")
_LIMITS = word_set("more less above exceed over below")
_NO = word_set("no none nope nothing neither not negative never")
_YES = word_set("yes yeah yep yup correct right indeed")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says.

    ``facts`` are of people; ``for_whom`` is whom the medicine is for, where that is said. ``refused`` are fields that will
    not be told, ``("",)`` for whatever was asked. ``amounts`` are the numbers that stand in no fact, ``denied`` those
    that are said to be wrong. ``mentions`` are medicines and allergens that are named without saying what about them.
    """

    request: Request
    facts: tuple[Told, ...] = ()
    mentioned: tuple[str, ...] = ()
    for_whom: str = ""
    refused: tuple[str, ...] = ()
    amounts: frozenset[Amount] = frozenset()
    denied: frozenset[Amount] = frozenset()
    mentions: tuple[tuple[str, str], ...] = ()
    number: float | None = None
    corrects: bool = False
    presses: bool = False
    wishes: bool = False
    says_no: bool = False
    says_yes: bool = False
    is_brief: bool = False
    points: bool = False
    demands: bool = False
    greets: bool = False


def read(text: str, formulary: Mapping[str, Drug], lexicon: Lexicon) -> Reading:
    """What ``text`` says."""
    items = read_items(text, lexicon)
    speech = hear(items, lexicon)
    declined = list(sayings.unwilling(speech))
    found = [each for each in _found(speech) if not any(each[1].start in places for places, _ in declined)]
    wishes = bool(_WISHES & set(speech.texts))
    plain = _without(items, found, lexicon)
    words = set(speech.texts)
    denied = _denied(speech, plain) if words & NEGATIONS or "instead" in words or "rather" in words else frozenset()
    plain = _without_denied(_on_second_thoughts(plain, speech), denied)
    request = understand(plain, formulary, lexicon)
    if not request.ingredients and (released := _released(found, speech)):
        found = [each for each in found if each not in released]
        plain = _without_denied(_without(items, found, lexicon), denied)
        request = understand(plain, formulary, lexicon)
    return Reading(
        request=request,
        facts=(*(told for told, _ in found if told is not None), *history.sexes(speech)),
        mentioned=tuple(speech.mentioned),
        for_whom=sayings.beneficiary(speech),
        refused=tuple(name for _, names in declined for name in names or ("",)),
        amounts=_amounts(plain) - denied,
        denied=denied,
        mentions=_mentions(items, found),
        number=next((item.value for item in plain if item.kind == "number"), None),
        corrects=bool(_CORRECTIONS & words),
        presses=bool(_PRESSING & words),
        wishes=wishes,
        says_no=bool(_NO & set(speech.texts[:3])),
        says_yes=bool(_YES & set(speech.texts[:2])),
        is_brief=len(items) <= _BRIEF,
        points=bool(_POINTING & words),
        demands="?" in text or bool(_QUESTIONS & set(speech.texts[:1])) or bool(_ORDERS & words),
        greets=bool(_GREETINGS & words),
    )


def _found(speech: Speech) -> list[history.Found]:
    kinds = {item.kind for item in speech.items}
    readers: list[Callable[[Speech], Iterator[history.Found]]] = [sayings.nothing_to_say, history.expecting]
    if kinds & _TERMS or "drug" in kinds:
        readers += [history.conditions, history.allergies, history.medicines]
    if "number" in kinds:
        readers += [sayings.ages, sayings.weights]
    return [found for reader in readers for found in reader(speech)]


def _released(found: Sequence[history.Found], speech: Speech) -> list[history.Found]:
    """What sounds like a medicine taken already, and is one wished for: ``i take Advil 200 mg every 8 h, is that fine``."""
    words = set(speech.texts)
    taken = [each for each in found if each[0] is None or each[0].field == "medicines"]
    demanding = (text in _DEMANDS and speech.text(at - 1) not in DOCTORS for at, text in enumerate(speech.texts))
    if words & _DEMANDS and any(demanding):
        return taken
    asks = words & (_WISHES | _APPROVALS)
    return [each for each in taken if asks and any(history.has_amount(speech, p) for p in each[1])]


def _without(items: Sequence[Item], found: Sequence[history.Found], lexicon: Lexicon) -> list[Item]:
    """The items that belong to a request: what tells facts is blanked out, and names of other things are words again."""
    told = {place for _, places in found for place in places}
    return [
        replace(item, kind="fact") if at in told else _as_word(item, lexicon) if item.kind in _TERMS else item
        for at, item in enumerate(items)
    ]


def _as_word(item: Item, lexicon: Lexicon) -> Item:
    if item.kind == "medicine":
        return item
    return plain_item(item.text, lexicon, item.stop) if lexicon.is_common(item.text) else replace(item, kind="word")


def _mentions(items: Sequence[Item], found: Sequence[history.Found]) -> tuple[tuple[str, str], ...]:
    told = {place for _, places in found for place in places}
    return tuple(
        (item.kind, history.canonical(item))
        for at, item in enumerate(items)
        if at not in told and item.kind in ("drug", "medicine", "allergen")
    )


def _amount(items: Sequence[Item], at: int) -> Amount:
    unit = at + 2 if kind_at(items, at + 1) == "per" else at + 1
    kind = kind_at(items, unit)
    if kind == "unit":
        return items[at].value * items[unit].value, "mg"
    return items[at].value, kind if kind in ("hour", "times", "form", "years", "day") else ""


def _amounts(items: Sequence[Item]) -> frozenset[Amount]:
    return frozenset(_amount(items, at) for at, item in enumerate(items) if item.kind == "number")


def _denied(speech: Speech, items: Sequence[Item]) -> frozenset[Amount]:
    """The amounts that are said not to be: ``not 400 mg``, ``rather than 400 mg``, ``400 mg is not``."""
    return frozenset(
        _amount(items, at) for at, item in enumerate(items) if item.kind == "number" and _is_denied(speech, at)
    )


def _on_second_thoughts(items: list[Item], speech: Speech) -> list[Item]:
    """The items without amounts that are taken back in one breath: ``every 6 hours, no wait, every 8 hours``."""
    turn = max((at for at, text in enumerate(speech.texts) if text in _SECOND_THOUGHTS), default=0)
    kinds = {at: _amount(items, at)[1] for at, item in enumerate(items) if turn and item.kind == "number"}
    again = {kind for at, kind in kinds.items() if at > turn}
    return [
        replace(item, kind="fact") if at < turn and kinds.get(at) in again else item for at, item in enumerate(items)
    ]


def _without_denied(items: list[Item], denied: frozenset[Amount]) -> list[Item]:
    """The items without the amounts that are said to be wrong, where another one is said to be right."""
    said = _amounts(items)
    if not any(unit == kind for _, unit in denied for _, kind in said - denied):
        return items
    wrong = [item.kind == "number" and _amount(items, at) in denied for at, item in enumerate(items)]
    return [replace(item, kind="fact") if out else item for item, out in zip(items, wrong, strict=True)]


def _is_denied(speech: Speech, at: int) -> bool:
    for place in range(at - 1, max(-1, at - 5), -1):
        text = speech.texts[place]
        if speech.items[place].kind == "number" or text == "but" or text in _LIMITS:
            break
        if text in NEGATIONS or text == "instead" or (text == "than" and speech.text(place - 1) == "rather"):
            return speech.text(place + 1) != "doubt"
        if speech.items[place].stop:
            break
    after = speech.texts[at + 1 : at + 4]
    return any(pair in (("is", "not"), ("was", "not")) for pair in pairwise(after))
