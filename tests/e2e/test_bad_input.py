"""What goes wrong, and what the person at the other end reads: a message, and the code of the table."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import command, environment, reconciler

if TYPE_CHECKING:
    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["plan"],
        ["nonsense"],
        ["plan", "--bogus", QUICKSTART],
        ["plan", "--parallelism", "many", QUICKSTART],
        ["plan", "--format", "xml", QUICKSTART],
        ["plan", "--emul", QUICKSTART],
        ["plan", "no-such-folder"],
        ["plan", "-", "-"],
        ["plan", QUICKSTART, "--emulator", "--base-url", "http://127.0.0.1:1/v1"],
        ["plan", QUICKSTART, "--emulator-data", "x.db"],
        ["apply", QUICKSTART, "--fail-on", "expired"],
    ],
)
def test_a_wrong_command_line_is_64(arguments: list[str]) -> None:
    ran = reconciler(*arguments, env={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.strip()


def test_json_is_json_even_then() -> None:
    ran = reconciler("plan", "--format", "json")
    assert ran.code == ran.result["exit_code"] == 64
    assert ran.result["error"]["code"] == "usage"


def test_no_key_is_3_and_says_what_to_do() -> None:
    ran = reconciler("plan", QUICKSTART)
    assert (ran.code, ran.out) == (3, "")
    assert "OPENAI_API_KEY" in ran.err
    assert "--emulator" in ran.err


def test_a_key_that_no_header_can_hold_is_3_and_is_not_shown() -> None:
    ran = reconciler("plan", QUICKSTART, env={"OPENAI_API_KEY": "sk-sec\nret"})
    assert ran.code == 3
    assert "sk-sec" not in ran.err


@pytest.mark.parametrize(
    "url", ["http://api.example.com/v1", "ftp://x/v1", "nonsense", "http://[::1/v1", "https://u:p@x/v1"]
)
def test_an_unusable_base_url_is_3(url: str) -> None:
    ran = reconciler("plan", QUICKSTART, "--base-url", url, env={"OPENAI_API_KEY": "sk-secret"})
    assert ran.code == 3
    assert "sk-secret" not in ran.err
    assert ":p@" not in ran.err


def test_a_wrong_key_is_1_and_is_not_shown() -> None:
    from support.servers import serving  # noqa: PLC0415 - only this test needs a server with keys

    with serving(api_keys=("sk-right",)) as server:
        env = {**server.env, "OPENAI_API_KEY": "sk-wrong-secret"}
        ran = reconciler("apply", QUICKSTART, "--auto-approve", env=env)
        assert (ran.code, ran.out) == (1, "")
        assert "401" in ran.err
        assert "OPENAI_API_KEY" in ran.err
        assert "sk-wrong-secret" not in ran.err
        assert server.requests() == 1, "a wrong key is never tried again"


def test_a_key_that_the_server_repeats_is_not_shown(server: Server) -> None:
    body = {"error": {"message": "Incorrect API key provided: sk-key-of-the-tests."}}
    server.fault(kind="status", status=401, endpoint="GET /containers", body=body)
    ran = reconciler("plan", QUICKSTART, "--format", "json", env=server.env)
    assert ran.code == 1
    assert "sk-key-of-the-tests" not in ran.out + ran.err
    assert "[key]" in ran.err


def test_a_short_key_changes_nothing_that_is_read(server: Server) -> None:
    env = {**server.env, "OPENAI_API_KEY": "k"}
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=env).code == 0
    named = {**server.env, "OPENAI_API_KEY": "quickstart-scratch"}
    assert reconciler("plan", QUICKSTART, "--detailed-exitcode", env=named).code == 0


def test_an_empty_base_url_is_64_and_not_the_default() -> None:
    ran = reconciler("plan", QUICKSTART, "--base-url", "", env={"OPENAI_API_KEY": "k"})
    assert ran.code == 64
    assert "a variable that is not set" in ran.err


def test_an_unreachable_host_is_1() -> None:
    ran = reconciler("plan", QUICKSTART, "--base-url", "http://127.0.0.1:9/v1", env={"OPENAI_API_KEY": "k"})
    assert (ran.code, ran.out) == (1, "")
    assert "cannot connect" in ran.err


def test_a_server_that_fails_for_good_is_1(server: Server) -> None:
    server.fault(
        kind="status", status=500, endpoint="GET /containers", times=None, headers={"Retry-After": "0"}
    )
    ran = reconciler("apply", QUICKSTART, "--auto-approve", env=server.env)
    assert (ran.code, ran.out) == (1, "")
    assert "500" in ran.err
    assert server.requests() == 5
    assert server.containers() == []


def test_a_server_that_fails_once_is_asked_again(server: Server) -> None:
    server.fault(kind="status", status=503, endpoint="GET /containers", headers={"Retry-After": "0"})
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    assert len(server.containers()) == 3


def test_a_page_that_never_ends_is_1_and_nothing_is_changed(server: Server) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "a"}, {"name": "b"}]})
    server.fault(kind="endless", endpoint="GET /containers", times=None)
    ran = reconciler("apply", QUICKSTART, "--auto-approve", env=server.env)
    assert ran.code == 1
    assert "cannot be read to its end" in ran.err
    assert len(server.containers()) == 2


def test_an_html_page_is_1_and_shows_what_came(server: Server) -> None:
    server.fault(kind="status", status=200, endpoint="GET /containers", body="<html>\x1b[31mWelcome</html>")
    ran = reconciler("plan", QUICKSTART, env=server.env)
    assert ran.code == 1
    assert "Welcome" in ran.err
    assert "\x1b" not in ran.err


def test_invalid_manifests_are_3_all_at_once_with_positions(tmp_path: Path, server: Server) -> None:
    (tmp_path / "a.yaml").write_text(
        "version: 1\nscope: {prefix: ci-}\ncontainers:\n  - name: ci-a\n    memory_limit: 3g\n"
        "  - name: ci-a\n    colour: red\n"
    )
    (tmp_path / "b.yaml").write_text("version: 2\ncontainers: []\n")
    for arguments in (["validate"], ["plan"], ["apply", "--auto-approve"], ["destroy", "--auto-approve"]):
        ran = reconciler(*arguments, ".", cwd=tmp_path, env=server.env)
        assert (ran.code, ran.out) == (3, "")
        for where in ("a.yaml:5:19: ", "a.yaml:6:11: ", "a.yaml:7:5: ", "b.yaml:1:10: "):
            assert where in ran.err, (arguments, where, ran.err)
    assert server.requests() == 0


def test_an_apply_without_terminal_or_approval_is_4_and_shows_the_plan(server: Server) -> None:
    ran = reconciler("apply", QUICKSTART, env=server.env)
    assert ran.code == 4
    assert ran.out.splitlines()[-1].startswith("Plan: 3 to create")
    assert "--auto-approve" in ran.err
    assert server.containers() == []


def test_an_empty_set_under_prune_is_refused(tmp_path: Path, server: Server) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "ci-a"}]})
    (tmp_path / "a.yaml").write_text("version: 1\nscope: {prefix: ci-, prune: true}\ncontainers: []\n")
    planned = reconciler("plan", ".", cwd=tmp_path, env=server.env)
    assert planned.code == 0
    assert "blocked: delete ci-a" in planned.out
    applied = reconciler("apply", ".", "--auto-approve", cwd=tmp_path, env=server.env)
    assert applied.code == 4
    assert "reconciler destroy" in applied.out
    assert server.running("ci-a")


def test_unwritable_places_are_1(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file").write_text("")
    under_a_file = str(tmp_path / "file" / "x")
    saved = reconciler("plan", QUICKSTART, "-o", under_a_file, env=server.env)
    assert saved.code == 1
    assert "cannot write" in saved.err
    emulated = reconciler(
        "apply", QUICKSTART, "--emulator", "--emulator-data", under_a_file, "--auto-approve"
    )
    assert emulated.code == 1
    assert "the emulator cannot start" in emulated.err
    assert "Traceback" not in saved.err + emulated.err


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A folder that nobody may write into, not even root."""
    if os.geteuid() == 0:
        return Path("/proc/self/task")
    tmp_path.chmod(0o500)
    return tmp_path


