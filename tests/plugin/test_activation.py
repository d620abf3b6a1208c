"""When the plugin wakes up, which files it takes, and that it sleeps otherwise."""

from __future__ import annotations

import shutil
import sys


def test_both_spellings_of_the_option_work(project):
    """--robustspec=FILE and --robustspec FILE are the same."""
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=7)
    project.run("--robustspec", "spec.yaml").assert_outcomes(passed=7)


def test_the_file_may_lie_outside_the_project(project, tmp_path_factory):
    """A specification elsewhere runs, in both spellings, with its own folder for data and models."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("spec.yaml", "models.py", "tickets.jsonl"):
        shutil.move(project.path / name, elsewhere / name)
    project.pytester.makeini("[pytest]")
    project.run(f"--robustspec={elsewhere / 'spec.yaml'}").assert_outcomes(passed=7)
    project.run("--robustspec", str(elsewhere / "spec.yaml")).assert_outcomes(passed=7)


def test_a_file_outside_the_project_has_ids_with_its_name_and_a_command_that_reproduces(project, tmp_path_factory):
    """Its ids start with the way to the file; the printed command keeps the project's settings and selects one arm."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("spec.yaml", "models.py", "tickets.jsonl"):
        shutil.move(project.path / name, elsewhere / name)
    project.pytester.makeini("[pytest]")
    args = (f"--robustspec={elsewhere / 'spec.yaml'}", "--robustspec-model=models:upper_blind")
    listed = project.run(*args, "--collect-only", "-q").stdout.str()
    assert f"../{elsewhere.name}/spec.yaml::sites::mean-accuracy::all" in listed
    result = project.run(*args)
    result.assert_outcomes(passed=6, failed=1)
    arm = "typos::mean-accuracy-worst-over-cell::letter_case"
    result.stdout.fnmatch_lines([f'reproduce: pytest --robustspec="{elsewhere / "spec.yaml"}" -k "{arm}"*'])
    project.run(*args, "-k", arm).assert_outcomes(failed=1)
    project.run(*args, "--lf").assert_outcomes(failed=1)


def test_a_file_outside_that_costs_the_project_its_settings_is_warned_of(project, tmp_path_factory):
    """Pytest looks for settings beside FILE of --robustspec FILE; the warning names the spelling that it leaves alone."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("spec.yaml", "models.py", "tickets.jsonl"):
        shutil.move(project.path / name, elsewhere / name)
    project.pytester.makeini("[pytest]")
    result = project.run("--robustspec", str(elsewhere / "spec.yaml"))
    result.stdout.fnmatch_lines(["*RobustspecWarning: pytest took * -- write --robustspec=*"])
    assert "RobustspecWarning" not in project.run(f"--robustspec={elsewhere / 'spec.yaml'}").stdout.str()


def test_a_file_given_as_an_argument_runs(project):
    """A YAML file that starts with robustspec: is one."""
    project.run("spec.yaml").assert_outcomes(passed=7)


def test_argument_and_option_together_collect_once(project):
    """Naming a file twice does not run it twice."""
    project.run("spec.yaml", "--robustspec=spec.yaml").assert_outcomes(passed=7)


def test_files_are_found_by_name_in_testpaths(project):
    """*.robust.yaml is collected like test_*.py."""
    (project.path / "spec.yaml").rename(project.path / "tickets.robust.yaml")
    project.pytester.makepyfile(test_other="def test_other(): pass")
    project.run().assert_outcomes(passed=8)


def test_the_option_leaves_testpaths_out(project):
    """--robustspec alone runs the specification, not the suite of testpaths."""
    project.pytester.makeini("[pytest]\ntestpaths = tests")
    project.pytester.mkdir("tests")
    (project.path / "tests/test_other.py").write_text("def test_other(): pass")
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=7)
    project.run("tests", "--robustspec=spec.yaml").assert_outcomes(passed=8)


def test_other_yaml_files_are_left_alone(project):
    """A YAML file of something else is not ours, even as an argument."""
    (project.path / "other.yaml").write_text("stages: []\n")
    result = project.run("other.yaml")
    result.stdout.fnmatch_lines(["collected 0 items"])
    assert "robustness specifications" not in result.stdout.str()


def test_a_missing_file_is_a_usage_error_with_the_near_name(project):
    """Exit code 4, and what was probably meant."""
    result = project.run("--robustspec=spce.yaml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*no such file*spec.yaml*"])


def test_a_bad_model_is_a_usage_error(project):
    """A target that does not import is known before anything runs."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-model=models:goood")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*goood*good*"])


def test_a_bad_file_lists_its_faults_with_lines(project):
    """Exit code 4 by option; every fault at once with its line."""
    text = (project.path / "spec.yaml").read_text()
    text = text.replace("keyboard_typo", "keybord_typo").replace("title: Sites", "titel: Sites")
    project.write_spec(text)
    result = project.run("--robustspec=spec.yaml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*spec.yaml:13:*keyboard_typo*", "*spec.yaml:20:*title*"])


def test_a_bad_file_found_by_name_is_a_collection_error(project):
    """Found by name, a fault is a collection error like that of a test file, without a traceback."""
    project.write_spec("robustspec: 1\n", "bad.robust.yaml")
    result = project.run("bad.robust.yaml")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*bad.robust.yaml:1:*"])
    assert "Traceback" not in result.stdout.str()


def test_unrelated_sessions_import_nothing(project, monkeypatch):
    """Without a specification the plugin loads its own small modules only, and prints nothing."""
    # Plugins of other packages may import what they like.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("spec.yaml", "models.py", "tickets.jsonl"):
        (project.path / name).unlink()
    project.pytester.makeconftest(
        """
        import sys

        def pytest_sessionfinish():
            ours = {n for n in sys.modules if n.split(".")[0] in ("robustspec", "pytest_robustspec", "numpy", "pydantic")}
            print("LOADED", sorted(ours))
        """
    )
    project.pytester.makepyfile(test_other="def test_other(): pass")
    result = project.run("-s", "-p", "pytest_robustspec.plugin")
    result.assert_outcomes(passed=1)
    loaded = next(line for line in result.outlines if "LOADED" in line).split("LOADED ")[1]
    assert loaded == "['pytest_robustspec', 'pytest_robustspec.door', 'pytest_robustspec.plugin']"
    assert "robustness" not in result.stdout.str()


def test_without_cache_provider_and_terminal(project):
    """The plugin leans on neither the cache provider nor the terminal."""
    project.run("--robustspec=spec.yaml", "-p", "no:cacheprovider").assert_outcomes(passed=7)
    assert project.run("--robustspec=spec.yaml", "-p", "no:terminal").ret == 0


def test_a_users_own_perturbations_package_does_no_harm(project):
    """A user's package of that name is theirs, and ours still works: under pytest and python -m pytest."""
    package = project.path / "perturbations"
    package.mkdir()
    (package / "__init__.py").write_text("MINE = True\n")
    project.pytester.makeconftest("import perturbations\n\nassert perturbations.MINE\n")
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=7)
    result = project.pytester.run(sys.executable, "-m", "pytest", "--robustspec=spec.yaml")
    result.assert_outcomes(passed=7)
