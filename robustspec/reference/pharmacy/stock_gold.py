"""What is right where a stock list and a preference are given: the one product of the list that must be sold.

The order: the medicine asked for, as the product that the patient named, else as a preferred one, else as the only one in
stock; then another medicine of the same class that is safe for the patient, a preferred one first; else nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.reference.pharmacy.asks import Ask, Row, number
from robustspec.reference.pharmacy.formulary import Drug, load_formulary
from robustspec.reference.pharmacy.gold import Fact, codes, findings, severity

MOST_PIECES = 4
"""A dose is at most so many tablets."""


@dataclass(frozen=True, slots=True)
class Article:
    """One line of a stock list; ``vendor`` is known from the product's name and not written in the list."""

    sku: str
    product: str
    ingredient: str
    strength_mg: float
    form: str
    qty: int
    vendor: str

    @property
    def line(self) -> Row:
        """As the stock list shows it."""
        return {
            "sku": self.sku,
            "product": self.product,
            "ingredient": self.ingredient,
            "strength_mg": number(self.strength_mg),
            "form": self.form,
            "qty": self.qty,
        }

    def is_preferred(self, preferred: Sequence[str]) -> bool:
        """Whether a preference names this article: its SKU, its product or its vendor."""
        return bool({self.sku, self.product, self.vendor} & {*preferred})


@dataclass(frozen=True, slots=True)
class Choice:
    """The right answer, how it came about (named, preferred, only, class-preferred, class-only, none), and the article."""

    label: Row
    how: str
    article: Article | None = None


def pieces(article: Article, dose_mg: float) -> int:
    """How many pieces of ``article`` make the dose: 1 to 4, or 0 where they do not make it."""
    count = round(dose_mg / article.strength_mg)
    return count if 1 <= count <= MOST_PIECES and abs(count * article.strength_mg - dose_mg) < 1e-6 else 0


def substitute_dose(article: Article, drug: Drug) -> float:
    """The smallest dose of ``drug`` within its label that pieces of ``article`` make, in mg; 0 where there is none."""
    doses = (count * article.strength_mg for count in range(1, MOST_PIECES + 1))
    fitting = (dose for dose in doses if drug.dose_min_mg - 1e-6 <= dose <= drug.dose_max_mg + 1e-6)
    return next((dose for dose in fitting if dose not in drug.rx_strengths_mg), 0.0)


def _sold(articles: Sequence[Article]) -> list[tuple[Article, Drug]]:
    """The articles in stock that are sold without prescription, at a strength that is."""
    drugs = load_formulary()
    pairs = [(article, drugs[article.ingredient]) for article in articles if article.qty > 0]
    return [(a, drug) for a, drug in pairs if not drug.needs_prescription and a.strength_mg not in drug.rx_strengths_mg]


def _one_of(candidates: Sequence[Article], preferred: Sequence[str]) -> tuple[Article, str] | None:
    """The one article that the rule picks, and how; None where it does not say which."""
    wanted = [article for article in candidates if article.is_preferred(preferred)]
    if len(wanted) == 1:
        return wanted[0], "preferred"
    return (candidates[0], "only") if len(candidates) == 1 else None


def choose(
    articles: Sequence[Article], preferred: Sequence[str], ask: Ask, product: str, facts: Sequence[Fact]
) -> Choice | None:
    """What is right for a request; ``product`` is the brand that was named, else empty. None where the rule leaves a choice.

    A named product and a preferred one beside it are such a choice, as neither of the two is wrong.
    """
    sold = _sold(articles)
    lines = findings(ask.drug, facts)
    if severity(lines) == "stop":
        return Choice({"action": "refuse", "severity": "stop", "warnings": codes(lines)}, "none")
    same = [a for a, drug in sold if drug.ingredient == ask.drug.ingredient and pieces(a, ask.dose_mg)]
    if same:
        named = [article for article in same if article.product == product]
        liked = [article for article in same if article.is_preferred(preferred)]
        if named and (len(named) > 1 or any(article not in named for article in liked)):
            return None
        picked = (named[0], "named") if named else _one_of(same, preferred)
        if picked is None or (not product and _bears_its_name(same, ask.drug) not in (None, picked[0])):
            return None
        return _chosen(ask, *picked, facts)
    return _substitute(sold, preferred, ask, facts)


def _bears_its_name(articles: Sequence[Article], drug: Drug) -> Article | None:
    """The article that is sold under the name of the ingredient: who asks for that may have meant it."""
    return next((article for article in articles if article.product == drug.ingredient), None)


def _substitute(
    sold: Sequence[tuple[Article, Drug]], preferred: Sequence[str], ask: Ask, facts: Sequence[Fact]
) -> Choice | None:
    fitting = {
        article.sku: (article, drug)
        for article, drug in sold
        if drug.drug_class == ask.drug.drug_class
        and drug.ingredient != ask.drug.ingredient
        and substitute_dose(article, drug)
        and severity(findings(drug, facts)) != "stop"
    }
    if not fitting:
        return Choice({"action": "refuse", "severity": "none", "warnings": []}, "none")
    picked = _one_of([article for article, _ in fitting.values()], preferred)
    if picked is None:
        return None
    article, drug = fitting[picked[0].sku]
    return _chosen(Ask(drug, article.product, substitute_dose(article, drug), 0), article, f"class-{picked[1]}", facts)


def _chosen(ask: Ask, article: Article, how: str, facts: Sequence[Fact]) -> Choice:
    lines = findings(ask.drug, facts)
    label = {**ask.label, "severity": severity(lines), "warnings": codes(lines), "sku": article.sku}
    return Choice(label, how, article)
