"""The pytest plugin as users have it: found by its entry point, free until it is asked for."""

import re
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

MODULE = "reconciler.emulator.pytest_plugin"
NAME = "reconciler"
ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALLED = [point for point in entry_points(group="pytest11") if point.value == MODULE]


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plugin of this environment, which may be slow or load what this one must not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_entry_point_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {NAME: MODULE}


def _run(pytester: pytest.Pytester, test: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(test)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", MODULE, *arguments)


def test_each_test_has_an_emulator_of_its_own(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester,
        """
        import json
        import urllib.request

        import pytest


        @pytest.mark.parametrize("round", [1, 2])
        def test_create(reconciler_emulator, round):
            assert reconciler_emulator.containers() == ()
            request = urllib.request.Request(
                reconciler_emulator.base_url + "/containers",
                json.dumps({"name": "mine"}).encode(),
                {"Authorization": f"Bearer {reconciler_emulator.api_key}"},
            )
            request.add_header("Content-Type", "application/json")
            urllib.request.urlopen(request).close()
            assert reconciler_emulator.log.writes("mine").creates.committed == 1
            reconciler_emulator.clock.advance(3600)
            assert reconciler_emulator.containers("mine")[0].status == "expired"
        """,
        "-W",
        "error",
    )
    result.assert_outcomes(passed=2)


def test_its_settings_are_a_fixture_to_override(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester,
        """
        import pytest
        from reconciler.emulator import Settings


        @pytest.fixture
        def reconciler_emulator_settings():
            return Settings(api_keys=("sk-mine",), faults=("GET *: 503 once",))


        def test_settings(reconciler_emulator):
            assert reconciler_emulator.api_key == "sk-mine"
            assert reconciler_emulator.faults.active()[0].endpoint == "GET *"
        """,
    )
    result.assert_outcomes(passed=1)


def test_it_is_stopped_when_the_test_fails(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester,
        """
        import threading


        def test_fails(reconciler_emulator):
            assert False


        def test_nothing_is_left():
            assert "reconciler-emulator" not in {thread.name for thread in threading.enumerate()}
        """,
    )
    result.assert_outcomes(passed=1, failed=1)


def test_it_costs_nothing_until_it_is_asked_for(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester,
        f"""
        import sys


        def test_modules(pytestconfig):
            assert {MODULE!r} in sys.modules
            loaded = {{name for name in sys.modules if name.startswith("reconciler")}}
            assert loaded == {{"reconciler", "reconciler.emulator", {MODULE!r}}}
            assert not {{"uvicorn", "httptools", "sqlite3", "asyncio"}} & sys.modules.keys()
        """,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("plugin", [NAME, "terminalreporter", "threadexception"])
def test_it_stands_beside_and_without_any_plugin(pytester: pytest.Pytester, plugin: str) -> None:
    result = _run(pytester, "def test_nothing(): pass", "-p", f"no:{plugin}")
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.skipif(not INSTALLED, reason="the checkout was installed before the entry point was declared")
def test_it_is_found_by_its_entry_point_and_switched_off_by_its_name(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_one(reconciler_emulator): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess("-p", f"no:{NAME}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'reconciler_emulator' not found*"])


def test_its_fixtures_are_listed_with_what_they_are(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "def test_nothing(): pass", "--fixtures")
    result.stdout.fnmatch_lines(["*reconciler_emulator*", "*An empty emulator of the Containers API*"])


def _examples() -> dict[str, str]:
    """The worked example of the README: each block of Python begins with the name of its file."""
    blocks = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README, re.DOTALL)
    return dict(blocks)


def test_the_worked_example_of_the_readme_passes(pytester: pytest.Pytester) -> None:
    examples = _examples()
    assert set(examples) == {"sandbox.py", "test_sandbox.py"}
    for name, source in examples.items():
        pytester.path.joinpath(name).write_text(source, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", MODULE)
    result.assert_outcomes(passed=5)


@pytest.mark.parametrize("broken", ['if row.status == "running"', "max_retries=0, "])
def test_the_worked_example_finds_what_it_is_about(pytester: pytest.Pytester, broken: str) -> None:
    """Without the line that a test of it is about, that test fails."""
    examples = _examples()
    assert broken in examples["sandbox.py"]
    examples["sandbox.py"] = examples["sandbox.py"].replace(broken, "")
    for name, source in examples.items():
        pytester.path.joinpath(name).write_text(source, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", MODULE)
    assert result.parseoutcomes().get("failed", 0) >= 1


def test_the_script_of_the_readme_runs(pytester: pytest.Pytester) -> None:
    (script,) = re.findall(r"```python\n(from reconciler\.emulator import .*?)```", README, re.DOTALL)
    path = pytester.makepyfile(script=script)
    result = pytester.run(sys.executable, path)
    assert (result.ret, result.errlines) == (0, [])
