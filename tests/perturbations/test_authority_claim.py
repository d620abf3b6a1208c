import pytest
from word_samples import (
    CLINICAL,
    FINANCE,
    assert_contract,
    changed,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.perturbation.protect import find


def claims(domain):
    return [row["sentence"] for row in table_rows("authority_claims.csv") if row["domain"] == domain]


@pytest.mark.parametrize("domain", ["health", "finance"])
def test_contract(domain):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("authority_claim", domain=domain))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("authority_claim") >= 2


def test_claim_before_the_text():
    """By default one claim of health care stands before the text, which is kept verbatim."""
    results = outcomes(operator("authority_claim"), CLINICAL)
    assert results <= {f"{claim} {CLINICAL}" for claim in claims("health")}
    assert len(results) > 10


def test_claim_after_the_text():
    """``where: after`` puts it at the end; ``domain: finance`` draws from that bank."""
    results = outcomes(operator("authority_claim", domain="finance", where="after"), FINANCE)
    assert results <= {f"{FINANCE} {claim}" for claim in claims("finance")}


def test_magnitude_is_one_sentence():
    """The realised size is one added sentence."""
    assert operator("authority_claim").apply(passage(CLINICAL), {"seed": 1}, None).magnitude == 1.0


def test_draws_differ():
    """Different seeds make different claims."""
    assert changed(operator("authority_claim"), CLINICAL, seed=1) != changed(
        operator("authority_claim"), CLINICAL, seed=2
    )


def test_banks_are_large_and_bring_in_no_protected_word():
    """At least 20 claims of health care and 12 of finance, without numbers, negation or laterality."""
    assert len(set(claims("health"))) >= 20
    assert len(set(claims("finance"))) >= 12
    assert [claim for domain in ("health", "finance") for claim in claims(domain) if find(claim)] == []


def test_bare_name_is_enough():
    """The kind has no ladder and no required field."""
    assert operator("authority_claim").ladder is None
