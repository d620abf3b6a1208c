"""Whether something that is named holds: not where it is denied, nor where it is over."""

from __future__ import annotations

from robustspec.reference.pharmacy.items import kind_at
from robustspec.reference.pharmacy.speech import Speech
from robustspec.reference.pharmacy.vocabulary import word_set

NEGATIONS = word_set(
    "not no never without neither nor dont doesnt didnt isnt arent wasnt havent hasnt aint nobody none nothing cant cannot "
    "wont non"
)
_INTERJECTIONS = word_set("no nope")
_NOT_DENIED = word_set("me only sure certain just")
_EXCEPTIONS = word_set("except besides than apart")
_RECENT = word_set("hour hours hr hrs h minutes minute moments moment moments")
_LASTING = word_set("diagnosed diagnose told began begin started since still found developed")
_OVER = word_set("formerly previously stopped quit outgrew anymore finished over former")
_ENDINGS = (
    ("used", "to"),
    ("came", "off"),
    ("come", "off"),
    ("no", "more"),
    ("any", "more"),
    ("no", "longer"),
    ("finish", "with"),
    ("it", "up"),
    ("off", "it"),
    ("the", "past"),
    ("a", "child"),
    ("a", "kid"),
    ("a", "baby"),
    ("last", "year"),
)
_HAVE = word_set("have ive has hes shes havent never had")
_ALSO_PRESENT = word_set("diagnosed told prescribed put given to born treated")


def is_denied(speech: Speech, at: int) -> bool:
    """Whether the thing named at ``at`` is said not to be: before it, or right after it (``pregnant I am not``)."""
    denied = False
    for place in range(speech.clauses[at], at):
        text = speech.texts[place]
        if text in _EXCEPTIONS or text == "but":
            denied = False
        elif text in NEGATIONS:
            aside = text in _INTERJECTIONS and speech.items[place + 1].stop > 0 and place + 1 < at
            denied = denied or not (aside or speech.text(place + 1) in _NOT_DENIED)
        elif text == "ruled" and speech.text(place + 1) == "out":
            denied = True
    return denied or _is_denied_after(speech, at)


def _is_denied_after(speech: Speech, at: int) -> bool:
    following: list[str] = []
    for place in range(at + 1, min(at + 7, len(speech.texts))):
        if speech.items[place].stop == 2:
            break
        following.append(speech.texts[place])
    if not following:
        return False
    if following[0] in ("no", "none", "negative") and (len(following) == 1 or speech.items[at + 2].stop > 0):
        return True
    if following[:2] == ["there", "are"] or following[:2] == ["there", "is"]:
        return "none" in following[2:4]
    own = following[0] in ("i", "im") and len(following) <= 6
    return own and any(text in ("not", "dont") for text in following[1:3]) and _nothing_else(following[3:])


def _nothing_else(words: list[str]) -> bool:
    return all(word in ("not", "take", "have", "use", "it", "that", "any", "am", "at", "all") for word in words)


def is_over(speech: Speech, at: int) -> bool:
    """Whether the thing named at ``at`` was, and is no more."""
    start, end = _region(speech, at)
    clause = speech.texts[speech.clauses[at] : at]
    lasting = any(text in _LASTING for text in speech.texts[speech.clauses[at] : speech.end_of_clause(at)])
    for place in range(start, end):
        text = speech.texts[place]
        if text == "ago" and not lasting and speech.text(place - 1) not in _RECENT:
            return True
        if (text in _OVER or (text, speech.text(place + 1)) in _ENDINGS) and not (text == "over" and place < at):
            return True
        if text == "years" and speech.texts[place - 2 : place] == ["before", "many"]:
            return True
        if text == "once" and place > at and speech.breaks_after(place):
            return True
    return _was(clause)


def _was(clause: list[str]) -> bool:
    for place, text in enumerate(clause):
        before = clause[place - 1] if place else ""
        after = clause[place + 1] if place + 1 < len(clause) else ""
        if text == "had" and before not in _HAVE and after != "to":
            return True
        if text == "was" and after not in _ALSO_PRESENT:
            return True
    return False


def _region(speech: Speech, at: int) -> tuple[int, int]:
    """The words that may say when: of the sentence, up to the clauses that name something else."""
    kinds = ("drug", "medicine", "condition", "state")
    start, end = speech.sentences[at], speech.end_of_sentence(at)
    for place in range(start, speech.clauses[at]):
        if kind_at(speech.items, place) in kinds:
            start = speech.end_of_clause(place)
    for place in range(speech.end_of_clause(at), end):
        if kind_at(speech.items, place) in kinds:
            return start, speech.clauses[place]
    return start, end
