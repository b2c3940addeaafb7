"""Cases as folders: manifests and an account in, a plan out, as JSON and as text.

A case is a folder here with `manifests/*.yaml`, `live.json`, and the goldens `plan.json` and `plan.txt`.
`live.json` holds `containers`, rows as the API lists them, each with its `files` as the API lists those.
The contents of a file are its key `content`, which the API does not list: they are read where the plan
needs them, as an observation would. `used_at` of a container is when others used it, where a ledger knows
better than `last_active_at`. `names`, `adopt`, `busy_window` (seconds), `allow_busy`, `asked` (the fields of
`Asked`) and `command` are what is asked on the command line.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from support.builders import PROVENANCE

from reconciler.api.wire import read_container, read_file
from reconciler.control.requested import replaced_by
from reconciler.manifest import fingerprint, load, published
from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import LiveState, Origin
from reconciler.model.plan import BusyGuard
from reconciler.model.plan_json import plan_values, read_plan
from reconciler.model.profile import OPENAI
from reconciler.planning.diff import Situation, destruction, diff
from reconciler.planning.policy import Policy
from reconciler.planning.reading import Needs, NoNeeds
from reconciler.planning.simulate import simulate
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.paint import Paint
from reconciler.render.plan_text import plan_lines, refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.live import LiveContainer
    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "manifests").is_dir())


def situation(case: str) -> tuple[Situation, bool]:
    """Everything a case's plan is made from, and whether it is of `destroy`."""
    account = json.loads((HERE / case / "live.json").read_text(encoding="utf-8"))
    destroying = account.get("command") == "destroy"
    asked = Policy(
        OPENAI,
        adopt=account.get("adopt", False),
        names=tuple(account.get("names", ())),
        limited=not destroying,
        busy=BusyGuard(account["busy_window"], account.get("allow_busy", False))
        if "busy_window" in account
        else None,
        asked=Asked(**{key: _frozen(value) for key, value in account.get("asked", {}).items()}),
    )
    wanted = declared()
    live = observed(account["containers"], NoNeeds(wanted) if destroying else Needs(wanted, asked))
    return Situation(wanted, live, asked, PROVENANCE), destroying


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def declared() -> Desired:
    """The manifests in the current folder, without a problem."""
    loaded = load(["manifests"])
    assert loaded.desired is not None, loaded.diagnostics
    found = fingerprint(loaded.desired)
    assert (loaded.diagnostics, found.diagnostics) == ((), ())
    return found.desired


def observed(rows: list[dict[str, Any]], needs: Needs | NoNeeds) -> LiveState:
    """What an observation reads of this account, and not a byte more."""
    date = 1_767_323_045
    listed = LiveState(tuple(_listed(row, date) for row in rows), date)
    files = {row["id"]: row.get("files", []) for row in rows}
    contents = {file["id"]: file["content"] for row in rows for file in files[row["id"]] if "content" in file}
    wanted = {row.id for row in listed.containers if needs.lists(row)}
    listed = _each(listed, lambda row: _with_files(row, files[row.id]) if row.id in wanted else row)
    digests = {file.id: sha256(contents[file.id].encode()).hexdigest() for _, file in needs.contents(listed)}
    return _each(listed, lambda row: _with_digests(row, digests))


def _listed(row: dict[str, Any], date: int) -> LiveContainer:
    found = read_container(row, date, Origin.LIST)
    return replace(found, used_at=row.get("used_at", found.used_at))


def _each(live: LiveState, change: Callable[[LiveContainer], LiveContainer]) -> LiveState:
    return replace(live, containers=tuple(map(change, live.containers)))


def _with_files(row: LiveContainer, files: list[dict[str, Any]]) -> LiveContainer:
    return replace(row, files=tuple(map(read_file, files)))


def _with_digests(row: LiveContainer, digests: dict[str, str]) -> LiveContainer:
    if not isinstance(row.files, tuple):
        return row
    known = (replace(file, spec=replace(file.spec, sha256=digests.get(file.id))) for file in row.files)
    return replace(row, files=tuple(known))


def plan_of(found: Situation, *, destroying: bool) -> Plan:
    """The plan of a case, its diagnostics in the order in which commands show them."""
    plan = destruction(found) if destroying else diff(found)
    return replace(plan, diagnostics=tuple(sorted(plan.diagnostics, key=Diagnostic.sort_key)))


def as_shown(plan: Plan) -> str:
    """What a terminal shows: the warnings that go to stderr, then the plan."""
    refused = refusals(plan)
    warnings = (found for found in plan.diagnostics if found not in refused)
    return "\n".join((*diagnostic_lines(warnings, Paint()), *plan_lines(plan))) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_scenario(case: str, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / case)
    found, destroying = situation(case)
    plan = plan_of(found, destroying=destroying)
    golden(HERE / case / "plan.json", json.dumps(plan_values(plan), indent=2) + "\n")
    golden(HERE / case / "plan.txt", as_shown(plan))


@pytest.mark.parametrize("case", CASES)
def test_applying_a_scenario_leaves_nothing_to_do(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / case)
    found, destroying = situation(case)
    plan = plan_of(found, destroying=destroying)
    after = simulate(plan, found.desired, found.live)
    approved = replace(found.policy, replacing=replaced_by(plan))  # a replace on request is done once
    again = plan_of(replace(found, live=after, policy=approved), destroying=destroying)
    assert plan.blocked or again.pending == ()


@pytest.mark.parametrize("case", CASES)
def test_a_golden_is_of_the_published_format(case: str) -> None:
    plan = json.loads((HERE / case / "plan.json").read_text(encoding="utf-8"))
    Draft202012Validator(json.loads(published("plan.v1.json"))).validate(plan)


@pytest.mark.parametrize("case", CASES)
def test_a_golden_is_a_plan_that_can_be_read_back(case: str) -> None:
    text = (HERE / case / "plan.json").read_text(encoding="utf-8")
    assert json.dumps(plan_values(read_plan(text)), indent=2) + "\n" == text
