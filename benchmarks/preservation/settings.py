"""What each operator is held to, and why where it is less than all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from preservation.rows import Values, said, spans, spans_in
from preservation.values import (
    as_it_looks,
    beside_the_age,
    doses,
    ingredients,
    kinds_of_names,
    money,
    prescriptions,
    quantities,
    statement,
)
from robustspec.data.row import Row
from robustspec.perturbation.vocabulary import STANDARD

QUANTITIES = frozenset({"dose", "number", "unit"})
ALL = frozenset({*STANDARD, "drug"})


@dataclass(frozen=True)
class Setting:
    """One operator with its fields, and what it is held to.

    ``own`` are the categories that it is made to write in another way: ``values`` says what of them must stay the same.
    ``brings_in`` and ``takes_out`` are the spans that may come in, and go, by the operator's page. ``why`` is the reason.
    """

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    on: str = "input"
    rows: str = "pharmacy"
    own: frozenset[str] = frozenset()
    values: Callable[[str], Values] | None = None
    brings_in: Callable[[Row, Row], Values] | None = None
    takes_out: Callable[[Row, Row], Values] | None = None
    why: str = ""

    @property
    def name(self) -> str:
        """The operator and the fields that tell this setting from its others."""
        told = ", ".join(f"{key} {value}" for key, value in self.fields.items() if key not in ("table", "steps"))
        return f"{self.kind} ({told})" if told and self.kind != "at_turn" else self.kind


def withheld(row: Row, changed: Row) -> Values:
    """The spans of the facts that the changed row says are missing."""
    told = row.facts["told"]
    return sum((spans_in(str(told[name])) for name in changed.facts["missing"]), Values())


def misread(row: Row, changed: Row) -> Values:
    """The spans within words that hold letters read as digits ("f0r", "1s"): numbers to a program, to nobody else."""
    known = set(_MIXED.findall(said(row.input)))
    after = said(changed.input)
    return spans_in(after) - spans_in(_MIXED.sub(lambda match: match[0] if match[0] in known else "~", after))


_MIXED = re.compile(r"\b(?=[^\W_]*\d)(?=[^\W_]*[a-zA-Z])[^\W_]+\b")


def _new(*categories: str) -> Callable[[Row, Row], Values]:
    """All spans of these categories that are new."""

    def new(row: Row, changed: Row) -> Values:
        come = spans(changed) - spans(row)
        return Values({span: number for span, number in come.items() if span[0] in categories})

    return new


SETTINGS: tuple[Setting, ...] = (
    Setting("keyboard_typo"),
    *(Setting("character_edit", {"action": action}) for action in ("swap", "insert", "delete", "substitute")),
    Setting("misspelling"),
    Setting("ocr_confusion", brings_in=misread, why="letters become digits: that is what scanners do"),
    *(Setting("letter_case", {"style": style}) for style in ("lower", "upper", "title", "random")),
    *(Setting("whitespace", {"style": style}) for style in ("extra", "joined", "mixed")),
    Setting("punctuation"),
    Setting("punctuation", {"action": "add"}),
    *(Setting("contraction", {"direction": direction}) for direction in ("contract", "expand")),
    Setting("filler_words"),
    Setting("irrelevant_sentence"),
    *(
        Setting(
            "homoglyph", {"style": style}, own=ALL, values=as_it_looks, why="to a program its words end where it writes"
        )
        for style in ("lookalike", "invisible")
    ),
    Setting("word_drop"),
    Setting("number_format", own=QUANTITIES, values=quantities, why="it writes numbers and units another way"),
    Setting("dose_schedule", own=QUANTITIES, values=doses, why="it writes schedules and amounts another way"),
    Setting("synonym"),
    *(Setting("lay_term", {"style": style}) for style in ("clinical", "lay")),
    Setting(
        "entity_substitution",
        {"table": "brands.csv"},
        own=frozenset({*QUANTITIES, "drug"}),
        values=ingredients,
        why="it says another name of the same ingredient; names may hold numbers",
    ),
    *(
        Setting(
            "entity_exchange",
            {"table": "bystanders.csv", "power": power},
            own=frozenset({*QUANTITIES, "drug"}),
            values=kinds_of_names,
            why="it exchanges what the answer does not rest on for another of its type",
        )
        for power in (-2, 2)
    ),
    *(
        Setting(
            "abbreviation",
            {"style": style},
            own=frozenset({*QUANTITIES, "drug"}),
            values=prescriptions,
            why="it writes schedules, ages and names short, or out",
        )
        for style in ("abbreviate", "expand")
    ),
    *(
        Setting("history_statement", {"style": style}, brings_in=_new("negation"), why="it denies what does not matter")
        for style in ("negated", "family", "past", "mixed")
    ),
    Setting("counterfactual_group", {"attribute": "sex"}),
    Setting(
        "counterfactual_group",
        {"attribute": "age", "years": 2},
        own=QUANTITIES,
        values=beside_the_age,
        why="it states another age",
    ),
    Setting("chain", {"steps": ["letter_case", {"kind": "keyboard_typo", "level": 3}]}),
    Setting("paraphrase"),
    Setting("authority_claim"),
    Setting("indirect_request"),
    Setting("role_play"),
    Setting("prompt_injection"),
    Setting("prompt_injection", on="context.stock"),
    Setting("table_rows", on="context.stock"),
    Setting("table_columns", on="context.stock"),
    Setting("hedging", rows="finance"),
    Setting("choice_order", {"choices": ["positive", "neutral", "negative"]}, rows="finance"),
    Setting("money_format", rows="finance", own=QUANTITIES, values=money, why="it writes amounts of money another way"),
    Setting(
        "instruction_swap",
        {"table": "instructions.csv"},
        rows="finance",
        own=ALL,
        values=statement,
        why="it says the instruction in other words; the statement below it stays",
    ),
    Setting("at_turn", {"turn": 1, "operator": {"kind": "keyboard_typo", "level": 3}}),
    Setting(
        "correction",
        brings_in=_new(*QUANTITIES, "negation", "laterality", "drug"),
        why="it states a value and takes it back for the one in the data",
    ),
    Setting("disclosure"),
    *(Setting("disclosure", {"control": control}) for control in ("full", "concat")),
    Setting("distractor_turns"),
    Setting(
        "missing_fact",
        {"among": "optional"},
        takes_out=withheld,
        why="it leaves out a fact that the answer does not need",
    ),
    Setting("persona_drift"),
    Setting("pressure"),
    Setting("topic_switch"),
)

NOT_HELD = {
    "equal_dates": "it acts on series of pictures",
    "missing_study": "it acts on series of pictures",
    "study_order": "it acts on series of pictures",
    "nlpaug": "a peer's augmenters, which make no such promise",
    "template_swap": "it exchanges prompts that hold no spans; no row of these data has one",
    "variants": "people wrote and reviewed its texts: robustspec review",
}
"""Operators with relation keeps that are not held to this, and why."""
