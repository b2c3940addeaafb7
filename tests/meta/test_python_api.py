"""The Python API's names: stable, listed, typed, documented, and free until they are used."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import environment

import reconciler

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.split("\n## From Python\n")[1].split("\n## ")[0]
EXAMPLE = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)

SIGNATURES = {
    "load": "manifests, *, variables=None, allow_outside=False, max_file_size=536870912",
    "plan": "manifests, access=None, *, variables=None, options=None, listen=None, warn=None",
    "drift": "manifests, access=None, *, variables=None, options=None, listen=None, warn=None",
    "apply": "what, access=None, *, variables=None, options=None, expect_digest=None, require_approval=(), "
    "approve=(), skip_blocked=False, lock_timeout=0.0, listen=None, warn=None, stop=None",
    "destroy": "manifests, access=None, *, variables=None, options=None, skip_blocked=False, "
    "lock_timeout=0.0, listen=None, warn=None, stop=None",
    "read_plan": "path, *, manifests=()",
    "write_plan": "plan, path",
    "Access": "*, base_url=None, api_key=None, organization=None, project=None, provider=None, "
    "emulator=False, ledger=None, allow_insecure_http=False, parallelism=16, rpm=None",
    "Options": "*, names=(), exclude=(), replace=(), adopt=False, no_delete=False, allow_deletes=None, "
    "allow_replaces=None, busy_window=None, allow_busy=False, policies=(), max_cost=None, strict=False, "
    "allow_outside=False, max_file_size=536870912, refresh='auto'",
}
"""What callers write; a change here breaks them, and is one for the changelog."""


def test_every_name_is_there_once_and_in_the_readme() -> None:
    assert reconciler.__all__ == sorted(set(reconciler.__all__))
    for name in reconciler.__all__:
        assert getattr(reconciler, name) is not None
    assert set(reconciler.__all__) <= set(dir(reconciler))
    table = SECTION.split("These names stay")[1]
    assert sorted(re.findall(r"`(\w+)`", table)) == reconciler.__all__


def test_names_for_types_are_those_that_are_loaded() -> None:
    source = Path(reconciler.__file__).read_text(encoding="utf-8")
    block = source.split("if TYPE_CHECKING:\n")[1].split("\n__version__")[0]
    imported = re.sub(r"from \S+ import|[(),]", " ", block).split()
    assert sorted(imported) == reconciler.__all__
    homes = [name for names in reconciler._HOMES.values() for name in names.split()]
    assert sorted(homes) == reconciler.__all__


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Ledger'"):
        _ = reconciler.Ledger  # type: ignore[attr-defined]  # that is the point


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_stable(name: str) -> None:
    found = inspect.signature(getattr(reconciler, name))
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in found.parameters.values()]
    assert str(inspect.Signature(plain)) == f"({SIGNATURES[name]})"


def test_everything_is_documented_and_typed() -> None:
    assert (Path(reconciler.__file__).parent / "py.typed").is_file()
    for name in reconciler.__all__:
        if name != "Event":
            assert inspect.getdoc(getattr(reconciler, name)), name


@pytest.mark.parametrize(
    ("statement", "free_of"),
    [
        ("import reconciler", {"asyncio", "dataclasses", "yaml", "sqlite3", "pydantic", "httpx2"}),
        ("from reconciler import Plan, Diagnostic, Refused", {"asyncio", "yaml", "sqlite3", "pydantic"}),
        ("from reconciler import load", {"asyncio", "yaml", "sqlite3", "pydantic", "httpx2"}),
        ("from reconciler import *", {"yaml", "pydantic", "httpx2", "uvicorn", "jsonschema"}),
    ],
)
def test_importing_a_name_loads_no_more_than_it_needs(statement: str, free_of: set[str]) -> None:
    script = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)) & free_of


def test_the_example_of_the_readme_does_what_it_says(tmp_path: Path) -> None:
    (example,) = EXAMPLE
    shutil.copytree(ROOT / "examples" / "quickstart", tmp_path / "examples" / "quickstart")
    done = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "create quickstart-analysis absent"
    assert lines[-2:] == ["DONE 3 applied, 0 failed", "[]"]
