"""Ways to say a sentence otherwise by grammar alone: each gives the sentences that it knows for one sentence.

A sentence is its body and the mark at its end. What a rule cannot parse with certainty it leaves alone: it gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .phrases import capitalised


class Sentence(NamedTuple):
    """A sentence without blanks around it: its words, and the mark at its end ("" where there is none)."""

    body: str
    end: str


Rule = Callable[[Sentence], list[Sentence]]

_FUNCTION_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        """
        a an and are can could did do does for has have he her his how if in is it its may my our please she should so
        some that the their there these they this to was we were what when where which while who will with would you
        your because although though after before whenever both net operating sales profit profits revenue revenues
        turnover earnings shares prices costs orders demand analysts economists officials
        """,
    )
)
_FIRST = re.compile(r"[^\W_]+")


def lowered_start(text: str) -> str | None:
    """``text`` as it stands inside a sentence; None where its first word may be a name."""
    first = _FIRST.match(text)
    if first is None:
        return None
    if first[0].lower() in ("i", "im"):
        return text
    if first[0] == first[0].lower():
        return text
    return text[0].lower() + text[1:] if first[0].lower() in _FUNCTION_WORDS else None


def begun_like(sentence: Sentence, text: str) -> str:
    """``text`` as the beginning of a sentence, with a capital where the sentence has one."""
    return capitalised(text) if sentence.body[:1].isupper() else text


# Clauses: "Because C1, C2" and "C2 because C1"

_SUBORDINATORS = "because|since|when|whenever|if|after|before|while|although|though"
_SUBJECT = (
    r"(?:i|i'm|i've|i'd|im|my|we|we're|our|you|your|the|a|an|his|her|their|there|some|sales|profits?|prices|shares|"
    r"revenues?)"
)
_LEADING = re.compile(rf"({_SUBORDINATORS})\s+({_SUBJECT}\b[^,;:()\"“”]*),\s+([^,;:()\"“”]+)", re.IGNORECASE)
_TRAILING = re.compile(rf"([^,;:()\"“”]+?)\s+({_SUBORDINATORS})\s+({_SUBJECT}\b[^,;:()\"“”]*)", re.IGNORECASE)
_SO = re.compile(rf"({_SUBJECT}\b[^,;:()\"“”]*),\s+so\s+([^,;:()\"“”]+)", re.IGNORECASE)
_ANY_SUBORDINATOR = re.compile(
    rf"\b(?:{_SUBORDINATORS}|unless|until|whether|so|but|than|as|where|that|who|which)\b", re.I
)
_POINTS_BACK = re.compile(r"\b(?:it|its|it's|they|them|this|that|these|those|he|she|him|then|too|also)\b", re.I)
_NEGATED = re.compile(
    r"\b(?:no|not|never|none|neither|nor|nobody|nothing|without|cannot|cant|dont|doesnt|hardly|barely|unless|den(?:y|ies|ied))\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_BARS_TRAILING = re.compile(
    r"\b(?:know|ask|asks|asked|wonder|wondering|tell me|check|see|sure|understand|say|says|said|matter|mind|ok|okay|"
    r"all right|alright|care|learn|hear|even|only|what|just|as|shortly|right|long|soon|hours?|hrs?|minutes?|days?|"
    r"weeks?|months?|years?|"
    r"and|or|but|times?|how|ever|best|better|good|fine|safe|worse|bad|like|feel|happens?|sorry|glad|happy|afraid|worried)$",
    re.IGNORECASE,
)
_STARTS_CLAUSE = re.compile(
    r"(?:(?:hello|hi|so|ok|okay|please|and)[, ]+)?(?:i|i'm|i've|i'd|im|we|we're|my|you|can|could|may|should|would|will|do|"
    r"does|is|are|please|what|how|which|the|a|our|shares|sales|profits?|prices)\b",
    re.IGNORECASE,
)


def clause_order(sentence: Sentence) -> list[Sentence]:
    """A subordinate clause before or behind the main one, where neither holds a negation or points to the other."""
    body = sentence.body
    if _NEGATED.search(body) or _POINTS_BACK.search(body):
        return []
    if match := _SO.fullmatch(body):
        return _both_orders(sentence, "because", match[1], match[2])
    if match := _LEADING.fullmatch(body):
        return [each for each in _both_orders(sentence, match[1], match[2], match[3]) if each.body != body][:1]
    if match := _TRAILING.fullmatch(body):
        if _BARS_TRAILING.search(match[1]) or not _STARTS_CLAUSE.match(match[1]):
            return []
        return _both_orders(sentence, match[2], match[3], match[1])[1:]
    return []


def _both_orders(sentence: Sentence, word: str, clause: str, main: str) -> list[Sentence]:
    """The main clause first, and the subordinate one first; nothing where one of them holds a further clause."""
    if (
        any(_ANY_SUBORDINATOR.search(part) for part in (clause, main))
        or len(clause.split()) < 2
        or len(main.split()) < 2
    ):
        return []
    inner_clause, inner_main = lowered_start(clause), lowered_start(main)
    if inner_clause is None or inner_main is None or _FIRST.match(inner_main) is None:
        return []
    low = word.lower()
    first = f"{begun_like(sentence, inner_main)} {low} {inner_clause}"
    last = f"{begun_like(sentence, low)} {inner_clause}, {inner_main}"
    return [Sentence(first, sentence.end), Sentence(last, sentence.end)]


# Reported speech: "X said Y" and "Y, X said"

_SPEECH = re.compile(
    r"(?P<who>(?:[A-Z][\w&.'’-]*|the [a-z]+|analysts|economists|officials)(?:\s+[\w&.'’-]+){0,4}?)\s+"
    r"(?P<verb>said|says|(?:announced|reported|stated|noted|added|explained|confirmed)(?=\s+that\s)|"
    r"told (?:me|us|reporters|investors|analysts)(?=\s+that\s))\s+(?:(?P<that>that)\s+)?(?P<what>[^\"“”;:]+)",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"(?P<what>[^\"“”;:]+),\s+(?P<who>(?:[A-Z][\w&.'’-]*|the [a-z]+|analysts|economists|officials)(?:\s+[\w&.'’-]+){0,4}?)\s+"
    r"(?P<verb>said|says)",
    re.IGNORECASE,
)
_NO_SPEAKER = re.compile(
    r"\b(?:when|if|because|that|who|which|and|but|as|what|so|while|after|before|i|we|you|it|he|she|they)\b", re.I
)
_CLAUSE_START = re.compile(
    r"(?:the|its|their|our|his|her|my|a|an|it|they|he|she|we|i|you|there|this|these|sales|profits?|prices|shares|revenues?|"
    r"earnings|demand|costs|orders|growth|output)\b",
    re.IGNORECASE,
)
_SAID_TO_DO = re.compile(r"(?:to|in|on|at|nothing|no|so|not|yes|and|by|about|of)\b", re.IGNORECASE)


def reported_speech(sentence: Sentence) -> list[Sentence]:
    """What was said before who said it, or behind; not where it is negated, for what is denied must stay clear."""
    if sentence.end == "?" or _NEGATED.search(sentence.body):
        return []
    if match := _REPORTED.fullmatch(sentence.body):
        return _speech(sentence, match, "{who} {verb} that {what}")
    if match := _SPEECH.fullmatch(sentence.body):
        if _SAID_TO_DO.match(match["what"]) or not (match["that"] or _CLAUSE_START.match(match["what"])):
            return []
        return _speech(sentence, match, "{what}, {who} {verb}")
    return []


def _speech(sentence: Sentence, match: re.Match[str], form: str) -> list[Sentence]:
    who, what = match["who"], match["what"]
    starts_with_what = form.startswith("{what}")
    if _NO_SPEAKER.search(who) or len(what.split()) < 3 or "," in what:
        return []
    inner = what if starts_with_what else lowered_start(what)
    speaker = (lowered_start(who) or who) if starts_with_what else begun_like(sentence, who)
    if inner is None:
        return []
    said = form.format(who=speaker, verb=match["verb"], what=begun_like(sentence, inner) if starts_with_what else inner)
    return [Sentence(said, sentence.end)]


# Voice: "My doctor told me to X" and "I was told by my doctor to X"

_PERSON = (
    r"(?:my|the|a|our)\s(?:doctor|dentist|pharmacist|nurse|gp|physician|friend|sister|brother|wife|husband|mother|father|mum|"
    r"mom|dad|son|daughter|neighbou?r|bank|broker|adviser|advisor|accountant|colleague|boss)"
)
_DONE = r"(?P<done>told|advised|asked|allowed|encouraged|instructed)"
_ACTIVE = re.compile(rf"(?P<who>{_PERSON})\s(?:has\s)?{_DONE}\sme\sto\s(?P<what>.+)", re.IGNORECASE)
_PASSIVE = re.compile(rf"i was\s{_DONE}\sby\s(?P<who>{_PERSON})\sto\s(?P<what>.+)", re.IGNORECASE)


def voice(sentence: Sentence) -> list[Sentence]:
    """Advice in the active or the passive voice, with the words of the advice as they are."""
    body = sentence.body
    if match := _PASSIVE.fullmatch(body):
        return [Sentence(f"{begun_like(sentence, match['who'])} {match['done']} me to {match['what']}", sentence.end)]
    if (match := _ACTIVE.fullmatch(body)) and " has " not in body[: match.start("what")].lower():
        who, i = lowered_start(match["who"]) or match["who"], "I" if body[:1].isupper() else "i"
        return [Sentence(f"{i} was {match['done']} by {who} to {match['what']}", sentence.end)]
    return []
