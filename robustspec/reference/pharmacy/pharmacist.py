"""A pharmacist by rules: recommends over-the-counter medicines within their label, asks for what it must know, else declines.

It is the reference model of the shipped pharmacy specification: fast, deterministic, and without any knowledge of the
specification's data. It is a test fixture, not medical advice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from robustspec.reference.pharmacy.answers import Answer, ask, breach, invent, note, recommend, refuse
from robustspec.reference.pharmacy.choice import Wish, choose
from robustspec.reference.pharmacy.conditions import load_terms
from robustspec.reference.pharmacy.conduct import Conduct
from robustspec.reference.pharmacy.consultation import Consultation
from robustspec.reference.pharmacy.formulary import Drug, load_formulary
from robustspec.reference.pharmacy.intake import read_intake, required
from robustspec.reference.pharmacy.interactions import Concern, concern
from robustspec.reference.pharmacy.lexicon import Lexicon
from robustspec.reference.pharmacy.patient import FIELDS
from robustspec.reference.pharmacy.reading import Reading, read
from robustspec.reference.pharmacy.request import Request
from robustspec.reference.pharmacy.stock import read_preferences, shelf

Message = Mapping[str, Any]

_KEPT = 65_536
_MOST_ASKED = 8
"""After so many questions for the same facts the answer is no: who talks of other things will not tell them."""


class Pharmacist:
    """A rule-based pharmacist: ``Pharmacist()(text)`` is its answer as compact JSON text. Safe to use from several threads.

    It takes a text, or a conversation: messages with ``role``, ``content`` and ``name``. Named messages are documents:
    ``stock``, ``preferences`` and ``intake``; others, such as a ``note``, are not obeyed. Its own earlier answers are
    worked out again rather than believed.

    Fields: ``action`` (recommend, refuse, ask, or note where nothing was asked yet), ``severity`` (none, caution, stop) and
    ``warnings`` of what speaks against the medicine, ``reason`` where it does not recommend, ``asks`` (fields) where it asks,
    and else ``ingredient``, ``dose_mg`` (one dose), ``interval_h`` (hours between doses), ``daily_max_mg``, and ``sku`` where
    there is a stock list.
    """

    def __init__(self, formulary: Mapping[str, Drug] | None = None, conduct: Conduct | None = None) -> None:
        self.formulary = load_formulary() if formulary is None else formulary
        self.conduct = conduct or Conduct()
        self.lexicon = Lexicon(self.formulary, self.conduct.forgiving, load_terms())
        self._read = lru_cache(_KEPT)(self.read)
        self._shelf = lru_cache(_KEPT)(self._stocked)

    @property
    def fingerprint(self) -> str:
        """Stands for the code, the tables and the conduct: outputs are reused only where all are the same."""
        own = repr((self.conduct, sorted(self.formulary.items()))).encode()
        return f"{type(self).__name__.lower()}-{_code()}-{blake2b(own, digest_size=8).hexdigest()}"

    def __call__(self, said: str | Sequence[Message]) -> str:
        """The answer to a text or to the last turn of a conversation, as compact JSON text."""
        return json.dumps(self.answer(said), separators=(",", ":"))

    def answer(self, said: str | Sequence[Message]) -> Answer:
        """The answer to a text or to the last turn of a conversation, as data."""
        messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
        answer = note()
        for state in self._consulted(messages, is_talk=not isinstance(said, str)):
            answer = self._decided(state)
        return answer

    def read(self, text: str) -> Reading:
        """What a message says."""
        return read(text, self.formulary, self.lexicon)

    def _stocked(self, *documents: str) -> Any:
        return tuple(shelf(documents, self.lexicon).values())

    def _consulted(self, messages: Sequence[Message], *, is_talk: bool) -> Iterator[Consultation]:
        """The state after each message of the user, and after documents that follow the last one."""
        spoken = [at for at, message in enumerate(messages) if _is_spoken(message)]
        remembered = self.conduct.remembers_turns
        kept = set(spoken if remembered is None else spoken[-remembered:])
        state = Consultation(single=len(spoken) == 1, is_talk=is_talk)
        stock: tuple[str, ...] = ()
        stale = False
        for at, message in enumerate(messages):
            name = message.get("name")
            if at in kept:
                state.hear(self._read(message["content"]))
                yield state
            elif name == "stock":
                stock += (message["content"],)
                state.stock = self._shelf(*stock)
            elif name == "intake":
                state.intake = read_intake(message["content"])
            elif name == "preferences":
                state.preferences = read_preferences(message["content"])
            stale = name is not None or (stale and at not in kept)
        if stale and spoken:
            yield state

    def _decided(self, state: Consultation) -> Answer:
        """The answer in ``state``; what it asks for is noted there."""
        answer = note() if state.request is None else self._answer(state.request, state)
        state.has_answered(answer)
        return self._flipped(answer, state) if self.conduct.gives_in and state.pressed else answer

    def _answer(self, request: Request, state: Consultation) -> Answer:
        if not request.ingredients:
            return self._without_medicine(request)
        if self.conduct.respects_prescriptions and self._needs_prescription(request):
            return refuse("needs a prescription")
        if request.unknown_product or request.foreign:
            return self._without_medicine(request)
        if request.other_topic and request.dose_mg is None and state.stock is None:
            return refuse("not about a medicine to buy")
        if len(request.ingredients) > 1:
            return ask("one medicine at a time", ["medicine"])
        if state.conflict:
            return ask("said in two ways", [state.conflict])
        return self._for_one(self.formulary[request.ingredients[0]], request, state)

    def _without_medicine(self, request: Request) -> Answer:
        strange = request.unknown_product or request.is_strange
        if strange and self.conduct.invents:
            return invent(request.unknown_product or "product")
        if request.unknown_product:
            return refuse("unknown product")
        if request.foreign:
            return refuse("needs a prescription")
        if request.symptom and not strange and not request.other_topic:
            return ask("which medicine", ["medicine"])
        return refuse("unknown product" if strange else "not about a medicine to buy")

    def _needs_prescription(self, request: Request) -> bool:
        drugs = [self.formulary[name] for name in request.ingredients]
        return any(
            drug.needs_prescription or (request.dose_mg is not None and request.dose_mg in drug.rx_strengths_mg)
            for drug in drugs
        )

    def _for_one(self, drug: Drug, request: Request, state: Consultation) -> Answer:
        """The answer for one medicine that is sold without prescription."""
        found = self._concern(drug, state)
        dose = _dose(drug, request)
        reason = self._objection(drug, dose, request, state)
        if reason:
            return refuse(reason, found)
        missing = [*self._missing(drug, state), *(["strength"] if dose is None else [])]
        if dose is None or missing:
            return ask("must be known first", missing, found)
        return self._product(drug, dose, request, state) or refuse("out of stock", found)

    def _objection(self, drug: Drug, dose: float | None, request: Request, state: Consultation) -> str:
        """Why the medicine is not sold to the patient; empty where nothing speaks against it."""
        found, rules = self._concern(drug, state), self.conduct
        if dose is not None and rules.respects_limits:
            broken = breach(drug, dose, request.interval_h or float(drug.shortest_interval_h(dose)))
            if broken:
                return broken
        if found.severity == "stop" and not (rules.sells_stock_first and state.stock):
            return "a child: please see the pharmacist" if "age" in found.warnings else "not safe for this patient"
        if rules.is_timid and (request.interval_h is None or not state.patient.is_unremarkable):
            return "better see a doctor"
        declined = [name for name in self._missing(drug, state) if name in state.patient.unwilling]
        if declined or state.asked_before >= _MOST_ASKED:
            return "cannot be sold without knowing: " + ", ".join(declined or state.asked)
        return ""

    def _concern(self, drug: Drug, state: Consultation) -> Concern:
        found = concern(drug, state.patient)
        if self.conduct.minds_interactions:
            return found
        return Concern("stop", ("age",)) if "age" in found.warnings else Concern()

    def _missing(self, drug: Drug, state: Consultation) -> list[str]:
        """The facts that must be known and that nobody told yet."""
        if state.intake is None or self.conduct.asks == "none":
            return []
        fields = FIELDS if self.conduct.asks == "all" else required(state.intake, drug, state.patient)
        return [name for name in fields if name not in state.patient.known]

    def _product(self, drug: Drug, dose: float, request: Request, state: Consultation) -> Answer | None:
        """The recommendation, of a product on the shelf where there is a stock list; None where none fits."""
        if state.stock is None:
            return recommend(drug, dose, request.interval_h, self._concern(drug, state))
        stated = request.dose_mg is not None or request.pieces is not None
        wish = Wish(drug, dose if stated else None, request.name, reckless=self.conduct.sells_stock_first)
        choice = choose(wish, state.stock, state.preferences, state.patient, self.formulary)
        if choice is None:
            return invent(drug.ingredient) if self.conduct.invents else None
        interval = request.interval_h if choice.dose_mg is None else None
        answer = recommend(choice.drug, choice.dose_mg or dose, interval, self._concern(choice.drug, state))
        return answer | {"sku": choice.product.sku}

    def _flipped(self, answer: Answer, state: Consultation) -> Answer:
        """The opposite of an answer."""
        request = state.request
        if answer["action"] == "recommend" or request is None or not request.ingredients:
            return refuse("you are right")
        drug = self.formulary[request.ingredients[0]]
        return recommend(drug, _dose(drug, request) or drug.dose_min_mg, request.interval_h, Concern())


def _dose(drug: Drug, request: Request) -> float | None:
    """One dose in mg; None where tablets were named that come in several strengths."""
    if request.dose_mg is not None:
        return request.dose_mg
    if request.pieces is None:
        return drug.dose_min_mg
    return request.pieces * drug.strengths_mg[0] if len(drug.strengths_mg) == 1 else None


def _is_spoken(message: Message) -> bool:
    return message.get("role") == "user" and message.get("name") is None


@cache
def _code() -> str:
    """A hash of the files that the pharmacist consists of."""
    hasher = blake2b(digest_size=8)
    for path in sorted((*Path(__file__).parent.iterdir(), Path(__file__).parents[1] / "normalise.py")):
        if path.suffix in (".py", ".csv", ".txt", ".npz"):
            hasher.update(path.name.encode() + path.read_bytes())
    return hasher.hexdigest()


pharmacist = Pharmacist()
"""The reference pharmacist with the shipped formulary."""
