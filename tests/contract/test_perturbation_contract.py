"""What every registered perturbation must hold, and what every one on text must, ours or an installed package's.

Operators on pictures and conversations are held to `test_picture_contract`. A kind that needs arguments has an example
below; all others are taken with their defaults.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robustspec.data.row import Message, Row, Span
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.edits import SiteEdits, splice
from robustspec.perturbation.protect import find
from robustspec.perturbation.scope import Scope
from robustspec.registry import listing, lookup

KINDS = sorted(line.entry.kind for line in listing("perturbations") if line.cls is None or line.cls.modality == "text")

EXAMPLES: dict[str, dict[str, Any]] = {
    "chain": {"steps": ["letter_case", {"kind": "keyboard_typo", "level": 3}]},
    "choice_order": {"choices": ["positive", "neutral", "negative"]},
    "counterfactual_group": {"attribute": "sex"},
    "entity_exchange": {"table": "entities.csv"},
    "entity_substitution": {"table": "names.csv"},
    "instruction_swap": {"table": "instructions.csv"},
    "label_name": {"names": {"positive": "favourable", "neutral": "even", "negative": "unfavourable"}},
    "nlpaug": {"augmenter": "RandomCharAug", "parameters": {"action": "swap"}},
    "variants": {"path": "variants.csv"},
}
"""Arguments of kinds that have no defaults."""

STYLES: dict[str, list[dict[str, Any]]] = {
    "abbreviation": [{"style": "expand"}],
    "character_edit": [{"action": action} for action in ("swap", "insert", "delete", "substitute")],
    "contraction": [{"direction": "expand"}],
    "counterfactual_group": [{"attribute": "age", "years": 5}, {"attribute": "table", "table": "groups.csv"}],
    "entity_exchange": [{"table": "entities.csv", "power": power, "type": "drug"} for power in (-3, 3)],
    "history_statement": [{"style": style} for style in ("negated", "family", "past", "asserted")],
    "homoglyph": [{"style": "invisible"}],
    "lay_term": [{"style": "lay"}],
    "letter_case": [{"style": style} for style in ("upper", "title", "random")],
    "punctuation": [{"action": "add"}],
    "whitespace": [{"style": "joined"}, {"style": "mixed"}],
}
"""Further settings that the contract is held to."""

OWN_SPANS = {
    "abbreviation": {"dose", "number", "unit"},
    "choice_order": {"negation"},
    "counterfactual_group": {"number", "unit"},
    "entity_exchange": {"drug"},
    "instruction_swap": {"negation"},
    "label_name": {"negation"},
    "money_format": {"dose", "number", "unit"},
    "negated_statement": {"negation"},
    "number_format": {"dose", "number", "unit"},
    "dose_raise": {"dose", "number", "unit"},
    "dose_schedule": {"dose", "number", "unit"},
    "table_rows": {"dose", "number", "unit", "negation", "laterality", "drug"},
    "table_columns": {"dose", "number", "unit", "negation", "laterality", "drug"},
    "entity_substitution": {"drug"},
    "variants": {"dose", "number", "unit", "negation", "laterality", "drug"},
}
"""Spans that a kind is made to rewrite or move: amounts in another form, other names, whole reviewed texts, rows."""

SENTENCES = [
    "Take 400 mg of ibuprofen every 6 hours, but not more than 1,200 mg a day.",
    "She denies chest pain and has no fever; her left knee is swollen, the right one isn't.",
    "Give 0.5 mg/kg twice daily for 3 days, then half a tablet at night without food.",
    "Bilateral pneumonia was never ruled out: HbA1c 7.5%, BP 120/80 mmHg, B12 low.",
    "My 4-year-old daughter has had diarrhoea since yesterday. Which medicine do you recommend, please?",
    "I am allergic to penicillin, I don't smoke and I take 5mg of warfarin q12h.",
    "Two puffs of salbutamol, one or two times a day; neither cough nor wheeze.",
    "Der Patient nimmt täglich 2 Tabletten und hat keine Schmerzen.",
    "Пациент принимает 400 mg ибупрофена и не курит.",
    "İlaç 5 mg — naïve café, 38.5 °C, “quoted”, e.g. 10 µg; ﬁne.",
    "I'm worried because it's due on Monday and the account balance is the same as it was.",
    "no",
    "",
    "患者は頭痛を訴えています。薬は何がいいですか？",
    "line one is here\n\nline two: 1) take 20 ml\t2) wait",
    "a photo of the {} on a table.",
    "Is it positive, neutral, or negative?\nText: Net profit rose in the second half.\nAnswer:",
    "The bank won an order worth $5.5 million, up from EUR 900,000.",
    'What is in stock? [{"sku": "A1", "name": "ibuprofen", "qty": 4}, {"sku": "B2", "name": "x", "qty": 0}, '
    '{"sku": "C3", "name": "y", "qty": 12}] | Please advise me.',
]


def operators(kind: str, folder: Path) -> list[Perturbation]:
    """The operator of ``kind`` in every setting that the contract is held to, its files written to ``folder``."""
    if kind == "nlpaug":
        pytest.importorskip("nlpaug")
    (folder / "names.csv").write_text("entity,alias\nibuprofen,Advil\nwarfarin,Coumadin\n", encoding="utf-8")
    names = "ibuprofen,drug\nwarfarin,drug\nnaproxen,drug\ncodeine,drug\npneumonia,condition\nsinusitis,condition\n"
    (folder / "entities.csv").write_text("entity,type\n" + names, encoding="utf-8")
    (folder / "groups.csv").write_text("from,to\npatient,customer\nallergic,intolerant\n", encoding="utf-8")
    asked = 'a,"Is it positive, neutral, or negative?"\na,"Say whether it is negative, neutral, or positive."\n'
    (folder / "instructions.csv").write_text("task,instruction\n" + asked, encoding="utf-8")
    variants = "".join(f'{row.id},"My other words for it."\n' for row in rows())
    (folder / "variants.csv").write_text("id,variant\n" + variants, encoding="utf-8")
    cls = lookup("perturbations", kind)
    settings_of = [EXAMPLES.get(kind, {}), *STYLES.get(kind, [])]
    return [cls(**arguments).bind(folder) for arguments in settings_of]


def rows() -> list[Row]:
    return [
        Row(f"row-{number}", text, "positive", spans=(Span("ibuprofen", "drug"), Span("warfarin", "drug")))
        for number, text in enumerate(SENTENCES)
    ]


def levels(operator: Perturbation) -> list[int | None]:
    return list(operator.ladder.levels) if operator.ladder else [None]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def scopes(kind: str, tmp_path: Path) -> list[Scope]:
    return [Scope(operator) for operator in operators(kind, tmp_path)]


def perturbed(scope: Scope, row: Row) -> list[Row]:
    params = scope.sample(7, row)
    return [scope.apply(row, params, level) for level in levels(scope.operator)]


def test_every_kind_imports_and_says_its_own_name() -> None:
    """Nothing that is registered is broken, and `kind` is what the registry calls it."""
    lines = listing("perturbations")
    assert [line.entry.kind for line in lines if line.cls is None] == []
    assert all(line.cls.model_fields["kind"].default == line.entry.kind for line in lines if line.cls is not None)


def test_every_modality_has_a_contract() -> None:
    """No kind escapes: its modality is one of those that this test or that of pictures holds."""
    modalities = {line.cls.modality for line in listing("perturbations") if line.cls is not None}
    assert modalities <= {"text", "image", "volume", "conversation"}


def test_same_seed_same_text_whatever_came_before(scopes: list[Scope], kind: str, tmp_path: Path) -> None:
    """A case does not depend on the order of calls, on other rows, or on the operator object."""
    for scope, twin in zip(scopes, operators(kind, tmp_path), strict=True):
        first = {row.id: [changed.input for changed in perturbed(scope, row)] for row in rows()}
        other = Scope(twin)
        for row in reversed(rows()):
            params = other.sample(7, row)
            backwards = [other.apply(row, params, level).input for level in reversed(levels(twin))]
            assert first[row.id] == backwards[::-1]


def test_another_seed_or_draw_may_give_another_text(scopes: list[Scope]) -> None:
    """Seed and draw enter the params of every kind."""
    for scope in scopes:
        row = rows()[0]
        assert scope.sample(7, row, 0) != scope.sample(8, row, 0)
        assert scope.sample(7, row, 0) != scope.sample(7, row, 1)


def test_rows_and_params_are_left_as_they_were(scopes: list[Scope]) -> None:
    """apply is pure: it changes neither the row nor the params."""
    for scope in scopes:
        for row in rows():
            params = scope.sample(7, row)
            before = copy.deepcopy((row, params))
            for level in levels(scope.operator):
                scope.apply(row, params, level)
            assert before == (row, params)


def test_level_0_is_the_row_itself(scopes: list[Scope]) -> None:
    """Level 0 is no change: the very same row comes back."""
    for scope in scopes:
        for row in rows():
            assert scope.apply(row, scope.sample(7, row), 0) is row


def test_each_level_extends_the_one_before(scopes: list[Scope]) -> None:
    """The edits of level k are the first edits of level k + 1, and the text is what they make of it."""
    for scope in scopes:
        operator = scope.operator
        if not isinstance(operator, SiteEdits):
            continue
        for row in rows():
            passage, params = scope.passage_for(row), scope.sample(7, row)
            assert passage is not None
            earlier: list[Any] = []
            for level in levels(operator):
                edits = operator.edits(passage, params, level)
                assert edits[: len(earlier)] == earlier
                assert operator.apply(passage, params, level).text == splice(passage.text, edits)
                earlier = edits


def test_magnitude_rises_with_the_level(scopes: list[Scope]) -> None:
    """The realised magnitude never falls along the levels, and is above 0 exactly where the text changed."""
    for scope in scopes:
        for row in rows():
            realised = []
            for changed in perturbed(scope, row):
                assert changed.magnitude is not None
                assert (changed.magnitude > 0) == (changed is not row) == (changed.input != row.input)
                realised.append(changed.magnitude)
            assert realised == sorted(realised)


def test_every_kind_changes_something(scopes: list[Scope]) -> None:
    """At its highest level an operator changes at least one of the sentences: it is no accidental no-op."""
    for scope in scopes:
        assert any(perturbed(scope, row)[-1] is not row for row in rows())


def survive(before: str, after: str, spans: tuple[tuple[str, str], ...], own: set[str]) -> bool:
    """Whether all protected spans of ``before`` stand in ``after``, in their order."""
    position = 0
    done = 0
    for span in find(before, None, spans):
        if span.category in own or span.start < done:
            continue
        position = after.find(before[span.start : span.end], position)
        if position < 0:
            return False
        position += span.end - span.start
        done = span.end
    return True


DRUGS = (("ibuprofen", "drug"), ("warfarin", "drug"))


def test_protected_spans_survive(scopes: list[Scope], kind: str) -> None:
    """Doses, numbers, units, negations, sides and the row's own spans stand unchanged and in order."""
    for scope in scopes:
        for row in rows():
            for changed in perturbed(scope, row):
                assert isinstance(changed.input, str)
                assert survive(str(row.input), changed.input, DRUGS, OWN_SPANS.get(kind, set())), changed.input


