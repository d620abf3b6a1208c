import math
from collections import Counter

import pytest
from pydantic import ValidationError
from scipy.stats import chisquare
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples

from robustspec.data.row import Message, Row
from robustspec.errors import DataError
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder
from robustspec.perturbation.scope import Scope

TABLE = """entity,type,group,note
warfarin,drug,,
Coumadin,drug,warfarin,US brand
metformin,drug,,
metoprolol,drug,,
ibuprofen,drug,,
Advil,drug,ibuprofen,
codeine,drug,,
asthma,condition,,
gout,condition,,
an ulcer,condition,,
Ford,company,,
"""
NAMES = ["warfarin", "metformin", "metoprolol", "codeine", "aspirin", "naproxen"]
DRAWS = 3000


@pytest.fixture
def exchange(tmp_path):
    def make(table=TABLE, **fields):
        (tmp_path / "names.csv").write_text(table, encoding="utf-8")
        return operator("entity_exchange", table="names.csv", **fields).bind(tmp_path)

    return make


def labelled(text, label):
    return Passage(text, Row("r1", text, label=label), Finder())


def counted(op, text):
    return Counter(op.apply(labelled(text, None), {"seed": seed}, None).text for seed in range(DRAWS))


def levenshtein(one, other):
    line = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, line = line, [i]
        for j, b in enumerate(other, 1):
            line.append(min(before[j] + 1, line[-1] + 1, before[j - 1] + (a != b)))
    return line[-1] / max(len(one), len(other))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("entity_exchange") >= 4


def test_level_0_and_texts_without_a_name(exchange):
    """Level 0, blank texts and texts without a mention give the passage itself."""
    for text, level in [("warfarin", 0), *((blank, None) for blank in BLANK), ("Paracetamol 500 mg", None)]:
        before = passage(text)
        assert before is exchange().apply(before, {"seed": 1}, level)


def test_only_names_of_the_type(exchange):
    """A drug becomes a drug and a condition a condition; the only company stays."""
    drugs, conditions = {"metformin", "metoprolol", "ibuprofen", "Advil", "codeine"}, {"gout", "an ulcer"}
    results = outcomes(exchange(), "warfarin for asthma from Ford")
    assert results <= {f"{drug} for {condition} from Ford" for drug in drugs for condition in conditions}
    assert {result.split(" for ")[0] for result in results} == drugs
    assert {result.split(" for ")[1].removesuffix(" from Ford") for result in results} == conditions


def test_never_a_name_of_its_own_group(exchange):
    """Coumadin is warfarin: neither takes the place of the other."""
    for name in ("warfarin", "Coumadin", "COUMADIN"):
        results = {result.lower() for result in outcomes(exchange(), name)}
        assert results == {"metformin", "metoprolol", "ibuprofen", "advil", "codeine"}


@pytest.mark.parametrize("power", [-3, -1, 0, 1, 4])
def test_frequencies_follow_the_distance(exchange, power):
    """The names come as often as d to the power says (chi-square against Levenshtein distances computed here)."""
    op = exchange("entity,type\n" + "".join(f"{name},drug\n" for name in NAMES), power=power)
    found = counted(op, "warfarin")
    weights = {name: levenshtein("warfarin", name) ** power for name in NAMES[1:]}
    expected = [DRAWS * weight / sum(weights.values()) for weight in weights.values()]
    assert chisquare([found[name] for name in weights], expected).pvalue > 0.001
    uniform = [DRAWS / len(weights)] * len(weights)
    assert power == 0 or chisquare([found[name] for name in weights], uniform).pvalue < 0.001


