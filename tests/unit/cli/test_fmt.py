"""`reconciler fmt`: which files it changes, what it prints, and what it leaves alone."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from support.schemas import result_validator

from reconciler.cli.main import run
from reconciler.control.layout import Layout, lay_out_files
from reconciler.model.errors import LocalFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIDY = "version: 1\nscope:\n  prefix: ci-\n"
UNTIDY = "scope: # ours\n    prefix: ci-\nversion:   1\n"
LAID = "version: 1\nscope:  # ours\n  prefix: ci-\n"

Said = tuple[int, str, str]


@pytest.fixture
def fmt(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Runs `fmt` in an empty folder and gives exit code, stdout and stderr; `stdin` is what it reads."""
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(["fmt", *arguments])
        return (code, *capsys.readouterr())

    return run_it


def test_it_changes_what_is_untidy_and_says_so(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    (tmp_path / "b.yaml").write_text(TIDY)
    os.utime(tmp_path / "b.yaml", (1, 1))
    assert fmt("a.yaml", "b.yaml") == (0, "a.yaml\n", "")
    assert (tmp_path / "a.yaml").read_text() == LAID
    assert (tmp_path / "b.yaml").stat().st_mtime == 1
    assert fmt("a.yaml", "b.yaml") == (0, "", "")


def test_a_folder_is_every_manifest_in_it(fmt: Callable[..., Said], tmp_path: Path) -> None:
    for name in ("x/a.yaml", "x/y/b.yml", "x/_c/c.yaml", "x/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(UNTIDY)
    assert fmt("x") == (0, "x/a.yaml\nx/y/b.yml\n", "")
    assert (tmp_path / "x/_c/c.yaml").read_text() == UNTIDY


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_check_and_diff_change_nothing(fmt: Callable[..., Said], tmp_path: Path, option: str) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    code, out, err = fmt(option, "a.yaml")
    assert (code, err) == (2 if option == "--check" else 0, "")
    assert out.startswith("a.yaml\n" if option == "--check" else "--- a.yaml\n+++ a.yaml\n@@ ")
    assert (tmp_path / "a.yaml").read_text() == UNTIDY


def test_check_of_what_is_tidy_says_nothing(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TIDY)
    assert fmt("--check", "--diff", "a.yaml") == (0, "", "")


def test_a_diff_is_safe_for_terminals_and_tells_of_the_last_line(
    fmt: Callable[..., Said], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("version:  1\n# \u202etxt", encoding="utf-8")
    _, out, _ = fmt("--diff", "a.yaml")
    assert out.splitlines()[3:] == [
        "-version:  1",
        "-# \\u202etxt",
        "\\ No newline at end of file",
        "+version: 1",
        "+# \\u202etxt",
    ]


HIDING = """\
version:  1
containers:
- {name: ci-a, files: [{path: a, content: "hunter2", sensitive: true},   {path: b, content: 'hunter2'}]}
- name:   ci-b
  files:
  - path: c
    content: |
      hunter2
       hunter2

  - {path: d,  content: hunter2}
"""


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_diff_shows_no_contents(
    fmt: Callable[..., Said], tmp_path: Path, form: str, start: str, end: str
) -> None:
    (tmp_path / "a.yaml").write_text(start + HIDING.replace("\n", end), encoding="utf-8", newline="")
    code, out, err = fmt("--diff", "a.yaml", "--format", form)
    assert (code, err) == (0, "")
    assert "hunter2" not in out
    assert "content: ***" in out
    assert "ci-b" in out
    assert "path: d" in out
    fmt("a.yaml")
    assert (tmp_path / "a.yaml").read_text().count("hunter2") == HIDING.count("hunter2")


def test_standard_input_goes_to_standard_output(fmt: Callable[..., Said], tmp_path: Path) -> None:
    assert fmt("-", stdin=UNTIDY.encode()) == (0, LAID, "")
    assert fmt("-", stdin=TIDY.encode()) == (0, TIDY, "")
    assert fmt("-", "--check", stdin=TIDY.encode()) == (0, "", "")
    assert fmt("-", "--check", stdin=UNTIDY.encode()) == (2, "-\n", "")
    assert fmt("-", "--diff", stdin=UNTIDY.encode())[1].startswith("--- -\n+++ -\n")
    assert fmt("-", "a.yaml")[0] == 64
    assert list(tmp_path.iterdir()) == []


def test_one_file_that_cannot_be_read_leaves_all_alone(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    (tmp_path / "b.yaml").write_text("a: [\n")
    (tmp_path / "c.yaml").write_text("a: 1\na: 1\n")
    code, out, err = fmt(".")
    assert (code, out) == (3, "")
    assert (
        err.index("./b.yaml:1:5: ") < err.index("./c.yaml:2:1: ") < err.index("2 errors; nothing was changed")
    )
    assert (tmp_path / "a.yaml").read_text() == UNTIDY
    assert fmt("-", stdin=b"a: [")[:2] == (3, "")


def test_wrong_values_are_no_reason_not_to(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version:   2\nunknown: no\n")
    assert fmt("a.yaml") == (0, "a.yaml\n", "")
    assert (tmp_path / "a.yaml").read_text() == "version: 2\nunknown: no\n"


def test_a_saved_plan_is_no_manifest(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "change.json").write_text('{"kind": "reconciler/plan"}')
    assert fmt("change.json")[0] == 64


def test_permissions_and_links_stay(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(UNTIDY)
    (tmp_path / "real.yaml").chmod(0o640)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert fmt("link.yaml") == (0, "link.yaml\n", "")
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == LAID
    assert stat.S_IMODE((tmp_path / "real.yaml").stat().st_mode) == 0o640
    assert len(list(tmp_path.iterdir())) == 2


def test_what_cannot_be_written_is_an_error_that_names_what_was(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.yaml").write_text(UNTIDY)
    (tmp_path / "b" / f".m.yaml.{os.getpid()}.tmp").write_text("in the way")
    with pytest.raises(LocalFileError) as raised:
        lay_out_files([str(tmp_path)], Layout())
    assert raised.value.details == (f"laid out before that: {tmp_path}/a/m.yaml",)
    assert (tmp_path / "b/m.yaml").read_text() == UNTIDY
    assert len(list((tmp_path / "b").iterdir())) == 2


def test_as_json(fmt: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    code, out, _ = fmt("a.yaml", "--check", "--diff", "--format", "json")
    result_validator().validate(json.loads(out))
    (formatted,) = json.loads(out)["formatted"]
    assert (code, formatted["path"], formatted["changed"]) == (2, "a.yaml", True)
    assert formatted["diff"][:2] == ["--- a.yaml", "+++ a.yaml"]
    _, out, _ = fmt("-", "--format", "json", stdin=UNTIDY.encode())
    result_validator().validate(json.loads(out))
    assert json.loads(out)["formatted"] == [{"path": "-", "changed": True, "text": LAID}]
