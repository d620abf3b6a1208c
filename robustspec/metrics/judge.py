"""Whether another model finds an answer right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator

from robustspec.answers.judging import fap_prompt, read_fap, read_scp, scp_prompt, steps_of, yes_share
from robustspec.data.prompt import filled
from robustspec.data.row import Case, Content, Input, PolicyWord
from robustspec.metrics.base import OpinionMetric

_PLACES = ("{question}", "{candidate}")
_REWARDED: Mapping[str, tuple[PolicyWord, ...]] = {"refused": ("may_refuse", "must_refuse"), "asked": ("ask",)}


class Judge(OpinionMetric):
    """1 where another model, the judge, says that the answer is right, 0 where it says that it is wrong.

    For answers that no comparison with a label can judge: solutions in steps, free text. The judge is a model under
    ``models:``. Asked about the ``solution`` it answers Yes or No; where it gives log-probabilities (``openai`` with
    ``log_probabilities``) the score is P(Yes) / (P(Yes) + P(No)). Asked about its ``steps`` it names the first wrong one; the
    score is 1 where there is none. The row's label, if it has one, is shown as the reference answer.

    Refusals and questions are scored by the policy table without a judge, as are answers where none should be given. An
    opinion that cannot be read, and a judge that cannot be reached, make the case missing; the run's notes count them.
    A judge is a model and errs: measure its agreement with people first, its robustness by a specification of its own.

    Formula: the judge's verdict as 0 or 1, or P(Yes) / (P(Yes) + P(No)). Inputs: the answer's value as text or JSON, the
    input and, with ``reference``, the label. Direction: higher is better.

    .. code-block:: yaml

        models: {grader: {kind: openai, base_url: "http://localhost:8000/v1", model: grader}}
        metrics: {solved: {kind: judge, model: grader}}

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric, case = Judge(model="grader"), Case(Row("r", "What is 2 + 2?", label="4"), Answer("It is 4."))
    >>> [metric.opinion(said, case) for said in ("Yes.", "No", "Yes and no")]
    [1.0, 0.0, None]

    Source: generative reward models that judge final answers and steps, FinDAP (Ke et al. 2025, arXiv:2501.04961), with
    prompts of our own.
    """

    kind: Literal["judge"] = "judge"
    about: Literal["solution", "steps"] = "solution"
    """What it judges: the whole solution, or its steps one by one."""
    prompt: str | None = None
    """The question in your own words, with ``{question}``, ``{candidate}`` and, if you like, ``{reference}``; it must ask for
    Yes or No."""
    reference: bool = True
    """Whether the judge sees the row's label."""

    @field_validator("prompt")
    @classmethod
    def _has_its_places(cls, prompt: str | None) -> str | None:
        absent = [place for place in _PLACES if prompt is not None and place not in prompt]
        if absent:
            raise ValueError(
                f"lacks {' and '.join(absent)}, so that the judge would not see it -- write it into the prompt"
            )
        return prompt

    @property
    def is_binary(self) -> bool:
        """Where it judges steps; a judge of solutions may give probabilities."""
        return self.about == "steps"

    def question(self, case: Case) -> Content | None:
        """The judge's prompt; None where the act decides alone."""
        if case.answer.act != "answered" or not {"answer", "may_refuse"} & set(case.policy):
            return None
        asked, candidate = _asked(case), _text(case.answer.value)
        reference = _text(case.row.label) if self.reference and case.row.label is not None else None
        if self.prompt is not None:
            return filled(self.prompt, {"question": asked, "candidate": candidate, "reference": reference or ""})
        if self.about == "steps":
            return scp_prompt(asked, steps_of(candidate), reference)
        return fap_prompt(asked, candidate, reference)

    def opinion(self, raw: Any, case: Case) -> float | None:
        """1, 0 or a probability; None for an opinion that cannot be read."""
        if self.about == "steps" and self.prompt is None:
            verdict = read_scp(_said(raw), len(steps_of(_text(case.answer.value))))
            return None if verdict is None else float(verdict.first_error is None)
        shares = raw.get("first") if isinstance(raw, dict) else None
        if isinstance(shares, dict) and (share := yes_share(_logarithms(shares))) is not None:
            return share
        word = read_fap(_said(raw))
        return None if word is None else float(word == "yes")

    def without(self, case: Case) -> float:
        """1 for the refusal or the question that the policy wants, else 0."""
        return float(bool(set(_REWARDED.get(case.answer.act, ())) & set(case.policy)))


def _asked(case: Case) -> str:
    """The conversation that the answer answers, as text."""
    content = case.row.input
    if isinstance(content, str):
        return content
    said = [f"{each.name or each.role}: {each.content}" for each in content]
    return Input(content).text if len(said) == 1 else "\n".join(said)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _said(raw: Any) -> Any:
    """The text of a structured output that comes with log-probabilities."""
    return raw["text"] if isinstance(raw, dict) and isinstance(raw.get("text"), str) else raw


def _logarithms(shares: Mapping[str, Any]) -> dict[str, float]:
    return {str(token): math.log(p) for token, p in shares.items() if isinstance(p, int | float) and 0 < p <= 1}
