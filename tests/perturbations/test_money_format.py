import re
from decimal import Decimal

import pytest
from word_samples import BLANK, FINANCE, changed, operator, outcomes, passage, run_examples

from robustspec.data.row import Row, Span
from robustspec.perturbation.scope import Scope

CURRENCIES = {
    **{"$": "dollar", "dollars": "dollar", "USD": "US dollar", "US$": "US dollar", "US dollars": "US dollar"},
    **{"€": "euro", "EUR": "euro", "euros": "euro", "£": "pound", "GBP": "pound", "pounds sterling": "pound"},
}
TENS = {"": 0, "m": 6, "mn": 6, "mln": 6, "million": 6, "bn": 9, "bln": 9, "billion": 9, "tn": 12, "trillion": 12}


def money(text):
    """What a text consists of in money, by a reader of its own: a number with a currency in front of it or behind it."""
    front = "|".join(map(re.escape, sorted(CURRENCIES, key=len, reverse=True)))
    found = re.fullmatch(
        rf"(?:({front}) ?)?([\d,]+(?:\.\d+)?) ?({'|'.join(sorted(TENS, key=len, reverse=True))})(?: ({front}))?", text
    )
    assert found, text
    before, number, scale, after = found.groups()
    assert bool(before) != bool(after), text
    return Decimal(number.replace(",", "")) * 10 ** TENS[scale], CURRENCIES[before or after]


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("money_format") >= 2


@pytest.mark.parametrize(
    "amount",
    [
        "$1.2bn",
        "EUR 5 million",
        "€13.1 mn",
        "$1,200,000",
        "USD 750",
        "5 million euros",
        "£3.25 billion",
        "US$9m",
        "$0.5bn",
        "$12 trillion",
    ],
)
def test_value_and_currency_never_change(amount):
    """Every form that is written reads, by another reader, as the same amount of the same currency."""
    forms = {
        text.removeprefix("It was ").removesuffix(".")
        for text in outcomes(operator("money_format"), f"It was {amount}.")
    }
    assert forms - {amount}
    assert {money(amount)} == {money(form) for form in forms}


def test_a_known_amount_has_these_forms():
    """All of them come, and no other."""
    forms = outcomes(operator("money_format"), "It paid $1.2bn.")
    expected = ("$1.2 billion", "$1.2bln", "$1,200 million", "$1,200m", "$1,200mn", "$1,200mln", "$1,200,000,000",
                "1.2 billion dollars", "1,200 million dollars", "1,200,000,000 dollars")  # fmt: skip
    assert {f"It paid {form}." for form in expected} == forms


@pytest.mark.parametrize(
    "text",
    [
        "between $1-2 million",
        "$1.5 to $2 million"[:4] + "-2",
        "It has 5 million customers",
        "room 12 in 2019",
        "$5-million",
        "¥500 million",
        "sold 5m of cloth",
        "A$5 million",
        *BLANK,
    ],
)
def test_what_is_no_amount_of_money_stays(text):
    """Ranges, counts, other currencies and measures give the passage itself."""
    before = passage(text)
    assert before is operator("money_format").apply(before, {"seed": 1}, None)


def test_in_front_of_a_noun_no_name_is_written():
    """ "a $5 million order" may become "a $5m order", never "a 5 million dollars order"."""
    texts = outcomes(operator("money_format"), "They won a $5 million order.")
    assert {
        "They won a $5m order.",
        "They won a $5mn order.",
        "They won a $5mln order.",
        "They won a $5,000,000 order.",
    } == texts


def test_a_share_of_the_amounts():
    """With a fraction some stay; at level 0 all do."""
    text = "$1m, $2m, $3m, $4m and $5m."
    new = operator("money_format", amount_fraction=0.4).apply(passage(text), {"seed": 2}, None)
    assert new.magnitude == 0.4
    assert sum(f"${n}m" in re.split(r",? and |, |\.$", new.text) for n in range(1, 6)) == 3
    before = passage(text)
    assert before is operator("money_format").apply(before, {"seed": 2}, 0)


def test_spans_of_other_categories_stay():
    """Numbers are protected and edited all the same; a span of the row's own is not."""
    row = Row("r", "It won an order worth $5 million.", spans=(Span("order worth $5 million", "order"),))
    assert Scope(operator("money_format")).apply(row, {"seed": 1}, None) is row


def test_rest_of_the_text_stays():
    """Only the amount is another one."""
    new = changed(operator("money_format"), FINANCE.replace("$1,200", "$1,200,000"))
    before, after = FINANCE.split("$1,200")
    assert new.startswith(before)
    assert new.endswith(after)
