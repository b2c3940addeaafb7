"""The grammar of the command line: what is asked, and what is refused with the words of its own command."""

from __future__ import annotations

import pytest

from reconciler.cli.arguments import CommandLineError
from reconciler.cli.parser import build
from reconciler.cli.selection import pass_options, reading_of, refuse_what_plans_carry
from reconciler.cli.target import check_options
from reconciler.model.asked import Reading
from reconciler.model.errors import UsageError
from reconciler.model.plan import BusyGuard


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "drift"])
@pytest.mark.parametrize(
    ("window", "seconds"), [("45", 45), ("45s", 45), ("10m", 600), ("2h", 7200), ("8760h", 31_536_000)]
)
def test_a_window_is_asked_for_with_any_duration(command: str, window: str, seconds: int) -> None:
    options = build().parse_args([command, "manifests", "--busy-window", window])
    check_options(options)
    assert pass_options(options).busy == BusyGuard(seconds)


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "drift"])
def test_without_a_window_nobody_asks(command: str) -> None:
    assert pass_options(build().parse_args([command, "manifests"])).busy is None


@pytest.mark.parametrize("command", ["plan", "apply", "destroy"])
def test_the_allowance_belongs_to_a_window(command: str) -> None:
    both = build().parse_args([command, "manifests", "--busy-window", "1m", "--allow-busy"])
    assert pass_options(both).busy == BusyGuard(60, allowed=True)
    alone = build().parse_args([command, "manifests", "--allow-busy"])
    with pytest.raises(UsageError, match="--allow-busy needs --busy-window"):
        check_options(alone)


def refusal(*arguments: str) -> CommandLineError:
    """Why a command line is refused."""
    with pytest.raises(CommandLineError) as raised:
        build().parse_args(arguments)
    return raised.value


@pytest.mark.parametrize("window", ["0", "0s", "8761h", "-1", "1.5m", "10 m", "", "m", "9" * 400])
def test_an_impossible_window_is_refused(window: str) -> None:
    assert "expected a duration" in str(refusal("plan", "manifests", f"--busy-window={window}"))


def test_drift_changes_nothing_and_has_nothing_to_allow() -> None:
    refused = refusal("drift", "manifests", "--busy-window", "1m", "--allow-busy")
    assert str(refused) == "unrecognized arguments: --allow-busy"


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["plan", "--bogus", "manifests"], "usage: reconciler plan "),
        (["drift", "manifests", "--auto-approve"], "usage: reconciler drift "),
        (["list", "manifests", "--refresh", "full"], "usage: reconciler list "),
        (["resolve", "ci-a", "manifests", "--name", "ci-b"], "usage: reconciler resolve "),
        (["show", "a.plan.json", "b.plan.json"], "usage: reconciler show "),
        (["--bogus", "plan", "manifests"], "usage: reconciler [-h]"),
    ],
)
def test_what_is_unknown_is_refused_with_the_usage_of_its_own_command(
    arguments: list[str], usage: str
) -> None:
    refused = refusal(*arguments)
    assert str(refused).startswith("unrecognized arguments: ")
    assert refused.usage.startswith(usage)
    assert refused.usage.startswith(f"usage: {refused.prog}")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["plan", "manifests", "--api-key", "sk-canary"], "unrecognized arguments: --api-key"),
        (["plan", "manifests", "--vra=a=canary", "-k", "canary"], "unrecognized arguments: --vra -k"),
        (["plan", "manifests", "-kcanary", "--also", "canary"], "unrecognized arguments: -k --also"),
        (["--var", "a=canary", "plan", "manifests"], "argument COMMAND: invalid choice (choose from "),
        (["--api-key", "sk-Canary canary", "plan"], "argument COMMAND: invalid choice (choose from "),
        (["show", "a.plan.json", "b.plan.json"], "unrecognized arguments: b.plan.json"),
        (["plam", "manifests"], "argument COMMAND: invalid choice: 'plam' (choose from "),
    ],
)
def test_what_may_be_the_value_of_a_mistyped_option_is_not_repeated(arguments: list[str], named: str) -> None:
    refused = refusal(*arguments)
    assert str(refused).startswith(named)
    assert "canary" not in f"{refused}{refused.usage}".lower()


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy", "drift", "list", "resolve"])
def test_every_command_that_reads_manifests_says_how(command: str) -> None:
    arguments = [command, "ci-a", "manifests"] if command == "resolve" else [command, "manifests"]
    assert reading_of(build().parse_args(arguments)) == Reading()
    told = [*arguments, "--allow-outside", "--max-file-size", "64k"]
    assert reading_of(build().parse_args(told)) == Reading(allow_outside=True, max_file_size=65536)


@pytest.mark.parametrize(
    ("size", "bytes_"), [("1", 1), ("1k", 1024), ("512M", 2**29), ("2g", 2**31), ("007", 7), ("1024g", 2**40)]
)
def test_sizes_have_units(size: str, bytes_: int) -> None:
    options = build().parse_args(["plan", "manifests", "--max-file-size", size])
    assert reading_of(options).max_file_size == bytes_


@pytest.mark.parametrize("size", ["0", "", "k", "-1", "1.5m", "1 m", "1mb", "٣", "9" * 400, "2000000g"])
def test_an_impossible_size_is_refused(size: str) -> None:
    assert "expected a size such as 64k" in str(refusal("plan", "manifests", f"--max-file-size={size}"))


def test_a_saved_plan_is_not_told_again_how_to_read() -> None:
    options = build().parse_args(["apply", "my.plan.json", "--max-file-size", "1k"])
    with pytest.raises(UsageError, match="a saved plan says itself"):
        refuse_what_plans_carry(options)
