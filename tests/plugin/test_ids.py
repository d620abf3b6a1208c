"""Node ids: every one that is printed selects exactly its arm, and --lf reruns just what failed."""

from __future__ import annotations

EXPECTED = [
    "spec.yaml::typos::mean-accuracy-clean::all",
    "spec.yaml::typos::mean-accuracy-worst-over-cell::keyboard_typo-1",
    "spec.yaml::typos::mean-accuracy-worst-over-cell::keyboard_typo-2",
    "spec.yaml::typos::mean-accuracy-worst-over-cell::letter_case",
    "spec.yaml::typos::mean-accuracy-worst-over-site::A",
    "spec.yaml::typos::mean-accuracy-worst-over-site::B",
    "spec.yaml::sites::mean-accuracy::all",
]


def test_collect_only_prints_the_id_tree_and_calls_nothing(project):
    """The ids are those of the language page, in the order of the file; no model is opened."""
    result = project.run("--robustspec=spec.yaml", "--collect-only", "-q")
    assert project.ids(result) == EXPECTED
    assert project.calls() == 0


def test_every_id_selects_exactly_one_item(project):
    """An id given as an argument, without --robustspec, runs that arm alone."""
    for node_id in EXPECTED[:3]:
        project.run(node_id).assert_outcomes(passed=1)


def test_a_scenario_is_selected_by_its_prefix(project):
    """A prefix of the tree selects the subtree."""
    project.run("spec.yaml::sites").assert_outcomes(passed=1)


def test_last_failed_reruns_exactly_the_failed_arm(project):
    """--lf after one failure runs that arm only."""
    args = ("--robustspec=spec.yaml", "--robustspec-model=models:upper_blind")
    project.run(*args).assert_outcomes(passed=6, failed=1)
    project.run(*args, "--lf").assert_outcomes(failed=1)


def test_group_values_that_are_not_ascii_get_a_slug(project):
    """A group value that may not stand in an id is altered and gets four hex digits."""
    data = project.path / "tickets.jsonl"
    data.write_text(data.read_text().replace('"site": "A"', '"site": "Z\\u00fcrich [1]"'))
    ids = project.ids(project.run("--robustspec=spec.yaml", "--collect-only", "-q"))
    names = [node_id.rpartition("::")[2] for node_id in ids if "over-site" in node_id]
    assert len(names) == 2
    assert all(character.isalnum() or character in "._-" for name in names for character in name)
    slugged = next(name for name in names if name != "B")
    project.run(f"spec.yaml::typos::mean-accuracy-worst-over-site::{slugged}").assert_outcomes(passed=1)


def test_strict_configuration_is_kept(project):
    """Marks and options of the plugin are registered."""
    project.pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error")
    project.run("--robustspec=spec.yaml", "-m", "slow").assert_outcomes(passed=3, deselected=4)
