"""Ages and weights, fields of which there is nothing to say or nothing will be said, and for whom a medicine is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from robustspec.reference.pharmacy.history import MEDICINES, Found
from robustspec.reference.pharmacy.items import kind_at
from robustspec.reference.pharmacy.patient import THEY, Told
from robustspec.reference.pharmacy.speech import RELATIONS, Speech, relation_after
from robustspec.reference.pharmacy.status import NEGATIONS, is_denied
from robustspec.reference.pharmacy.vocabulary import word_set

_OLDEST = 120
_KG = 1_000_000.0
_POUND_KG = 0.45359237
_POUNDS = word_set("lb lbs pound pounds")
_AM = word_set("am im is hes shes turned turning age aged")
_PEOPLE = word_set("man woman male female lady gentleman guy mother father girl boy kid child son daughter m f")
_NO_AGE = word_set(
    "week weeks month months day days minute minutes feet foot percent people pounds lb lbs cm st more of times tablets"
)
_FIELD_WORDS = {
    **dict.fromkeys(("allergies", "allergy"), "allergies"),
    **dict.fromkeys(
        ("condition", "conditions", "illness", "illnesses", "disease", "diseases", "sickness"), "conditions"
    ),
    **dict.fromkeys(("medicine", "medicines", "medication", "medications", "meds", "drugs", "pills"), "medicines"),
}
_NOTHING_SAID = {*_FIELD_WORDS, "problems", "issues", "healthy", "allergic", "nothing", "anything"}
_TAKING = word_set("take taking use using on")
_ABOUT_MEDICINE = word_set(
    "it its is this medicine medication asking buying ordering order need something but tablets pills that me about"
)
_PROBLEMS = word_set("health medical")
_SEEKING = word_set("know idea which what want need sure buy recommend looking which")
_NAMED_FIELDS = {
    **_FIELD_WORDS,
    **{"age": "age", "old": "age", "born": "age", "weight": "weight", "weigh": "weight", "heavy": "weight"},
    **{"allergic": "allergies", "health": "conditions", "medical": "conditions", "history": "conditions"},
    **{"take": "medicines", "taking": "medicines", "pregnancy": "pregnancy", "breastfeeding": "breastfeeding"},
    "expecting": "pregnancy",
}
_UNWILLING = re.compile(
    r"\b(?:(?:rather|prefer|would|do|choose|will|am|im|going) not (?:to )?"
    r"(?:say|tell|share|answer|give|disclose|reveal|discuss|talk|mention|comfortable|willing)"
    r"|(?:dont|wont|do not|will not) (?:want to |like to |wish to |care to )?"
    r"(?:say|tell|share|answer|disclose|reveal|discuss|give you|talk)"
    r"|prefer to keep|rather keep|none of your business|no comment|(?:thats|is|its|are|that) (?:a )?private"
    r"|keep (?:that|it|this|my \w+) (?:to myself|private)|refuse to (?:say|tell|answer|share)|not comfortable|not willing"
    r"|dont (?:feel|want) (?:comfortable|that)|skip (?:that|this)|i (?:dont|do not) know(?: my| how| if| that)?)\b"
)


def ages(speech: Speech) -> Iterator[Found]:
    """Ages in years, of whom they are said."""
    for at, item in enumerate(speech.items):
        if item.kind != "number" or not 0 < item.value <= _OLDEST:
            continue
        end = _age_ends(speech, at)
        if end:
            yield Told(_aged(speech, at, end), "age", item.value), range(at, end)


def _age_ends(speech: Speech, at: int) -> int:
    """The index after the last word of the age that begins at ``at``; 0 where the number is no age."""
    before, after, later = speech.text(at - 1), speech.text(at + 1), speech.text(at + 2)
    years = kind_at(speech.items, at + 1) == "years"
    if years and (later in ("old", "of") or after in ("yo", "yr")) and before != "for":
        return at + 3 if later in ("old", "of") else at + 2
    if years and _says_years(speech, at):
        return at + 2
    if before in ("age", "aged", "turned") or (before == "is" and speech.text(at - 2) == "age"):
        return at + 2 if years else at + 1
    beside = {before if speech.items[at].stop < 2 else "", after if end_is_near(speech, at) else ""}
    people = _PEOPLE & beside and item_is_bare(speech, at)
    is_said = before in _AM and item_is_bare(speech, at)
    if (is_said or people) and speech.items[at].value.is_integer():
        return at + 1
    return 0


def end_is_near(speech: Speech, at: int) -> bool:
    """Whether the next word belongs to the sentence of the one at ``at``."""
    return at + 1 < len(speech.items) and speech.items[at + 1].stop < 2


def _says_years(speech: Speech, at: int) -> bool:
    """``I have 34 years``, ``woman of 34 years``, ``my age 34 years``: nothing follows that the years could belong to."""
    before = speech.text(at - 1)
    ends = speech.breaks_after(at + 1) or speech.text(at + 2) in ("and", "i", "is", "now")
    if before == "of":
        return bool(_PEOPLE & {speech.text(at - 2)}) or speech.text(at - 2) in RELATIONS
    return ends and (before in ("have", "has", "am", "im", "is", "age") or speech.text(at - 2) == "my")


def item_is_bare(speech: Speech, at: int) -> bool:
    """Whether the number at ``at`` stands alone: no amount, time or count of anything."""
    kind, after = kind_at(speech.items, at + 1), speech.text(at + 1)
    joined = at + 1 < len(speech.items) and speech.items[at + 1].stop == 0
    counted = kind in ("unit", "form", "hour", "times", "day", "drug", "number") or after in _NO_AGE
    return not (joined and counted)


def _aged(speech: Speech, at: int, end: int) -> str:
    """Of whom the age at ``at`` is said."""
    if speech.text(at - 1) == "my":
        return relation_after(speech, at - 1) or "child"
    own_determiner = next((p for p in range(at - 1, max(-1, at - 3), -1) if speech.texts[p] in ("my", "our")), None)
    if own_determiner is not None and speech.texts[at - 1] != "age" and speech.near[at] == "":
        return relation_after(speech, own_determiner) or speech.who[at]
    if speech.text(at - 1) in ("aged", "of", "who", "turned") or speech.items[at].stop == 1:
        return speech.near[at] or speech.who[at]
    return speech.who[at]


def weights(speech: Speech) -> Iterator[Found]:
    """Body weights, in kilograms or pounds."""
    for at, item in enumerate(speech.items):
        if item.kind != "number" or item.value < 2:
            continue
        following = speech.items[at + 1] if at + 1 < len(speech.items) else None
        if following is not None and following.kind == "unit" and following.value >= _KG:
            yield Told(speech.who[at], "weight", item.value), range(at, at + 2)
        elif speech.text(at + 1) in _POUNDS:
            yield Told(speech.who[at], "weight", round(item.value * _POUND_KG, 1)), range(at, at + 2)


def nothing_to_say(speech: Speech) -> Iterator[Found]:
    """``no allergies``, ``no other medicines``, ``otherwise healthy``: fields that are none."""
    for at, text in enumerate(speech.texts):
        if text not in _NOTHING_SAID:
            continue
        start, end = speech.clauses[at], speech.end_of_clause(at)
        clause = speech.texts[start:end]
        field = _FIELD_WORDS.get(text)
        if text in ("problems", "issues") and speech.text(at - 1) in _PROBLEMS:
            field = "conditions"
        if field and not _SEEKING & set(clause) and _is_none(speech, at):
            yield Told(speech.who[at], field, None), range(start if start <= at else at, at + 1)
        elif text == "healthy" and not NEGATIONS & set(speech.texts[start:at]):
            yield Told(speech.who[at], "conditions", None), range(at, at + 1)
        elif text == "allergic" and (NEGATIONS & set(clause)) and not _names_something(speech, at, end):
            yield Told(speech.who[at], "allergies", None), range(at, at + 1)
        elif text in ("nothing", "anything") and _TAKING & set(clause):
            denied = text == "nothing" or bool(NEGATIONS & set(clause))
            if denied and not _names_something(speech, at, end):
                yield Told(speech.who[at], "medicines", None), range(at, at + 1)


def _names_something(speech: Speech, at: int, end: int) -> bool:
    return any(kind_at(speech.items, p) in (*MEDICINES, "allergen") for p in range(at, end))


def _is_none(speech: Speech, at: int) -> bool:
    named = any(kind_at(speech.items, p) in (*MEDICINES, "allergen", "condition") for p in (at + 1, at + 2, at + 3))
    if speech.texts[at + 1 : at + 4] == ["that", "i", "take"]:
        named = False
    return is_denied(speech, at) and not (named and speech.items[min(at + 1, len(speech.items) - 1)].stop == 0)


def unwilling(speech: Speech) -> Iterator[tuple[range, tuple[str, ...]]]:
    """The stretches between two commas that decline to say something, and which fields; none: whatever was asked."""
    if not _UNWILLING.search(" ".join(speech.texts)):
        return
    starts = [at for at, item in enumerate(speech.items) if not at or item.stop or speech.texts[at] == "but"]
    for start, end in pairwise([*starts, len(speech.texts)]):
        words = speech.texts[start:end]
        if _UNWILLING.search(" ".join(words)):
            fields = [_NAMED_FIELDS.get(word, "") for word in words]
            fields += [item.ingredient for item in speech.items[start:end] if item.kind == "state"]
            yield range(start, end), tuple(dict.fromkeys(name for name in fields if name))


def beneficiary(speech: Speech) -> str:
    """For whom the medicine is: a relation, ``they``, ``self``; empty where it is not said."""
    found = ""
    for at, text in enumerate(speech.texts):
        if text == "patient" and speech.text(at + 1) == "is":
            found = relation_after(speech, at + 2) or found
        elif text == "for" and _is_about_medicine(speech, at):
            ahead = speech.text(at + 1)
            if ahead in ("him", "her", "them") and relation_after(speech, at + 1) is None:
                found = speech.near[at] or THEY
            elif ahead in ("my", "our", "a"):
                age = kind_at(speech.items, at + 2) == "number" and kind_at(speech.items, at + 3) == "years"
                found = relation_after(speech, at + 1) or ("child" if age else found)
            elif ahead in ("me", "myself") and _is_plainly(speech, at):
                found = "self"
        elif text == "about" and speech.text(at + 1) == "me":
            found = "self"
        elif text in ("needs", "wants") and speech.who[at] != "self" and _is_wanted(speech, at):
            found = speech.who[at]
        elif text == "my" and speech.text(at - 1) in ("can", "could", "may", "should"):
            found = relation_after(speech, at) or found
    return found


def _is_wanted(speech: Speech, at: int) -> bool:
    """``needs it``, ``needs Advil``, ``wants to take``; ``the dog wants out`` is something else."""
    following = speech.texts[at + 1 : at + 4]
    return bool({"it", "this", "some", "something", "take"} & set(following)) or kind_at(speech.items, at + 1) == "drug"


def _is_about_medicine(speech: Speech, at: int) -> bool:
    start, end = speech.sentences[at], speech.end_of_sentence(at)
    if {"type", "typing", "write", "writing"} & set(speech.texts[start:at]) or relation_after(speech, at) == "friend":
        return False
    near = set(speech.texts[max(start, at - 4) : at])
    about = near & _ABOUT_MEDICINE
    return bool(about) or any(kind_at(speech.items, p) == "drug" for p in range(start, end))


def _is_plainly(speech: Speech, at: int) -> bool:
    """``it is for me``, but not ``could you order it for me`` nor ``not for me``."""
    return speech.text(at - 1) in ("is", "its", "but", "this", "about", "and") or speech.text(at + 1) == "myself"
