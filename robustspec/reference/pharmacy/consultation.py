"""What is known after so many turns: the people, the standing request, the documents, and what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from robustspec.reference.pharmacy.answers import Answer
from robustspec.reference.pharmacy.formulary import HOURS_PER_DAY
from robustspec.reference.pharmacy.intake import Policy
from robustspec.reference.pharmacy.patient import FIELDS, SELF, Patient, People, Told
from robustspec.reference.pharmacy.reading import Amount, Reading
from robustspec.reference.pharmacy.request import Request
from robustspec.reference.pharmacy.stock import Product

_OLDEST, _HEAVIEST_KG = 120, 400
MG_PER_KG = 1_000_000.0
_PLAUSIBLE = 0.2
"""A bare number below this share of the smallest dose is no dose."""
_NOTHING = Request()


@dataclass(slots=True)
class Consultation:
    """The state of a conversation; `hear` takes one message of the user in.

    ``single`` says that one message of the user is all there is, ``is_talk`` that more may follow. ``asked`` are the fields
    that the last answer asked for,
    ``conflict`` names what was said in two ways.
    """

    single: bool = False
    is_talk: bool = False
    people: People = field(default_factory=People)
    for_whom: str = SELF
    request: Request | None = None
    asked: Sequence[str] = ()
    asked_before: int = 0
    conflict: str = ""
    pressed: bool = False
    intake: Policy | None = None
    stock: Sequence[Product] | None = None
    preferences: Sequence[str] = ()
    _denied: frozenset[Amount] = frozenset()
    _loose: Request = _NOTHING

    @property
    def patient(self) -> Patient:
        """For whom the medicine is."""
        return self.people.named(self.for_whom)

    def hear(self, reading: Reading) -> None:
        """Take a message in: its facts, what it answers, and what it asks for."""
        self.pressed = self.pressed or (reading.presses and self.request is not None)
        self.people.hear(self._own(reading), reading.mentioned)
        if reading.for_whom:
            self.for_whom = reading.for_whom
        answered = self._answers(reading) if set(self.asked) & set(FIELDS) else False
        self._contradicted(reading)
        if not answered:
            self._ask_for(reading)

    def has_answered(self, answer: Answer) -> None:
        """Note what the answer asks for, and how often it did so before; after a refusal the question is still open."""
        if answer["action"] == "refuse":
            return
        fields = answer.get("asks", ())
        self.asked_before = self.asked_before + 1 if fields and fields == self.asked else 0
        self.asked = fields

    def _own(self, reading: Reading) -> list[Told]:
        """The facts; what answers a question about somebody else is theirs."""
        if self.for_whom == SELF or not self.asked:
            return list(reading.facts)
        return [
            replace(told, who=self.for_whom) if told.who == SELF and told.field in self.asked else told
            for told in reading.facts
        ]

    def _answers(self, reading: Reading) -> bool:
        """Take the reply to a question in; true where the message is that and no new request."""
        given = {told.field for told in reading.facts}
        missing = [name for name in self.asked if name not in given]
        patient = self.patient
        for name in reading.refused:
            patient.unwilling.update(missing if not name else (name,))
        if reading.refused:
            return not reading.request.ingredients
        asks_more = bool(reading.request.ingredients) and (reading.wishes or reading.request.dose_mg is not None)
        if not asks_more:
            for told in self._replies(reading, missing, given):
                patient.hear(told)
        return not asks_more and (bool(reading.request.ingredients) or bool(reading.mentions))

    def _replies(self, reading: Reading, missing: Sequence[str], given: set[str]) -> list[Told]:
        """Facts that only the question makes clear: a bare number, a name, yes or no."""
        found = []
        if reading.number is not None and (reading.number, "") in reading.amounts:
            name = next((name for name in ("age", "weight") if name in missing), "")
            if name and 0 < reading.number <= (_OLDEST if name == "age" else _HEAVIEST_KG):
                found.append(Told(SELF, name, reading.number))
        for kind, name in reading.mentions:
            if kind != "allergen" and "medicines" in missing:
                found.append(Told(SELF, "medicines", name))
            elif "allergies" in missing:
                found.append(Told(SELF, "allergies", name))
        open_fields = [name for name in missing if name not in ("age", "weight", *(told.field for told in found))]
        if reading.says_no and not reading.mentions and given <= {"age", "weight", "sex"}:
            found.extend(Told(SELF, name, False) for name in open_fields)
        elif reading.says_yes and open_fields in (["pregnancy"], ["breastfeeding"]):
            found.append(Told(SELF, open_fields[0], True))
        return found

    def _contradicted(self, reading: Reading) -> None:
        """Note what is said in two ways; a correction, or the amount said anew, settles it."""
        if reading.corrects and not reading.request.ingredients:
            self._denied -= reading.amounts
        ages = {(told.value, unit) for told in reading.facts if told.field == "age" for unit in ("years", "")}
        weights = {(told.value * MG_PER_KG, "mg") for told in reading.facts if told.field == "weight"}
        if ages & self._denied:
            self.conflict = "age"
        elif weights & self._denied:
            self.conflict = "weight"
        elif reading.amounts & self._denied or _bare(reading.amounts) & self._denied:
            self.conflict = "dose"
        elif self.conflict and (reading.amounts or ages or weights):
            self.conflict = ""
        self._denied |= reading.denied

    def _ask_for(self, reading: Reading) -> None:
        """The standing request after this message."""
        new = reading.request
        if new.ingredients:
            self.request = self._merged(new, reading.corrects)
            self._loose = _NOTHING
        elif (self.single and not self._only_tells(reading)) or new.foreign or new.unknown_product or new.sought:
            self.request = new if self.single or not new.sought else replace(new, unknown_product=new.sought)
        elif self.request is not None:
            self.request = self._amended(self.request, reading)
        elif new.symptom and reading.wishes:
            self.request = new
        elif reading.demands and not (new.symptom or reading.facts or reading.greets):
            self.request = replace(new, other_topic=True)
        elif (reading.is_brief or (reading.points and new.dose_mg)) and (new.dose_mg or new.interval_h or new.pieces):
            self._loose = new

    def _only_tells(self, reading: Reading) -> bool:
        """Whether a first message of a conversation greets, or tells facts, and asks for nothing."""
        tells = bool(reading.facts or reading.denied) or reading.greets
        return self.is_talk and tells and not (reading.demands or reading.wishes)

    def _merged(self, new: Request, corrects: bool) -> Request:
        """A request that names its medicine: amounts said before still hold where it says none."""
        old = self.request if self.request is not None and self.request.ingredients else self._loose
        silent = new.dose_mg is None and new.pieces is None and new.interval_h is None
        if old.ingredients and not corrects and not (silent and old.ingredients == new.ingredients):
            return new
        no_dose = new.dose_mg is None and new.pieces is None
        return replace(
            new,
            dose_mg=old.dose_mg if no_dose else new.dose_mg,
            pieces=old.pieces if no_dose else new.pieces,
            interval_h=old.interval_h if new.interval_h is None else new.interval_h,
        )

    def _amended(self, old: Request, reading: Reading) -> Request:
        """The request after a message without a medicine: the amounts in it are its own."""
        if not old.ingredients:
            return old
        new = reading.request
        if not (reading.points or reading.corrects or reading.is_brief or new.dose_mg):
            return old
        said = {kind: sorted(v for v, k in reading.amounts if k == kind) for kind in ("mg", "hour", "times", "")}
        if "strength" in self.asked and old.pieces and (strength := new.dose_mg or max(said[""], default=None)):
            return replace(old, dose_mg=old.pieces * strength, interval_h=new.interval_h or old.interval_h)
        dose, interval = new.dose_mg, new.interval_h
        if reading.denied or reading.corrects:
            hours = [*said["hour"], *(HOURS_PER_DAY / each for each in said["times"] if each)]
            dose = _other(said["mg"], old.dose_mg) if dose in (None, old.dose_mg) else dose
            interval = _other(hours, old.interval_h) if interval in (None, old.interval_h) else interval
        if dose is None and said[""] and (reading.corrects or "strength" in self.asked):
            dose = _other([each for each in said[""] if each >= _PLAUSIBLE * (old.dose_mg or 1)], old.dose_mg)
        if dose is None and interval is None and new.pieces is None:
            return old
        return replace(
            old,
            dose_mg=old.dose_mg if dose is None else dose,
            pieces=old.pieces if new.pieces is None else new.pieces,
            interval_h=old.interval_h if interval is None else interval,
        )


def _bare(amounts: frozenset[Amount]) -> frozenset[Amount]:
    return frozenset((value, "") for value, _ in amounts)


def _other(values: Sequence[float], old: float | None) -> float | None:
    """The greatest of ``values`` that is not what was said before."""
    return max((value for value in values if value != old), default=None)
