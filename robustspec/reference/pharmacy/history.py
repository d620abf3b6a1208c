"""What a message says about people: conditions, states, medicines that they take, allergies.

Each reader takes a `Speech` and gives facts, and the places of the words that tell them: these belong to no request.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from robustspec.reference.pharmacy.conditions import load_terms
from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.items import Item, kind_at
from robustspec.reference.pharmacy.patient import SELF, Told
from robustspec.reference.pharmacy.speech import DOCTORS, PARENTS, RELATIONS, Speech, relation_after
from robustspec.reference.pharmacy.status import NEGATIONS, is_denied, is_over
from robustspec.reference.pharmacy.vocabulary import word_set

Found = tuple[Told | None, range]
"""A fact, or None where nothing follows, and the places of the words that tell it."""

MEDICINES = ("drug", "medicine")
_TAKE = word_set("take takes taking took taken use uses using used prescribed prescribes swallow")
_MODALS = word_set(
    "can could may might should would want wants wanted like id ill will planning thinking hope hoping intend intends try "
    "let if shall possible ready"
)
_GIVEN = word_set("gave give gives put has")
_ON_AFTER = word_set("am im is hes shes been still already currently was be not now me are and ever be")
_TOGETHER = word_set("together along combination combined combine interact interacts alongside mix mixed")
_LINKS = word_set("to of with against from for include includes are")
_ALLERGY = word_set("allergic allergy allergies intolerant intolerance anaphylaxis reaction")
_CAUSES = word_set("cause causes causing prevent prevents against cures treats")
_QUESTIONS = word_set("how why when what which where does do is are can should could would at")
_ASKING = word_set("can could may want need sell order buy get please would")
_TELLING = word_set("i im ive my doctor physician now since health moment routine use")
_CONTROLLED = ("opioid", "sedative", "benzodiazepine", "hypnotic", "stimulant")
_SEXES = {
    **PARENTS,
    **dict.fromkeys(("man", "male", "guy", "gentleman"), "male"),
    **dict.fromkeys(("woman", "female", "lady"), "female"),
}
_PARTIES = word_set("medications medicines meds medication drugs pills prescriptions")


@cache
def _medicine_names() -> dict[str, str]:
    return {name.lower(): term.name for term in load_terms() if term.kind == "medicine" for name in term.names}


def canonical(item: Item) -> str:
    """What the table of interactions calls a medicine: its class of the table of names, else its ingredient."""
    return _medicine_names().get(item.ingredient, item.ingredient)


def conditions(speech: Speech) -> Iterator[Found]:
    """Conditions and states; a general question about one is no fact."""
    for at, item in enumerate(speech.items):
        if item.kind not in ("condition", "state") or speech.text(at - 1) in _CAUSES or _is_general(speech, at):
            continue
        # How often somebody drinks is not how often they take their medicine.
        places = range(at, speech.end_of_clause(at) if item.ingredient == "alcohol" else at + 1)
        if is_over(speech, at):
            yield None, places
            continue
        who = "family" if speech.text(at + 1) == "runs" else speech.who[at]
        holds = not is_denied(speech, at)
        if item.ingredient in ("pregnancy", "breastfeeding"):
            yield Told(who, item.ingredient, holds or _is_open(speech, at)), places
        else:
            field = "conditions" if item.kind == "condition" else "states"
            yield Told(who, field, holds and item.ingredient), places


def expecting(speech: Speech) -> Iterator[Found]:
    """``I am expecting my first baby``."""
    for at, text in enumerate(speech.texts):
        if text == "expecting" and {"baby", "child", "twins"} & set(speech.texts[at + 1 : at + 5]):
            yield Told(speech.who[at], "pregnancy", not is_denied(speech, at)), range(at, at + 1)


def _is_open(speech: Speech, at: int) -> bool:
    """``not sure whether I am pregnant`` may be a yes."""
    words = speech.texts[max(0, at - 6) : at]
    return "sure" in words and "not" in words


def _is_general(speech: Speech, at: int) -> bool:
    start, end = speech.sentences[at], speech.end_of_sentence(at)
    if speech.texts[start] not in _QUESTIONS or any(speech.items[p].kind in MEDICINES for p in range(start, end)):
        return False
    return not {"i", "my", "im", "ive", "he", "she", "me"} & set(speech.texts[start:at])


def allergies(speech: Speech) -> Iterator[Found]:
    """Medicines and other things that somebody is allergic to."""
    for at, item in enumerate(speech.items):
        if item.kind in (*MEDICINES, "allergen") and _in_allergy(speech, at):
            name = item.ingredient if item.kind == "drug" else canonical(item)
            yield Told(speech.who[at], "allergies", not is_denied(speech, at) and name), range(at, at + 1)


def _in_allergy(speech: Speech, at: int) -> bool:
    if speech.text(at + 1) in ("allergy", "allergies"):
        return True
    after = speech.texts[at + 1 : min(at + 5, speech.end_of_sentence(at))]
    if after[:1] in (["i"], ["my"]) and _ALLERGY & set(after):
        return True
    if speech.text(at - 1) == "from" and speech.text(at - 2) in ("rash", "hives"):
        return True
    if has_amount(speech, at):
        return False
    start = speech.clauses[at]
    for place in range(start, at):
        text, following = speech.texts[place], speech.text(place + 1)
        if text not in _ALLERGY:
            continue
        if place + 2 == at and len(following) <= 3 and speech.items[at].kind != "drug":
            return True
        if text == "allergic" or (following in _LINKS and following != "for"):
            return _is_first(speech, place, at)
        if place == speech.sentences[at] and speech.items[place + 1].stop == 1:
            return True
    return False


def _is_first(speech: Speech, place: int, at: int) -> bool:
    """Whether all between ``allergic to`` and the name are other names: a medicine after a comma may be a wish."""
    words = range(place + 1, at)
    return all(
        speech.items[p].kind in (*MEDICINES, "allergen", "fact", "of")
        or speech.texts[p] in _LINKS
        or speech.texts[p] in ("and", "or", "any", "the", "both", "nor", "my", "also", "reaction")
        for p in words
    )


def has_amount(speech: Speech, at: int) -> bool:
    """Whether the medicine at ``at`` is followed by an amount."""
    return kind_at(speech.items, at + 1) == "number" and kind_at(speech.items, at + 2) in ("unit", "form")


def medicines(speech: Speech) -> Iterator[Found]:
    """Medicines that somebody takes, took or does not take."""
    wanted_before = ""
    for at, item in enumerate(speech.items):
        if item.kind not in MEDICINES:
            continue
        trigger = _trigger(speech, at)
        if trigger is None and ((wanted_before and _is_added(speech, at)) or _is_aside(speech, at)):
            trigger = at
        if trigger is None or _in_allergy(speech, at):
            wanted_before = item.ingredient
            continue
        end = _end_of_intake(speech, at)
        told = None
        if not is_over(speech, at):
            told = Told(speech.who[at], "medicines", not is_denied(speech, at) and canonical(item))
        yield told, range(trigger, end)


def _end_of_intake(speech: Speech, at: int) -> int:
    """Where what is said of the medicine at ``at`` ends: at the next clause or the next medicine."""
    end = speech.end_of_clause(at)
    for place in range(at + 1, end):
        if speech.items[place].kind in MEDICINES:
            return place
    return end


def _trigger(speech: Speech, at: int) -> int | None:
    """Where it begins to be said that the medicine at ``at`` is taken; None where it is not said."""
    start = speech.clauses[at]
    modal = speech.text(start - 1) in _MODALS and speech.items[start].stop == 0
    if speech.texts[start] in _TAKE and start > speech.sentences[at]:
        earlier = speech.clauses[start - 1]
        modal = modal or bool(_MODALS & set(speech.texts[max(0, earlier - 1) : start]))
    for place in range(start, at):
        text, before, following = speech.texts[place], speech.text(place - 1), speech.text(place + 1)
        modal = modal or text in _MODALS
        taking = text in _TAKE or (text == "on" and before in _ON_AFTER) or (text == "finish" and following == "with")
        given = text in _GIVEN and bool(set(DOCTORS) & set(speech.texts[start:place]))
        listed = text in _PARTIES and (following in ("are", "include") or speech.items[place + 1].stop == 1)
        if (taking and not modal) or given or listed or (text == "off" and before in ("came", "come")):
            return None if _is_wish(speech, place, at) else place
    article = speech.text(at - 1) in ("a", "an", "the", "any")
    if speech.text(at - 1 - article) == "no" and _denied_later(speech, at):
        return at - 1 - article
    return at if "routine" in speech.texts[at + 1 : at + 6] else None


def _is_wish(speech: Speech, place: int, at: int) -> bool:
    """Whether a medicine with an amount comes after a comma and another one: ``I take metformin, Advil 200 mg please``."""
    others = any(speech.items[p].kind in MEDICINES for p in range(place, at))
    return others and speech.items[at].stop == 1 and has_amount(speech, at)


def _denied_later(speech: Speech, at: int) -> bool:
    rest = set(speech.texts[at : speech.end_of_sentence(at)])
    return bool(rest & _TAKE) and bool(rest & NEGATIONS)


def _is_aside(speech: Speech, at: int) -> bool:
    """Whether a prescribed medicine is named in a sentence that asks for nothing, in a message that asks for another one.

    So slips of spelling in ``I take`` do not turn a history into a request.
    """
    if not _on_prescription(speech.items[at]):
        return False
    start, end = speech.sentences[at], speech.end_of_sentence(at)
    if _ASKING & set(speech.texts[start:end]) or has_amount(speech, at):
        return False
    tells = _TELLING & set(speech.texts[start:end])
    return bool(tells) and any(
        item.kind == "drug" and not _on_prescription(item) and not start <= place < end
        for place, item in enumerate(speech.items)
    )


def _on_prescription(item: Item) -> bool:
    return item.kind == "medicine" or (item.kind == "drug" and load_formulary()[item.ingredient].needs_prescription)


def _is_added(speech: Speech, at: int) -> bool:
    """``with my warfarin``, ``while on warfarin``, ``together with warfarin``, ``ibuprofen with warfarin``."""
    for place in range(max(0, at - 4), at):
        text, before = speech.texts[place], speech.text(place - 1)
        if text in ("besides", "alongside") or (
            text == "while" and {"on", "taking", "using"} & set(speech.texts[place:at])
        ):
            return True
        if text == "with" and ("my" in speech.texts[place:at] or before in _TOGETHER):
            return True
    uncontrolled = canonical(speech.items[at]) not in _CONTROLLED
    return (
        speech.text(at - 1) == "with"
        and uncontrolled
        and bool({"take", "taking", "ok", "safe"} & set(speech.texts[:at]))
    )


def sexes(speech: Speech) -> Iterator[Told]:
    """Whether the writer is a man or a woman."""
    for at, text in enumerate(speech.texts):
        if text not in _SEXES:
            continue
        own = speech.who[at] == SELF and speech.text(at - 1) not in ("the", "that", "this", "my", "not")
        if own and relation_after(speech, at - 1) in (None, text, RELATIONS.get(text)):
            yield Told(SELF, "sex", _SEXES[text])