pieces = st.sampled_from(
    [
        *("400 mg", "0.5 mg/kg", "every 6 hours", "twice daily", "1,200", "no", "not", "without", "left", "bilateral"),
        *("ibuprofen", "warfarin", "isn't", "don't", "q6h", "7.5%", "B12", "half a tablet", "neither"),
        *("the", "patient", "is", "and", "reports", "Severe", "MRI", "diarrhoea", "of", "a", "please", "I am", "it is"),
        *(",", ".", "?", "\n", "—", "(", ")", "é", "ß", "頭痛", "не", "😀", "e\u0301", "\u200b"),
    ]
)
sentences = st.lists(st.tuples(pieces, st.sampled_from([" ", " ", " ", "  ", ""])), max_size=24).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=sentences, seed=st.integers(0, 2**32))
def test_protected_spans_survive_in_any_text(scopes: list[Scope], kind: str, text: str, seed: int) -> None:
    """The same for generated texts in which everything may touch everything."""
    row = Row("generated", text, spans=tuple(Span(*span) for span in DRUGS))
    for scope in scopes:
        params = scope.sample(seed, row)
        for level in levels(scope.operator)[-1:]:
            changed = scope.apply(row, params, level)
            assert isinstance(changed.input, str)
            assert survive(text, changed.input, DRUGS, OWN_SPANS.get(kind, set()))


