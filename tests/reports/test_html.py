"""The page: what it says, that it is one file, and that nothing untrusted gets out of its place."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report_results import TYPO, arm, failing, result

from robustspec.reports.html import outcome, render_html, write_html

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>@import 'http://evil.example'</style>",
    "{{ 7 * 7 }}{% raw %}",
    "--><svg/onload=alert(1)>",
]


class Page(HTMLParser):
    """Tags with attributes, text, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "wbr", "line", "rect", "circle", "polyline"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert tag == self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def page_with(one, **changes):
    """A page whose first scenario holds one verdict."""
    whole = result(**changes)
    return render_html([replace(whole, scenarios=[replace(whole.scenarios[0], arms=[one])])])


@pytest.fixture(scope="module")
def page():
    return render_html([result()])


def test_the_page_is_well_formed(page):
    """Every element is closed where it was opened."""
    assert Page(page).open == []


def test_ids_are_unique_and_links_resolve():
    """Each anchor exists once, also with several models on a page."""
    parsed = Page(render_html([result(), result("other", shift=0.03)]))
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in parsed.tags if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_page_needs_no_network_and_no_script(page):
    """No element loads anything, no style sheet imports anything, and the page's own policy forbids both."""
    parsed = Page(page)
    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object", "embed", "base", "image"}
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on") or name == "src"]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    assert not re.search(r"@import|url\(|https?://", style)
    assert not re.search(r"https?://|src=|@import|url\(", page)
    policies = [a["content"] for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies[0].startswith("default-src 'none'")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile):
    """Markup in any text of a model, a data file or a specification adds no element and no attribute."""
    example = replace(
        TYPO,
        case_id=hostile,
        perturbed=f"{TYPO.clean} {hostile}",
        expected=hostile,
        got=hostile,
        got_clean=hostile,
        act=hostile,
    )
    one = failing(
        examples=[example], because=hostile, hazard=hostile, reason=hostile, claim=f"FAIL: {hostile}. {hostile}"
    )
    bad = page_with(one, model=hostile, notes=[hostile], not_assessed=[hostile], fingerprint=hostile)
    good = page_with(
        failing(examples=[TYPO], reason="x", claim="FAIL: x. y"), model="x", notes=["x"], not_assessed=["x"]
    )
    parsed, expected = Page(bad), Page(good)
    assert [tag for tag, _ in expected.tags if tag not in ("del", "ins")] == [
        tag for tag, _ in parsed.tags if tag not in ("del", "ins")
    ]
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on") or name == "src"]
    assert " ".join(hostile.split()) in parsed.text


def test_unseen_characters_are_shown_on_the_page():
    """A right-to-left override and an escape sequence are shown as escapes, wherever they come from."""
    page = page_with(failing(examples=[replace(TYPO, got="\u202eevil\x1b[31m\ud800")]), model="m\u202e")
    assert not re.search("[\u202e\x1b\ud800]", page)
    assert r"\u202eevil\x1b[31m\ud800" in page
    assert r"m\u202e" in page


def test_ten_megabytes_are_cut_on_the_page():
    """The page stays small whatever a model answers."""
    example = replace(TYPO, got="x" * 10**7, perturbed="y" * 10**7, clean="z" * 10**7)
    assert len(page_with(failing(examples=[example]))) < 150_000


def test_the_difference_of_an_example_is_marked(page):
    """What was taken away is marked in the clean text, what came in the perturbed one."""
    assert "ibup<del>r</del>ofen 200 mg for my ba<del>c</del>k?" in page
    assert "ibup<ins>t</ins>ofen 200 mg for my ba<ins>v</ins>k?" in page


def test_every_claim_is_on_the_page(page):
    """One sentence for each verdict, with its word and mark."""
    text = Page(page).text
    for one in result().arms:
        assert " ".join(one.claim.removeprefix(f"{one.verdict}: ").split()) in text
    for mark in ("✓ PASS", "✗ FAIL", "? INCONCLUSIVE", "! INVALID", "∅ UNREACHABLE", "~ WAIVED"):
        assert mark in text


def test_the_numbers_are_on_the_page(page):
    """Estimates, bounds, rows, acts, magnitudes and shares unchanged are text."""
    text = Page(page).text
    for expected in ("0.567", "≥ 0.80", "n=223", "0.848", "5.4", "2.2%", "353", "0.780"):
        assert expected in text


def test_the_about_block_and_run_facts_are_on_the_page(page):
    """Who may use it for what, and what would be needed to run it again."""
    text = Page(page).text
    for expected in (
        "Turn a conversation with a patient", "Adults and carers buying", "patient; carer", "pharmacy-ai", "1.0.0",
        "3f9ac2d41be07a55", "9d2f77aa01", "a1b2c3d4", "seed 0", "robustspec 0.1.0", "2030-01-05", "5,244 generated",
        "Patients type on phones", "Box 2, pharmacy, 8",
    ):  # fmt: skip
        assert expected in text


def test_what_was_not_assessed_is_said(page):
    """Scenarios left out, limitations, origins and concepts without a scenario are named."""
    text = Page(page).text
    assert "scenario seasonal-demand was not selected" in text
    assert "by the specification's own words: no paediatric dosing" in text
    assert (
        "requests is generated by a program: the claims are about these generated requests, not about real patients"
        in text
    )
    assert "authority is of unstated origin" in text
    untested = (
        re.search(r"Concepts of robustness that no scenario of this run names: ([^.]*)\.", text).group(1).split(", ")
    )
    assert "longitudinal" in untested
    assert "adversarial" not in untested


def test_headings_descend_one_at_a_time(page):
    """A screen reader finds an outline without gaps, and each table has a caption."""
    tags = [tag for tag, _ in Page(page).tags]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert tags.count("table") == tags.count("caption") > 0


def test_models_stand_side_by_side():
    """Several results of one specification make one article with a table of verdicts by model."""
    parsed = Page(render_html([result("first"), result("second", shift=0.03)]))
    tags = [tag for tag, _ in parsed.tags]
    assert (tags.count("article"), tags.count("h1")) == (1, 1)
    assert "mean-request_match ≥ 0.90 ✓ PASS 0.944 ? INCONCLUSIVE 0.914" in parsed.text


def test_specifications_stand_one_after_the_other():
    """Results of two specifications are two articles."""
    parsed = Page(render_html([result(), result(spec="specs/other.yaml")]))
    assert [tag for tag, _ in parsed.tags].count("article") == 2
    assert "side by side" not in parsed.text


def test_a_quick_look_is_stamped_on_the_page():
    """It is no gate, and says so."""
    assert "Quick look: no gate" in Page(render_html([result(quick=True)])).text


def test_no_result_is_a_page_too():
    """An empty run makes a page that says so."""
    assert "No result was handed to this report." in Page(render_html([])).text


def test_the_page_is_written_as_utf_8(tmp_path):
    """The file holds what was rendered."""
    write_html([result()], tmp_path / "report.html")
    assert render_html([result()]) == (tmp_path / "report.html").read_text(encoding="utf-8")


def judged(*arms, **changes):
    """The outcome of a run with these verdicts."""
    whole = result(**changes)
    return outcome(replace(whole, scenarios=[replace(whole.scenarios[0], arms=list(arms))]))


def test_the_gate_is_closed_in_words():
    """Requirements are counted, not arms: not met, not shown, not testable."""
    red = judged(
        arm(),
        failing(),
        arm("mean-request_match-worst-over-cell", "typo-3", verdict="FAIL"),
        arm("drop-request_match", verdict="INCONCLUSIVE"),
        arm("mean-request_flips", verdict="INVALID"),
    )
    assert red.sentence == "Gate closed: 1 of 4 requirements was not met, 1 was not shown, 1 could not be tested"


def test_one_unshown_requirement_closes_the_gate():
    """What was not shown is not called not met."""
    assert (
        judged(arm(), arm("x", verdict="UNREACHABLE", value=None)).sentence
        == "Gate closed: 1 of 2 requirements was not shown"
    )


def test_all_met_carries_the_claim_of_the_suite():
    """The claim of the whole is the detail of a green outcome."""
    green = judged(arm(), arm("other"), suite_claim="All 2 requirements pass.")
    assert (
        green.state,
        green.sentence,
        green.detail,
    ) == ("open", "All requirements are met", "All 2 requirements pass.")


def test_a_part_of_a_specification_is_not_called_the_whole():
    """Without a claim of the suite, only what was run is met."""
    assert judged(arm()).sentence == "All 1 requirements that were run are met"


def test_a_waiver_is_no_pass():
    """A waived requirement lets the gate open, and is not counted as met."""
    green = judged(arm(), arm("other", verdict="WAIVED"))
    assert (green.state, green.sentence) == ("open", "Gate open: 1 of 2 requirements are met")


def test_a_quick_look_is_no_gate():
    """Whatever its verdicts, it neither opens nor closes the gate."""
    assert judged(failing(), quick=True).state == "none"
