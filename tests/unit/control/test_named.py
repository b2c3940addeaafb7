"""Which manifests a plan may name: those of the project, and what the one who applies names too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.control.named import check_named
from reconciler.model.errors import PlanMismatch, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a folder and a link out of it."""
    folder = tmp_path / "project"
    (folder / "manifests").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("path", ["manifests", "./a.yaml", "manifests/../a.yaml", ".", "link"])
def test_what_lies_below_this_folder_is_read(path: str) -> None:
    check_named([path], "my.plan.json", [])


def test_what_lies_below_the_plans_folder_is_read(project: Path) -> None:
    check_named([str(project / "manifests")], "my.plan.json", [])
    elsewhere = str(project.parent / "elsewhere")
    check_named([elsewhere + "/manifests"], elsewhere + "/my.plan.json", [])


@pytest.mark.parametrize("path", ["/etc", "..", "../elsewhere", "manifests/../../x", "link/../x", "/"])
def test_what_lies_elsewhere_is_not_read_unless_it_is_named_again(path: str) -> None:
    with pytest.raises(PlanMismatch, match="nothing was read") as raised:
        check_named(["manifests", path], "my.plan.json", [])
    assert raised.value.details == (path,)
    check_named(["manifests", path], "my.plan.json", [path])


def test_a_plan_in_the_root_does_not_open_everything() -> None:
    with pytest.raises(PlanMismatch):
        check_named(["/etc"], "/my.plan.json", [])


@pytest.mark.parametrize("repeated", [["manifests"], ["other"], ["/etc", "manifests"]])
def test_what_need_not_be_named_is_a_mistake(repeated: list[str]) -> None:
    with pytest.raises(UsageError):
        check_named(["manifests", "/etc"], "my.plan.json", repeated)


@pytest.mark.parametrize("path", ["", "a\0b", "a\nb", "\x1b[2J", "\ud800"])
def test_what_cannot_be_a_name_is_refused(path: str) -> None:
    with pytest.raises(PlanMismatch, match="cannot be the name of a file"):
        check_named([path], "my.plan.json", [])