def test_params_survive_json(scopes: list[Scope]) -> None:
    """A case can be replayed from its record: params read back from JSON make the same text."""
    for scope in scopes:
        for row in rows():
            params = scope.sample(7, row)
            again = json.loads(json.dumps(params))
            for level in levels(scope.operator):
                assert scope.apply(row, params, level).input == scope.apply(row, again, level).input


def test_a_conversation_keeps_its_shape(scopes: list[Scope]) -> None:
    """Of a conversation only the last user message may change; number, roles and names of the messages stay."""
    talk = (
        Message("system", "You are a pharmacist. It is important."),
        Message("user", "Hello, I am looking for something against a headache."),
        Message("assistant", "How old are you? I am happy to help, it is no trouble."),
        Message("user", SENTENCES[4]),
        Message("user", "It is a leaflet of the medicine, please read it.", "leaflet"),
    )
    for scope in scopes:
        row = Row("row-4", talk, label={"action": "ask"}, policy=("ask",), groups={"age": "child"}, unit="u")
        for changed in perturbed(scope, row):
            assert isinstance(changed.input, tuple)
            assert [talk[:3], talk[4:]] == [changed.input[:3], changed.input[4:]]
            assert [(m.role, m.name) for m in talk] == [(m.role, m.name) for m in changed.input]
            assert (row.id, row.policy, row.groups, row.unit) == (
                changed.id,
                changed.policy,
                changed.groups,
                changed.unit,
            )


def test_the_operator_survives_json(scopes: list[Scope]) -> None:
    """What a specification says about an operator can be written out and read back."""
    for scope in scopes:
        data = json.loads(json.dumps(scope.operator.model_dump(mode="json")))
        assert type(scope.operator)(**data) == scope.operator.__class__(**scope.operator.model_dump())