def test_a_read_only_folder_is_1(read_only: Path, server: Server) -> None:
    emulated = reconciler("apply", QUICKSTART, "--emulator", "--auto-approve", cwd=read_only)
    assert emulated.code == 1
    assert "the emulator cannot start" in emulated.err
    saved = reconciler("plan", QUICKSTART, "-o", "my.plan.json", env=server.env, cwd=read_only)
    assert saved.code == 1
    assert "cannot write my.plan.json" in saved.err
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env, cwd=read_only).code == 0


def check_closed_stdout(arguments: list[str], env: dict[str, str]) -> None:
    """Runs a command whose stdout nobody reads: an error of its own, and no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command(*arguments),
            stdout=writing,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=environment(env),
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "stdout" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["plan", QUICKSTART], ["apply", QUICKSTART, "--auto-approve"], ["plan", QUICKSTART, "--format=json"]],
)
def test_a_closed_stdout_is_1_and_applies_nothing(server: Server, arguments: list[str]) -> None:
    check_closed_stdout(arguments, server.env)
    assert server.containers() == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plan", "--help"], ["schema", "plan"]])
def test_a_closed_stdout_is_no_traceback_for_help_either(arguments: list[str]) -> None:
    check_closed_stdout(arguments, {})


def test_names_from_the_api_are_escaped(server: Server, tmp_path: Path) -> None:
    hostile = "ci-\x1b[2Jboo\n::error::x\u202e"
    server.control("POST", "/containers", {"containers": [{"name": hostile}]})
    (tmp_path / "a.yaml").write_text("version: 1\nscope: {prefix: ci-}\ncontainers:\n  - name: ci-a\n")
    ran = reconciler("plan", ".", cwd=tmp_path, env=server.env)
    assert ran.code == 0
    assert r"ci-\x1b[2Jboo\n::error::x\u202e" in ran.out
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.startswith("::")]
