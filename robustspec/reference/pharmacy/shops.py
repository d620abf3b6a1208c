"""Shops of the data: a stock list, what the shop prefers to sell, a request, and what is known of the patient (P6)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.reference.pharmacy.asks import Ask, ask_for
from robustspec.reference.pharmacy.formulary import Alias, Drug
from robustspec.reference.pharmacy.gold import Fact, all_findings, findings
from robustspec.reference.pharmacy.mentions import facts_of
from robustspec.reference.pharmacy.people import Person, person
from robustspec.reference.pharmacy.stock_gold import Article, Choice, choose

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Shop:
    """The stock list, the names on the preference list, the request with the brand that it names, and the patient."""

    articles: tuple[Article, ...]
    preferred: tuple[str, ...]
    ask: Ask
    product: str
    facts: tuple[Fact, ...]
    who: Person

    def choice(self) -> Choice | None:
        """What is right."""
        return choose(self.articles, self.preferred, self.ask, self.product, self.facts)


def _article(rng: random.Random, drug: Drug, alias: Alias, strength_mg: float, qty: int) -> Article:
    sku = "".join(rng.choices(_LETTERS, k=2)) + f"-{rng.randint(1000, 9999)}"
    return Article(sku, alias.name, drug.ingredient, strength_mg, drug.form, qty, alias.vendor)


def _named(drug: Drug) -> list[Alias]:
    return [alias for alias in drug.aliases if alias.category in ("generic", "brand")]


def _peers(drug: Drug, drugs: Sequence[Drug]) -> list[Drug]:
    return [each for each in drugs if each.drug_class == drug.drug_class and each.ingredient != drug.ingredient]


def _piece(ask: Ask) -> float:
    """The strength that makes the dose: of one piece where pieces are named, else the largest that divides it."""
    if ask.pieces:
        return ask.dose_mg / ask.pieces
    strengths = [s for s in ask.drug.strengths_mg if abs(ask.dose_mg / s - round(ask.dose_mg / s)) < 1e-6]
    return max(s for s in strengths if s <= ask.dose_mg)


def _others(rng: random.Random, drug: Drug, drugs: Sequence[Drug], count: int) -> list[Article]:
    """Articles of other classes, which have no bearing on the request."""
    elsewhere = [each for each in drugs if each.drug_class != drug.drug_class]
    picked = rng.sample(elsewhere, count)
    return [_article(rng, d, rng.choice(_named(d)), rng.choice(d.strengths_mg), rng.randint(0, 40)) for d in picked]


def _unsafe_fact(rng: random.Random, drug: Drug, peers: Sequence[Drug]) -> tuple[Fact, Drug] | None:
    """A fact that forbids one of ``peers`` and has no bearing on ``drug``, with that peer."""
    pairs = [
        (line, peer)
        for peer in peers
        for line in all_findings()
        if line.subject == peer.ingredient and line.severity == "stop" and line.below_age is None
    ]
    rng.shuffle(pairs)
    for line, peer in pairs:
        fact = rng.choice(facts_of(line))
        if not findings(drug, [fact]):
            return fact, peer
    return None


def _own(rng: random.Random, ask: Ask, alias: Alias, situation: str) -> list[Article]:
    """Articles of the medicine asked for: the product itself, and now and then other brands of it."""
    there = situation in ("in-stock", "preference", "unsafe-preference") and rng.random() < 0.8
    stocked = there or situation == "in-stock"
    articles = [_article(rng, ask.drug, alias, _piece(ask), rng.randint(2, 40) if stocked else 0)]
    brands = [each for each in _named(ask.drug) if each.name != alias.name]
    rng.shuffle(brands)
    for brand in brands[: rng.randint(0, 2)]:
        qty = rng.randint(2, 40) if rng.random() < 0.5 and situation not in ("out-class", "out-none") else 0
        articles.append(_article(rng, ask.drug, brand, _piece(ask), qty))
    return articles


def _class_articles(rng: random.Random, drug: Drug, drugs: Sequence[Drug]) -> list[Article]:
    """Up to two articles of other medicines of the same class."""
    peers = _peers(drug, drugs)
    picked = rng.sample(peers, min(len(peers), rng.randint(0, 2)))
    return [
        _article(rng, d, rng.choice(_named(d)), rng.choice(d.strengths_mg), rng.choice((0, rng.randint(2, 40))))
        for d in picked
    ]


def _preference(rng: random.Random, article: Article) -> str:
    """How a preference list names an article."""
    return rng.choice((article.sku, article.product, article.vendor or article.product))


def shop_of(rng: random.Random, situation: str, drug: Drug, alias: Alias, level: str, drugs: Sequence[Drug]) -> Shop:
    """A shop in which the situation may hold; whether it does is for the rule to say."""
    by_brand = situation in ("in-stock", "out-other-brand", "out-class", "out-none")
    asked = alias if by_brand else drug.aliases[0]
    ask = ask_for(rng, drug, asked)
    articles = _own(rng, ask, alias, situation) + _class_articles(rng, drug, drugs)
    preferred: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    if situation == "preference":
        preferred = (_preference(rng, rng.choice(articles)),)
    elif situation == "unsafe-preference":
        unsafe, facts = _unsafe(rng, ask, drugs)
        articles += unsafe
        preferred = tuple(_preference(rng, article) for article in unsafe)
    elif rng.random() < 0.3:
        preferred = (_preference(rng, _others(rng, drug, drugs, 1)[0]),)
    articles += _others(rng, drug, drugs, max(0, rng.randint(6, 12) - len(articles)))
    rng.shuffle(articles)
    who = person(rng, level, drug, facts)
    return Shop(tuple(articles), preferred, ask, asked.name if by_brand else "", facts, who)


def _unsafe(rng: random.Random, ask: Ask, drugs: Sequence[Drug]) -> tuple[list[Article], tuple[Fact, ...]]:
    """An article that must not be sold, and why: it needs a prescription, or what the patient tells forbids it."""
    forbidden = _unsafe_fact(rng, ask.drug, _peers(ask.drug, drugs))
    if forbidden is not None and (not ask.drug.rx_strengths_mg or rng.random() < 0.7):
        fact, peer = forbidden
        return [_article(rng, peer, rng.choice(_named(peer)), peer.strengths_mg[0], rng.randint(2, 40))], (fact,)
    if ask.drug.rx_strengths_mg:
        strength = rng.choice(ask.drug.rx_strengths_mg)
        return [_article(rng, ask.drug, rng.choice(_named(ask.drug)), strength, rng.randint(2, 40))], ()
    return [], ()
