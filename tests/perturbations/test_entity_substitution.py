import pytest
from pydantic import ValidationError
from word_samples import BLANK, LEXICON, changed, operator, outcomes, passage, run_examples

from robustspec.data.row import Row, Span
from robustspec.errors import DataError
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder

TABLE = """entity,alias,category,note
ibuprofen,Advil,drug,
ibuprofen,Motrin IB,drug,"US, since 1984"
warfarin,Coumadin,drug,
Federal Reserve,the Fed,bank,
fluorouracil,5-FU,drug,
MRI,magnetic resonance imaging,scan,
"""


@pytest.fixture
def brands(tmp_path):
    (tmp_path / "brands.csv").write_text(TABLE, encoding="utf-8")
    return lambda **fields: operator("entity_substitution", table="brands.csv", **fields).bind(tmp_path)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("entity_substitution") >= 3


def test_level_0_and_blank_texts(brands):
    """Level 0 and texts without a mention give the passage itself."""
    for text in ("Is Advil safe?", *BLANK, "Paracetamol 500 mg"):
        before = passage(text)
        level = 0 if "Advil" in text else None
        assert before is brands().apply(before, {"seed": 1}, level)


def test_generic_to_brand(brands):
    """A generic name becomes one of the brands, any of them over the seeds, and the label stays."""
    assert {"Is Advil 400 mg safe?", "Is Motrin IB 400 mg safe?"} == outcomes(brands(), "Is ibuprofen 400 mg safe?")
    assert brands().apply(passage("ibuprofen"), {"seed": 1}, None).label == "label"


def test_brand_to_generic_and_other_brand(brands):
    """A brand becomes the generic name or another brand; the longest name is the one that is replaced."""
    assert {"Is ibuprofen safe?", "Is Advil safe?"} == outcomes(brands(), "Is Motrin IB safe?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WARFARIN!", "COUMADIN!"),
        ("is warfarin ok", "is Coumadin ok"),
        ("Is coumadin ok", "Is warfarin ok"),
        ("Coumadin is ok", "Warfarin is ok"),
        ("Yes. Coumadin is ok", "Yes. Warfarin is ok"),
        ("is Coumadin ok", "is warfarin ok"),
        ("my MRI scan", "my magnetic resonance imaging scan"),
        ("ask the Fed today", "ask Federal Reserve today"),
    ],
)
def test_capitals(brands, text, expected):
    """Names are written as in the table, with a capital at the start of a sentence, in capitals where the mention is."""
    assert expected == changed(brands(), text)


@pytest.mark.parametrize("text", ["warfarin-like", "warfarins", "antiwarfarin", "my Coumadin-free diet"])
def test_only_whole_names(brands, text):
    """A name inside a longer word is not a mention."""
    assert text == changed(brands(), text)


def test_edits_inside_lexicon_spans(brands):
    """Drug names are protected by the lexicon; substituting them is what this operator is for."""
    assert "ibuprofen" in [
        passage("my ibuprofen").text[span.start : span.end] for span in passage("my ibuprofen").spans
    ]
    assert "my ibuprofen" not in outcomes(brands(), "my ibuprofen")


def test_name_within_a_longer_protected_name(brands):
    """Advil in Advil PM is another product: the lexicon knows it, so it stays."""
    assert "Advil PM or Coumadin" not in outcomes(brands(), "Advil PM or Coumadin")
    assert {"Advil PM or warfarin"} == outcomes(brands(), "Advil PM or Coumadin")


def test_within(brands):
    """With ``within`` only names in these spans are replaced."""
    results = outcomes(brands(), "ibuprofen and warfarin", within=["drug"])
    assert results == {"Advil and warfarin", "Motrin IB and warfarin"}
    assert changed(brands(), "ibuprofen and warfarin", within=["dose"]) == "ibuprofen and warfarin"


def test_name_that_holds_a_number(brands):
    """A name with a figure in it is replaced as a whole although the figure is protected."""
    assert changed(brands(), "I get 5-FU") == "I get fluorouracil"


def test_name_inside_a_span_of_the_row(brands):
    """A mention that is part of a longer span of the row's own stays."""
    text = "Ask Dr Warfarin Smith about warfarin"
    row = Row("r1", text, spans=(Span("Dr Warfarin Smith", "name"),))
    result = brands().apply(Passage(text, row, Finder(LEXICON).for_row(row)), {"seed": 1}, None)
    assert result.text == "Ask Dr Warfarin Smith about Coumadin"


def test_share_of_mentions(brands):
    """A share replaces that many mentions, and reports it."""
    text = "warfarin, warfarin, warfarin and warfarin"
    result = brands(mention_fraction=0.5).apply(passage(text), {"seed": 3}, None)
    assert (result.text.count("Coumadin"), result.magnitude) == (2, 0.5)


def test_unicode_around_names(brands):
    """Positions count right behind letters with a longer lower case."""
    assert changed(brands(), "İİ nimmt warfarin – täglich") == "İİ nimmt Coumadin – täglich"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"entity_substitution\.table: there is no file .*brands\.csv -- "),
        ("entity,brand\na,b\n", r"brands\.csv:1: the table has no column 'alias' \(columns: entity, brand\) -- "),
        ("", r"brands\.csv:1: the table has no column 'entity' \(columns: none\) -- "),
        ("entity,alias\na,b\nc,b\n", r"brands\.csv:3: 'b' names two entities, a and c -- "),
        ("entity,alias\na,b\nb,c\n", r"brands\.csv:3: 'b' names two entities, a and b -- "),
        ("entity,alias\na,\n", r"brands\.csv:2: the cell of column 'alias' is empty -- "),
    ],
)
def test_faulty_table(tmp_path, content, message):
    """A table that cannot be used is named with line, fault and remedy."""
    if content is not None:
        (tmp_path / "brands.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        changed(operator("entity_substitution", table="brands.csv").bind(tmp_path), "a")


def test_table_is_required():
    """Without a table there is nothing to substitute."""
    with pytest.raises(ValidationError, match="table"):
        operator("entity_substitution")


def test_absolute_path(tmp_path, brands):
    """An absolute path needs no folder."""
    brands()
    assert (
        changed(operator("entity_substitution", table=str(tmp_path / "brands.csv")), "warfarin").title() == "Coumadin"
    )