def test_frequencies_without_what_is_taken(exchange):
    """Where many names stand in the text, the weights of the rest keep their proportions."""
    crowd = [f"drug{number:02d}" for number in range(30)]
    op = exchange("entity,type\n" + "".join(f"{name},drug\n" for name in [*NAMES, *crowd]), power=2)
    text = "I had " + ", ".join(crowd)
    row = Row("r1", (Message("user", text), Message("user", "warfarin")))
    found = Counter(
        op.apply(Passage("warfarin", row, Finder()), {"seed": seed}, None).text for seed in range(DRAWS // 3)
    )
    weights = {name: levenshtein("warfarin", name) ** 2 for name in NAMES[1:]}
    expected = [DRAWS // 3 * weight / sum(weights.values()) for weight in weights.values()]
    assert found.keys() == weights.keys()
    assert chisquare([found[name] for name in weights], expected).pvalue > 0.001


def test_mean_distance_rises_with_the_power(exchange):
    """The greater the power, the farther the names, and the magnitude tells how far."""
    table = "entity,type\n" + "".join(f"{name},drug\n" for name in NAMES)
    means = []
    for power in (-8, -2, 0, 2, 8):
        op = exchange(table, power=power)
        results = [op.apply(labelled("warfarin", None), {"seed": seed}, None) for seed in range(600)]
        assert all(math.isclose(levenshtein("warfarin", result.text), result.magnitude) for result in results)
        means.append(sum(result.magnitude for result in results) / len(results))
    assert means == sorted(means)
    assert means[-1] - means[0] > 0.1


VECTORS = "entity,type,x,note,y\nA1,t,0,here,1\nB2,t,0,,4\nC3,t,4,,1\nD4,t,0,,1\n"


def test_vectors(exchange):
    """Columns of numbers are vectors; Euclidean and cosine distance count as computed by hand."""
    euclidean, cosine = (exchange(VECTORS, distance=distance, power=1) for distance in ("euclidean", "cosine"))
    results = [euclidean.apply(labelled("A1", None), {"seed": seed}, None) for seed in range(40)]
    assert {(r.text, r.magnitude) for r in results} == {("B2", 3.0), ("C3", 4.0), ("D4", 3.0)}
    results = [cosine.apply(labelled("B2", None), {"seed": seed}, None) for seed in range(40)]
    assert {(r.text, round(r.magnitude, 6)) for r in results} == {
        (name, round(1 - 1 / math.sqrt(17), 6)) for name in ("A1", "C3", "D4")
    }


def test_distance_0_counts_as_the_smallest_above_0(exchange):
    """A name with the same vector is as likely as the nearest other one: D4 (0) and B2 (3) alike, C3 (4) less."""
    found = counted(exchange(VECTORS, distance="euclidean", power=-2), "A1")
    weights = {"B2": 3**-2, "C3": 4**-2, "D4": 3**-2}
    expected = [DRAWS * weight / sum(weights.values()) for weight in weights.values()]
    assert chisquare([found[name] for name in weights], expected).pvalue > 0.001


def test_all_vectors_the_same(exchange):
    """Without any distance above 0 all names are alike, whatever the power."""
    op = exchange("entity,type,x\nA1,t,1\nB2,t,1\nC3,t,1\n", distance="euclidean", power=-9)
    assert outcomes(op, "A1") == {"B2", "C3"}


def test_all_mentions_of_one_thing_become_the_same(exchange):
    """The text stays of one piece, whichever of its names a thing is called by."""
    for result in outcomes(exchange(), "Warfarin? I take Coumadin. Yes, warfarin."):
        first, second, third = result.rstrip(".").replace("? I take ", "|").replace(". Yes, ", "|").split("|")
        assert first.lower() == second.lower() == third.lower()


def test_two_things_stay_two_things(exchange):
    """Nothing becomes what the text mentions already, nor do two things become one."""
    for result in outcomes(exchange(), "warfarin and metformin"):
        left, right = result.split(" and ")
        groups = [{"Advil": "ibuprofen"}.get(name, name) for name in (left, right)]
        assert len(set(groups)) == 2
        assert not {"warfarin", "Coumadin", "metformin"} & set(groups)


def test_articles_follow(exchange):
    """ "a" and "an" go with the new name."""
    table = "entity,type\nulcer,condition\nmigraine,condition\n"
    assert changed(exchange(table), "I have an ulcer.") == "I have a migraine."
    assert changed(exchange(table), "A migraine again") == "An ulcer again"


def test_what_the_label_names_stays(exchange):
    """The answer's own entity is left alone and never drawn, by whichever of its names."""
    for label in ("ibuprofen", {"ingredient": "Ibuprofen"}, {"options": ["codeine", "advil"]}):
        results = [
            exchange().apply(labelled("Advil beside warfarin", label), {"seed": seed}, None) for seed in range(60)
        ]
        assert {result.text.split()[0] for result in results} == {"Advil"}
        drawn = {result.text.split()[-1] for result in results}
        assert drawn == {"metformin", "metoprolol", "codeine"} - ({"codeine"} if "options" in label else set())
        assert all(result.label is label for result in results)
    before = labelled("Only Advil", {"ingredient": "ibuprofen"})
    assert before is exchange().apply(before, {"seed": 1}, None)


def test_moves_a_field_of_the_label(exchange):
    """With ``moves`` the entity that the field names is exchanged, and the field holds the new one; others stay."""
    op = exchange(moves="ingredient")
    label = {"action": "recommend", "ingredient": "warfarin"}
    results = [op.apply(labelled("my Coumadin, not codeine", label), {"seed": s}, None) for s in range(60)]
    assert {(result.text[3:].split(",")[0], result.label["ingredient"]) for result in results} == {
        ("metformin", "metformin"),
        ("metoprolol", "metoprolol"),
        ("ibuprofen", "ibuprofen"),
        ("Advil", "ibuprofen"),
    }
    assert {result.text.partition(",")[2] for result in results} == {" not codeine"}
    assert {result.label["action"] for result in results} == {"recommend"}
    assert label == {"action": "recommend", "ingredient": "warfarin"}


def test_moves_a_label_that_is_a_name(exchange):
    """``moves: label`` is for a label that is itself the name; a brand becomes the name drawn, not its group."""
    op = exchange(moves="label")
    for label, brand in (("warfarin", "ibuprofen"), ("Coumadin", "Advil")):
        results = [op.apply(labelled("my Coumadin", label), {"seed": seed}, None) for seed in range(40)]
        moved = {(result.text.removeprefix("my "), result.label) for result in results}
        assert moved == {
            ("Advil", brand),
            *((name, name) for name in ("metformin", "metoprolol", "ibuprofen", "codeine")),
        }


@pytest.mark.parametrize(
    "label", [None, 7, "unknown", {"ingredient": None}, {"other": "warfarin"}, {"ingredient": "gin"}]
)
def test_moves_nothing_without_the_field(exchange, label):
    """A label without the field, or with a value that is no name, leaves the passage as it is."""
    before = labelled("warfarin", label)
    assert before is exchange(moves="ingredient").apply(before, {"seed": 1}, None)


def test_moves_all_or_nothing(exchange):
    """Where the entity is named in another turn too, or one mention is protected, nothing moves."""
    op = exchange(moves="ingredient")
    talk = (Message("user", "I have Coumadin."), Message("user", "Is warfarin safe?"))
    row = Row("r1", talk, {"ingredient": "warfarin"})
    scope = Scope(op)
    assert scope.apply(row, scope.sample(1, row), None) is row
    leaflet = (Message("user", "Coumadin leaflet", "leaflet"), Message("user", "Is warfarin safe?"))
    row = Row("r1", leaflet, {"ingredient": "warfarin"})
    assert scope.apply(row, scope.sample(1, row), None).label != row.label


def test_relation():
    """The label moves only with ``moves``."""
    assert operator("entity_exchange", table="t.csv").relation == "keeps"
    assert operator("entity_exchange", table="t.csv", moves="ingredient").relation == "changes"


def test_only_what_keeps_the_label_is_held():
    """A chain takes it as a step where it keeps the label, and not where it moves it."""
    held = {"kind": "entity_exchange", "table": "t.csv"}
    assert operator("chain", steps=[held]).steps == (held,)
    with pytest.raises(ValidationError, match="keep the label"):
        operator("chain", steps=[held | {"moves": "ingredient"}])


def test_one_type_only(exchange):
    """``type`` confines the exchange to entities of that type."""
    assert {text.split(" for ")[0] for text in outcomes(exchange(type="condition"), "warfarin for asthma")} == {
        "warfarin"
    }


def test_protection(exchange):
    """A name inside a longer protected one stays; ``within`` confines to its spans; doses stay as they are."""
    assert "Advil PM 400 mg" in outcomes(exchange(), "Advil PM 400 mg")
    assert {text[:4] for text in outcomes(exchange(), "gout, 400 mg ibuprofen", within=["drug"])} == {"gout"}
    assert all("400 mg" in text for text in outcomes(exchange(), "400 mg ibuprofen every 6 hours"))


@pytest.mark.parametrize(
    ("table", "fields", "message"),
    [
        ("entity,kind\na,b\n", {}, r"names\.csv:1: the table has no column 'type'"),
        ("entity,type\nwarfarin,drug\nWarfarin,drug\n", {}, r"names\.csv:3: the name 'Warfarin' stands twice -- "),
        ("entity,type,group\na1,drug,g\nb1,food,G\n", {}, r"names\.csv:3: 'b1' is of another type .* -- "),
        ("entity,type,x\na1,t,1\nb1,t,one\n", {}, r"names\.csv:3: 'one' in column 'x' is no number.* -- "),
        ("entity,type,x\na1,t,1\nb1,t,nan\n", {}, r"names\.csv:3: 'nan' in column 'x' is no number.* -- "),
        ("entity,type\na1,t\nb1,t\n", {"distance": "cosine"}, r"names\.csv: distance: cosine needs vectors.* -- "),
        ("entity,type,x\na1,t,0\nb1,t,1\n", {"distance": "cosine"}, r"names\.csv: a vector of zeros .* -- "),
    ],
)
def test_faulty_table(exchange, table, fields, message):
    """A table that cannot be used is named with line, fault and remedy."""
    with pytest.raises(DataError, match=message):
        changed(exchange(table, **fields), "a1")


def test_missing_table(tmp_path):
    """A table that is not there is named with the field that asks for it."""
    with pytest.raises(DataError, match=r"entity_exchange\.table: there is no file"):
        changed(operator("entity_exchange", table="gone.csv").bind(tmp_path), "a")
