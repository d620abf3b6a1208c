import pytest
from pydantic import ValidationError
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples, table_rows

from robustspec.errors import DataError


def sex(text, **scope):
    return changed(operator("counterfactual_group", attribute="sex"), text, **scope)


def age(text, **fields):
    return changed(operator("counterfactual_group", attribute="age", **fields), text)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("counterfactual_group") >= 3


@pytest.mark.parametrize("fields", [{"attribute": "sex"}, {"attribute": "age", "to": 50}])
def test_level_0_and_texts_without_the_attribute(fields):
    """Level 0, blank texts and texts that state nothing give the passage itself."""
    for text, level in [("She is 34.", 0), *((blank, None) for blank in BLANK), ("Ibuprofen 400 mg?", None)]:
        before = passage(text)
        assert before is operator("counterfactual_group", **fields).apply(before, {"seed": 1}, level)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I am a woman, my husband takes 5 mg.", "I am a man, my wife takes 5 mg."),
        ("She's fine. Her left knee and her back hurt.", "He's fine. His left knee and his back hurt."),
        ("I asked her. It is hers, she told me herself.", "I asked him. It is his, he told me himself."),
        ("My mother-in-law’s sister", "My father-in-law’s brother"),
        ("an aunt and her 400 mg tablet", "an uncle and his 400 mg tablet"),
        ("it makes her drowsy, I gave her 2", "it makes him drowsy, I gave him 2"),
        ("her once-daily dose for her", "his once-daily dose for him"),
        ("MY WIFE AND HER MOM", "MY HUSBAND AND HIS DAD"),
        ("Ms Lee, ma'am", "Mr Lee, sir"),
    ],
)
def test_sex_there_and_back(one, other):
    """Nouns, relations, titles and pronouns change together, and change back."""
    assert sex(one) == other
    assert sex(other) == one


@pytest.mark.parametrize(
    "text", ["My wife is pregnant.", "He has a prostate problem", "she is still breastfeeding", "her period pain"]
)
def test_what_one_sex_alone_has(text):
    """A text that the other sex would make impossible stays."""
    assert sex(text) == text


@pytest.mark.parametrize("text", ["a man-made fibre", "the humane one", "mankind", "Heman", "an un-male word"])
def test_words_that_say_no_sex(text):
    """Parts of words stay."""
    assert sex(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am 34.", "I am 81."),
        ("I'm 34 and well", "I'm 81 and well"),
        ("I’m 34, take 34 mg", "I’m 81, take 34 mg"),
        ("a 34-year-old nurse", "an 81-year-old nurse"),
        ("An 81 year old", "A 34 year old"),
        ("my mother is 34", "my mother is 81"),
        ("aged 34, male; age: 34", "aged 81, male; age: 81"),
        ("34 yo f, 34yo, 34 y/o", "81 yo f, 81yo, 81 y/o"),
        ("he just turned 34!", "he just turned 81!"),
        ("34 years of age", "81 years of age"),
        ("my 4-year-old son", "my 81-year-old son"),
        ("he is 1 year old", "he is 81 years old"),
    ],
)
def test_age(text, expected):
    """The stated age and the article before it change; a number that is none stays."""
    assert age(text, to=34 if "81" in text else 81) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am 34 weeks pregnant",
        "I'm 34 kg lighter",
        "I am 34.5 today",
        "adults over 12 years old",
        "under the age of 12",
        "ages 18 to 65, aged 18-65",
        "my dose is 34.",
        "a 6-month-old baby",
        "18-34 years old",
        "two years ago I turned round",
    ],
)
def test_numbers_that_are_no_age(text):
    """Limits, ranges, months, weights and doses stay."""
    assert age(text, years=3) == text


def test_years_move_every_age():
    """A shift moves each age by as much; the magnitude is the years."""
    result = operator("counterfactual_group", attribute="age", years=-5).apply(
        passage("I am 34, my son is 8 years old."), {"seed": 1}, None
    )
    assert (result.text, result.magnitude, result.label) == ("I am 29, my son is 3 years old.", 5.0, "label")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("I am 34, my son is 8 years old.", {"to": 50}),
        ("I am 34.", {"to": 34}),
        ("I am 34, my son is 8 years old.", {"years": -8}),
        ("I am 100.", {"years": 11}),
    ],
)
def test_ages_that_cannot_move(text, fields):
    """Two ages under ``to``, no change, and ages outside 1 to 110 leave the passage itself."""
    before = passage(text)
    assert before is operator("counterfactual_group", attribute="age", **fields).apply(before, {"seed": 1}, None)


def test_one_year_and_more():
    """ "year" and "years" follow the number."""
    assert age("she is 2 years old", to=1) == "she is 1 year old"
    assert age("a 2-year-old", to=1) == "a 1-year-old"


def test_own_table(tmp_path):
    """Words of a table change together, one draw a text; capitals and articles follow."""
    (tmp_path / "mine.csv").write_text("from,to\nnative speaker,immigrant\ncity,village\ncity,island\n")
    op = operator("counterfactual_group", attribute="table", table="mine.csv").bind(tmp_path)
    assert changed(op, "As a native speaker, 5 mg") == "As an immigrant, 5 mg"
    assert outcomes(op, "The city. A CITY") == {"The village. A VILLAGE", "The island. An ISLAND"}


def test_protected_spans():
    """Row and lexicon spans that are longer than the word stay, as does everything outside ``within``."""
    assert sex("aspirin for women", within=["drug"]) == "aspirin for women"
    assert changed(operator("counterfactual_group", attribute="age", to=50), "I am 34.", within=["drug"]) == "I am 34."
    assert age("I am 34 and need 400 mg every 6 hours.", to=50) == "I am 50 and need 400 mg every 6 hours."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"attribute": "age"}, "needs an age"),
        ({"attribute": "age", "to": 3, "years": 4}, "needs an age"),
        ({"attribute": "age", "years": 0}, "needs an age"),
        ({"attribute": "sex", "to": 3}, "to and years are of an age"),
        ({"attribute": "table"}, "go together"),
        ({"attribute": "sex", "table": "t.csv"}, "go together"),
        ({"attribute": "age", "to": 0}, "greater than or equal to 1"),
    ],
)
def test_fields_that_do_not_go_together(fields, message):
    """What contradicts itself is refused with the remedy."""
    with pytest.raises(ValidationError, match=message):
        operator("counterfactual_group", **fields)


def test_faulty_table(tmp_path):
    """A table without its columns is named."""
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    op = operator("counterfactual_group", attribute="table", table="mine.csv").bind(tmp_path)
    with pytest.raises(DataError, match=r"mine\.csv:1: the table has no column 'from'"):
        changed(op, "a")


def test_table_of_sexes_is_a_mapping_both_ways():
    """Each word that goes both ways stands once on its side."""
    both = [row for row in table_rows("sex_words.csv") if row["direction"] == "both"]
    assert len({row["female"] for row in both}) == len({row["male"] for row in both}) == len(both)
    assert {row["direction"] for row in table_rows("sex_words.csv")} == {"both", "to_male"}
