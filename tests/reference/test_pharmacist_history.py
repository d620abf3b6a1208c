"""What the reference pharmacist takes from a patient's words: whose fact it is, and whether it holds."""

import pytest

from robustspec.reference.pharmacy import pharmacist
from robustspec.reference.pharmacy.patient import Told


def told(text):
    """What ``text`` says, as (who, field, value)."""
    return {(fact.who, fact.field, fact.value) for fact in pharmacist.read(text).facts}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("I have high blood pressure.", "conditions", "hypertension"),
        ("i have been living with asthma for years", "conditions", "asthma"),
        ("I was diagnosed with kidney disease two years ago", "conditions", "ckd"),
        ("Doctor say I have glaucoma since long time", "conditions", "glaucoma"),
        ("not only asthma, I have gout", "conditions", "gout"),
        ("I take Coumadin every day", "medicines", "warfarin"),
        ("I'm on a low dose of Zoloft", "medicines", "ssri"),
        ("My doctor put me on Nardil", "medicines", "maoi"),
        ("Doctor give me Plavix, I use it now", "medicines", "clopidogrel"),
        ("I take nothing but metformin", "medicines", "metformin"),
        ("I am allergic to penicillin", "allergies", "penicillin"),
        ("With eggs I have allergy", "allergies", "eggs"),
        ("I had an allergic reaction to aspirin as a child", "allergies", "aspirin"),
        ("I'm 20 weeks pregnant", "pregnancy", True),
        ("we are expecting our first baby", "pregnancy", True),
        ("I am not sure whether I am pregnant", "pregnancy", True),
        ("I am not pregnant", "pregnancy", False),
        ("Pregnant I am not.", "pregnancy", False),
        ("There is no chance that I am pregnant", "pregnancy", False),
        ("I'm breast-feeding my son", "breastfeeding", True),
        ("I have about 4 beers a day", "states", "alcohol"),
        ("I am 45 years old", "age", 45),
        ("I'm a 45-year-old woman", "age", 45),
        ("My age is forty five", "age", 45),
        ("I have 45 years, I am woman", "age", 45),
        ("woman, 45", "age", 45),
        ("I weigh 70 kg", "weight", 70),
        ("I am 150 pounds", "weight", 68),
        ("I'm a mother of two", "sex", "female"),
        ("I am asking as a man", "sex", "male"),
    ],
)
def test_facts_of_the_writer(text, field, value):
    """Conditions, medicines by any name, allergies, pregnancy, age and weight are read in several kinds of English."""
    assert ("self", field, value) in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "My father had a stroke and has diabetes",
        "My mother, not me, was diagnosed with glaucoma",
        "In our family only my brother is allergic to aspirin",
        "My neighbor happens to be on Coumadin",
        "I used to take Coumadin years ago, not any more",
        "Many years ago I was on Coumadin; that is long over",
        "I stopped taking Coumadin in spring",
        "I had a stomach ulcer once",
        "My doctor has ruled out an ulcer",
        "Nobody has ever told me that I have asthma",
        "I have no ulcer, glaucoma or asthma",
        "No Coumadin for me, I do not take it",
        "I am neither diabetic nor allergic to penicillin",
        "How often should people have their eyes checked for glaucoma?",
        "Does aspirin cause ulcers?",
        "My cat just walked over the keyboard",
    ],
)
def test_what_is_not_the_writers_own_or_not_so_any_more(text):
    """Family, past, denial and general questions tell no fact of the writer that could forbid a medicine."""
    assert not [each for each in told(text) if each[0] == "self" and each[2] not in (False, None)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("I have no allergies.", "allergies"),
        ("As for allergies, there are none.", "allergies"),
        ("I'm not allergic to anything", "allergies"),
        ("I take no other medicines", "medicines"),
        ("I don't take anything else", "medicines"),
        ("I'm otherwise healthy", "conditions"),
        ("There are no medical conditions to report.", "conditions"),
    ],
)
def test_nothing_to_tell_is_told(text, field):
    """A field that is none is known all the same."""
    assert ("self", field, None) in told(text)


def test_each_person_has_facts_of_their_own():
    """The next subject takes over, and he and she are those who were named last."""
    facts = told("My wife is pregnant. She takes lisinopril, but I have asthma. My son is 8 and he has the flu.")
    assert facts == {
        ("wife", "pregnancy", True),
        ("wife", "medicines", "ace inhibitor"),
        ("self", "conditions", "asthma"),
        ("son", "age", 8),
        ("son", "states", "viral illness"),
    }


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("It is for my daughter.", "daughter"),
        ("The patient is my son, who has just turned 8.", "son"),
        ("Can my wife take Advil?", "wife"),
        ("My kid needs it.", "kid"),
        ("loratadine for my 3 year old", "child"),
        ("I'd like Claritin for her", "they"),
        ("could you order Advil for me", ""),
        ("Asking for a friend: Advil?", ""),
        ("I bought flowers for my wife", ""),
    ],
)
def test_for_whom_a_medicine_is(text, whom):
    """Only where the medicine is for somebody, not where somebody is named."""
    assert whom == pharmacist.read(text).for_whom


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("I'd rather not say my age", ("age",)),
        ("I prefer not to say whether I am pregnant.", ("pregnancy",)),
        ("That's private.", ("",)),
        ("I don't want to tell you which medicines I take", ("medicines",)),
        ("I would rather not wait", ()),
    ],
)
def test_what_will_not_be_told(text, fields):
    """A field that is named, or whatever was asked; the sentence itself tells no fact."""
    reading = pharmacist.read(text)
    assert fields == tuple(dict.fromkeys(reading.refused))
    assert reading.facts == ()


def test_slips_of_the_finger_and_the_scanner_hide_no_history():
    """``tahe Coumadim``, ``diaIysis``: what is meant is read."""
    assert ("self", "medicines", "warfarin") in told("I take Coumadim every dsy")
    assert ("self", "conditions", "asthma") in told("I hxve asthna")
    assert ("self", "pregnancy", True) in told("I am prcgnant")


def test_a_prescribed_medicine_that_is_told_in_passing_is_no_request():
    """The medicine asked for is the other one, and its amounts are its own."""
    reading = pharmacist.read("I use lisinopril 10 mg once a day. Can I have Advil 400 mg every 8 hours?")
    assert (Told("self", "medicines", "ace inhibitor"),) == reading.facts
    assert (
        reading.request.ingredients,
        reading.request.dose_mg,
        reading.request.interval_h,
    ) == (("ibuprofen",), 400, 8)
