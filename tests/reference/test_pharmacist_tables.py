"""The tables of interactions, names and intake fields are whole, and are looked up as they read."""

import csv
from importlib.resources import files

import pytest

from robustspec.reference.pharmacy.conditions import load_terms
from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.intake import load_intake, read_intake, required
from robustspec.reference.pharmacy.interactions import Concern, concern, load_interactions
from robustspec.reference.pharmacy.patient import FIELDS, Patient

TABLES = ("interactions.csv", "conditions.csv", "intake.csv")
DRUGS = load_formulary()
CLASSES = {drug.drug_class for drug in DRUGS.values()}


def records(name):
    text = (files("robustspec.reference.pharmacy") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", TABLES)
def test_every_line_names_its_source_and_that_it_is_no_advice(name):
    """Reference, jurisdiction, date and notice stand in each line."""
    for record in records(name):
        assert record["reference"]
        assert (
            record["jurisdiction"],
            record["date"],
            record["notice"],
        ) == ("US", "2025-01", "test fixture - not medical advice")


def test_interactions_speak_of_what_the_other_tables_know():
    """No subject without a medicine, no other side without a name."""
    names = {term.name for term in load_terms()} | set(DRUGS) | CLASSES
    for subject, lines in load_interactions().items():
        assert subject in DRUGS or subject in CLASSES
        for line in lines:
            assert line.other in names
            assert line.severity in ("caution", "stop")


def test_a_name_stands_for_one_thing():
    """Medicines, conditions, allergens and states share no name, but for allergens that are medicines."""
    seen = {}
    for term in load_terms():
        for name in term.names:
            assert seen.setdefault(name.lower(), term.name) == term.name


def test_every_class_that_is_sold_has_an_intake_line():
    """No medicine of the formulary slips through the policy."""
    sold = {drug.drug_class.lower() for drug in DRUGS.values() if not drug.needs_prescription}
    assert sold <= set(load_intake())
    assert {field for fields in load_intake().values() for field in fields} <= set(FIELDS)


@pytest.mark.parametrize(
    ("ingredient", "patient", "expected"),
    [
        ("ibuprofen", Patient(), Concern()),
        ("ibuprofen", Patient(medicines={"warfarin"}), Concern("stop", ("bleeding",))),
        ("ibuprofen", Patient(medicines={"aspirin"}), Concern("stop", ("duplicate-class",))),
        (
            "ibuprofen",
            Patient(medicines={"ssri"}, conditions={"hypertension"}),
            Concern("caution", ("bleeding", "blood-pressure")),
        ),
        ("ibuprofen", Patient(allergies={"aspirin"}), Concern("stop", ("allergy",))),
        ("acetaminophen", Patient(allergies={"aspirin"}), Concern()),
        ("acetaminophen", Patient(medicines={"acetaminophen"}), Concern("stop", ("duplicate-ingredient",))),
        ("naproxen sodium", Patient(pregnancy=True), Concern("stop", ("fetal-harm",))),
        ("loratadine", Patient(pregnancy=True), Concern()),
        ("lansoprazole", Patient(medicines={"clopidogrel"}), Concern()),
        ("omeprazole", Patient(medicines={"clopidogrel"}), Concern("stop", ("reduced-effect",))),
        ("aspirin", Patient(age=16, _states={"viral illness"}), Concern("stop", ("reye-syndrome",))),
        ("aspirin", Patient(age=40, _states={"viral illness"}), Concern()),
        ("aspirin", Patient(_states={"viral illness"}), Concern()),
        ("ibuprofen", Patient(age=9), Concern("stop", ("age",))),
        ("loratadine", Patient(allergies={"loratadine"}), Concern("stop", ("allergy",))),
        ("sennosides", Patient(conditions={"eczema"}, medicines={"statin"}), Concern()),
    ],
)
def test_the_worst_matching_line_counts_and_all_warn(ingredient, patient, expected):
    """By ingredient and by class, on either side."""
    assert expected == concern(DRUGS[ingredient], patient)


def test_a_line_for_the_ingredient_wins_over_its_class():
    """Diphenhydramine needs more than the other antihistamines; a man is not asked about pregnancy."""
    policy = load_intake()
    assert required(policy, DRUGS["diphenhydramine"], Patient()) == ["age", "conditions", "medicines"]
    assert required(policy, DRUGS["cetirizine"], Patient()) == ["age", "conditions"]
    assert "pregnancy" in required(policy, DRUGS["ibuprofen"], Patient(sex="female"))
    assert "pregnancy" not in required(policy, DRUGS["ibuprofen"], Patient(sex="male"))


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ('{"NSAID": ["age", "weight_kg", "star sign"]}', ["age", "weight"]),
        ('{"nsaid": "age, medications"}', ["age", "medicines"]),
        ('{"ibuprofen": [], "NSAID": ["age"]}', []),
        ("{}", []),
        ("the usual", ["age", "pregnancy", "conditions", "medicines", "allergies"]),
        ("[1, 2]", ["age", "pregnancy", "conditions", "medicines", "allergies"]),
    ],
)
def test_policies_as_documents(document, fields):
    """JSON by class or ingredient; unknown fields are left out, and what is no policy is the shipped one."""
    assert fields == required(read_intake(document), DRUGS["ibuprofen"], Patient())
