"""What an encoder can be asked: which class, which caption, whether a caption fits, whether steps are in order.

A task reads its question from an input (`ask`), says what must be embedded for it, and answers it. Cosines decide all but the
matching of a model that has a head for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robustspec.adapters.encoders.encoder import Encoder
from robustspec.adapters.encoders.memory import Memory
from robustspec.adapters.encoders.order import Features, OrderHead, features_of
from robustspec.adapters.encoders.prompts import Wording, caption_of, captions_of, pair_of, picture_of, wording_of
from robustspec.adapters.encoders.scores import class_logits, class_weights, present_probability, scored, softmax
from robustspec.adapters.encoders.towers import Vectors
from robustspec.data.picture import Picture
from robustspec.data.row import Input
from robustspec.errors import AdapterError

Answer = dict[str, Any]
_MATRICES = 64  # of class weights: prompts that do not change from case to case are averaged once


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one input: the pictures and texts to embed, and whatever else the task has read from it."""

    pictures: tuple[Picture, ...]
    texts: tuple[str, ...] = ()
    about: Any = None


class Task:
    """One kind of question. An answer comes with whether a text of it was cut."""

    def ask(self, item: Input) -> Question:
        """The question of an input; `AdapterError` where it has none."""
        raise NotImplementedError

    def answer(self, question: Question, encoder: Encoder) -> tuple[Answer, bool]:
        """The answer to a question."""
        raise NotImplementedError

    def answers(self, questions: Sequence[Question], encoder: Encoder) -> list[tuple[Answer, bool]]:
        """The answers to questions: what they need is embedded together."""
        if pictures := [picture for question in questions for picture in question.pictures]:
            encoder.images(pictures)
        if texts := [text for question in questions for text in question.texts]:
            encoder.texts(texts)
        return [self.answer(question, encoder) for question in questions]


@dataclass(frozen=True, slots=True)
class Prompting:
    """The classes of a specification, the prompts that name and deny them, and how much a denial weighs."""

    labels: tuple[str, ...]
    templates: tuple[str, ...]
    negative_templates: tuple[str, ...] = ()
    negative_weight: float = 0.25
    top: int = 100


class Classify(Task):
    """Zero-shot classification: ``{label, scores}``, and with prompts that deny classes ``present``."""

    def __init__(self, prompting: Prompting) -> None:
        self._of = prompting
        self._matrices: Memory[Any, tuple[Vectors, bool]] = Memory(_MATRICES)

    def ask(self, item: Input) -> Question:
        """The picture and the wording of the classes."""
        if not self._of.labels:
            raise AdapterError("there are no labels to choose from -- write labels beside kind, or captions in the row")
        wording = wording_of(item, self._of.labels, self._of.templates)
        return Question((picture_of(item),), (), wording)

    def answer(self, question: Question, encoder: Encoder) -> tuple[Answer, bool]:
        """Label and probabilities."""
        wording, of = question.about, self._of
        (image,) = encoder.images(question.pictures)
        present, cut = self._weights(wording, wording.templates, encoder)
        absent = None
        if of.negative_templates:
            absent, cut_too = self._weights(wording, of.negative_templates, encoder)
            cut = cut or cut_too
        scale = encoder.towers.scale
        shares = softmax(class_logits(image, present, absent, scale, of.negative_weight))
        answer: Answer = {
            "label": wording.labels[int(np.argmax(shares))],
            "scores": scored(wording.labels, shares, of.top),
        }
        if absent is not None:
            answer["present"] = scored(wording.labels, present_probability(image, present, absent, scale), of.top)
        return answer, cut

    def _weights(self, wording: Wording, templates: Sequence[str], encoder: Encoder) -> tuple[Vectors, bool]:
        """The vector of each class under some templates."""
        key = (wording.names, tuple(templates))

        def made(_: Sequence[Any]) -> list[tuple[Vectors, bool]]:
            vectors, cut = encoder.texts(wording.prompts(templates))
            return [(class_weights(vectors, len(templates)).astype(np.float32), cut)]

        return self._matrices.get_all([key], made)[0]


class Choose(Task):
    """The best of several captions: ``{label, caption, scores}``; the label is its line, from 1."""

    def ask(self, item: Input) -> Question:
        """The picture and the captions."""
        return Question((picture_of(item),), tuple(captions_of(item)))

    def answer(self, question: Question, encoder: Encoder) -> tuple[Answer, bool]:
        """The number of the best caption, the first of equal ones, and the probability of each."""
        (image,) = encoder.images(question.pictures)
        vectors, cut = encoder.texts(question.texts)
        shares = softmax(encoder.towers.scale * (vectors @ image))
        best = int(np.argmax(shares))
        answer = {"label": best + 1, "caption": question.texts[best], "scores": [round(float(p), 6) for p in shares]}
        return answer, cut


class Match(Task):
    """Whether a caption fits: ``{label: yes or no, score}``; the score is a probability of a head, else the cosine."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def ask(self, item: Input) -> Question:
        """The picture and the caption."""
        return Question((picture_of(item),), (caption_of(item),))

    def answer(self, question: Question, encoder: Encoder) -> tuple[Answer, bool]:
        """Yes from the threshold on."""
        vectors, cut = encoder.texts(question.texts)
        return self._judged(float(vectors[0] @ encoder.images(question.pictures)[0])), cut

    def answers(self, questions: Sequence[Question], encoder: Encoder) -> list[tuple[Answer, bool]]:
        """By the head where there is one: it reads each caption with its picture in view, and nothing is embedded."""
        if not encoder.towers.matches:
            return super().answers(questions, encoder)
        pictures, captions = [each.pictures[0] for each in questions], [each.texts[0] for each in questions]
        scores, cut = encoder.match(pictures, captions)
        return [(self._judged(float(score)), was) for score, was in zip(scores, cut, strict=True)]

    def _judged(self, score: float) -> Answer:
        return {"label": "yes" if score >= self._threshold else "no", "score": round(score, 6)}


class Order(Task):
    """Whether two steps are in order: ``{label: yes or no, in_order}``, by a trained head."""

    def __init__(self, head: OrderHead, features: Features) -> None:
        self._head = head
        self._sees, self._reads = "V" in features, "T" in features

    def ask(self, item: Input) -> Question:
        """The two pictures and the texts of the two steps, as far as the head looks at them."""
        pair = pair_of(item, sees=self._sees, reads=self._reads)
        return Question(pair.pictures if self._sees else (), tuple(pair.steps) if self._reads else ())

    def answer(self, question: Question, encoder: Encoder) -> tuple[Answer, bool]:
        """The probability that the first is before the second."""
        texts, cut = encoder.texts(question.texts) if self._reads else (None, False)
        images = encoder.images(question.pictures) if self._sees else None
        rows = features_of(None if texts is None else texts[None], None if images is None else images[None])
        probability = float(self._head.probability(rows)[0])
        return {"label": "yes" if probability >= 0.5 else "no", "in_order": round(probability, 6)}, cut
