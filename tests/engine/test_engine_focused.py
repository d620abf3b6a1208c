"""`allocation: focused`: the arm that looks worst is tried next, and a FAIL makes the others unnecessary."""

from __future__ import annotations

from spec_factory import judged, rows, spec_text

VENDORS = 20
FOCUSED = "- {metric: accuracy, worst_over: vendor, at_least: 0.8, allocation: focused}"


def people(n=VENDORS * 100):
    return rows(n, vendor=lambda k: f"v{k % VENDORS:02d}")


def right_for(share):
    """A model that is right on so large a share of each vendor's rows: ``share`` maps a vendor's number to it."""

    def model(text):
        k = int(text[1:])
        return "yes" if (k // VENDORS) * 0.618034 % 1 < share.get(k % VENDORS, 0.9) else "no"

    return model


def spec(**more):
    return spec_text(FOCUSED, data="groups: [vendor]", **more)


def test_one_broken_arm_is_found_with_few_calls(bench):
    """One vendor at 0.4, nineteen at 0.9: FAIL, the others not needed, for a fraction of the calls."""
    result = bench.run(spec(), people(), right_for({7: 0.4}))
    words = {arm.arm: arm.verdict for arm in result.arms}
    assert words["v07"] == "FAIL"
    assert list(words.values()).count("NOT_NEEDED") >= 15
    uniform = bench.run(spec().replace(", allocation: focused", ""), people(), right_for({7: 0.4}))
    assert result.counts.called < uniform.counts.called / 3


def test_an_arm_that_is_not_needed_names_the_one_that_failed(bench):
    """The reason is a sentence with the failed arm's id."""
    result = bench.run(spec(), people(), right_for({7: 0.4}))
    spared = next(arm for arm in result.arms if arm.verdict == "NOT_NEEDED")
    assert spared.reason.startswith("s::mean-accuracy-worst-over-vendor::v07 failed")
    assert spared.reason in spared.claim


def test_every_arm_is_tried_where_all_pass(bench):
    """Without a FAIL each arm comes to its own verdict, the same as under uniform allocation."""
    focused = bench.run(spec(), people(), lambda text: "yes")
    uniform = bench.run(spec().replace(", allocation: focused", ""), people(), lambda text: "yes")
    assert {arm.verdict for arm in focused.arms} == {"PASS"}
    assert judged(focused).keys() == judged(uniform).keys()
    for arm, other in zip(focused.arms, uniform.arms, strict=True):
        assert (arm.units, arm.lower) == (other.units, other.lower)


def test_an_arm_alone_has_the_evidence_that_it_has_among_others(bench):
    """Selecting the failing arm alone changes nothing about its verdict."""
    plan = bench.plan(spec(), people())
    whole = judged(bench.run(plan, model=right_for({7: 0.4})))
    chosen = "s::mean-accuracy-worst-over-vendor::v07"
    assert judged(bench.run(plan, model=right_for({7: 0.4}), selected=[chosen]))[chosen] == whole[chosen]


def test_a_waived_failure_spares_no_other_arm(bench):
    """A known gap is no reason not to look at the other vendors."""
    waived = "waived: {until: 2999-01-01, by: me, reason: known, arms: [v07]}"
    text = spec().replace("allocation: focused", f"allocation: focused, {waived}")
    words = [arm.verdict for arm in bench.run(text, people(), right_for({7: 0.4})).arms]
    assert words.count("WAIVED") == 1
    assert "NOT_NEEDED" not in words
