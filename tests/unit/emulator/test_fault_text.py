"""Faults in one line: what each line means, and what a wrong one is told."""

from typing import Any

import pytest
from unit.emulator.harness import Api, MakeApi, error_of

from reconciler.cli.arguments import Parser
from reconciler.cli.emulator_options import add_emulator_options
from reconciler.emulator import EmulatorError, Settings
from reconciler.emulator.faults.kinds import KINDS
from reconciler.emulator.faults.text import parse_line

CREATE = "POST /containers"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("drop", {"kind": "drop", "when": "before"}),
        ("drop-after-commit 10%", {"kind": "drop", "when": "after", "probability": 0.1}),
        ("drop once", {"kind": "drop", "when": "before", "times": 1}),
        ("drop 3x skip 2", {"kind": "drop", "when": "before", "times": 3, "skip": 2}),
        ("drop 0.5% 2x", {"kind": "drop", "when": "before", "times": 2, "probability": 0.005}),
        ("latency 200ms", {"kind": "latency", "when": "before", "seconds": 0.2}),
        ("latency-after-commit 1.5m", {"kind": "latency", "when": "after", "seconds": 90.0}),
        ("503", {"kind": "status", "status": 503, "when": "before"}),
        ("500-after-commit", {"kind": "status", "status": 500, "when": "after"}),
        (
            "429 retry-after 3s",
            {"kind": "status", "status": 429, "when": "before", "headers": {"retry-after": "3"}},
        ),
        (
            "429 retry-after 250ms once",
            {
                "kind": "status",
                "status": 429,
                "when": "before",
                "headers": {"retry-after-ms": "250"},
                "times": 1,
            },
        ),
        ("truncate", {"kind": "truncate", "size": 0}),
        ("truncate 10 once", {"kind": "truncate", "size": 10, "times": 1}),
        ("double", {"kind": "double", "answer": "first"}),
        ("double second", {"kind": "double", "answer": "second"}),
        ("appear 2 once", {"kind": "appear", "rows": 2, "times": 1}),
        ("vanish", {"kind": "vanish", "rows": 1}),
        ("hide 3", {"kind": "hide", "rows": 3}),
        ("lie without OpenAI-Beta", {"kind": "lie", "without_header": "OpenAI-Beta"}),
        ("wrong-ends", {"kind": "wrong-ends"}),
    ],
)
def test_a_line_is_a_rule(text: str, rule: dict[str, Any]) -> None:
    assert parse_line(f"{CREATE}: {text}") == {"endpoint": CREATE, "times": None, **rule}


def test_a_rate_limit_in_a_line_has_no_count() -> None:
    assert parse_line("*: rate-limit 100/min") == {"endpoint": "*", "kind": "rate-limit", "rate": "100/min"}


def test_spaces_do_not_matter() -> None:
    assert parse_line("  POST   /containers :drop   once ") == parse_line(f"{CREATE}: drop once")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected ENDPOINT: KIND"),
        ("drop", "expected ENDPOINT: KIND"),
        (f"{CREATE}:", "expected ENDPOINT: KIND"),
        ("/containers: drop", "expected ENDPOINT: KIND"),
        (f"{CREATE}: flood", "expected one of latency"),
        (f"{CREATE}: latency", "as in 'latency 200ms'"),
        (f"{CREATE}: latency 200", "expected a duration like 200ms"),
        (f"{CREATE}: 429 retry-after", "as in '429 retry-after 3s'"),
        (f"{CREATE}: 600", "expected one of latency"),
        (f"{CREATE}: endless-after-commit", "expected latency, drop or a status before '-after-commit'"),
        (f"{CREATE}: drop often", "expected how often: 10%"),
        (f"{CREATE}: drop 101%", "at most 100%"),
        (f"{CREATE}: drop 0x", "expected how often"),
        (f"{CREATE}: drop skip", "expected how often"),
        (f"{CREATE}: drop without", "expected how often"),
        (f"{CREATE}: rate-limit", "as in 'rate-limit 100/min'"),
        (f"{CREATE}: rate-limit 100/day", "expected a rate like 100/min"),
        (f"{CREATE}: rate-limit 0/s", "expected a rate like 100/min"),
        (f"{CREATE}: rate-limit 1/s once", "expected nothing behind the rate"),
        ("POST /container: drop", "no endpoint is 'POST /container'"),
        ("PUT *: drop", "no endpoint is 'PUT *'"),
        (f"{CREATE}: hide 1001", "integer above maximum value"),
        (f"{CREATE}: latency 30h", "a number of seconds up to 86400"),
    ],
)
def test_a_wrong_line_says_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        Settings(faults=(text,))
    assert expected in str(caught.value)
    assert repr(text) in str(caught.value)


def test_lines_and_objects_are_taken_by_the_control_api(api: Api) -> None:
    api.control("POST", "/faults", {"rules": [f"{CREATE}: 503 once", {"kind": "drop"}]})
    rules = api.control("GET", "/faults")["rules"]
    assert [(rule["endpoint"], rule["description"], rule["times"]) for rule in rules] == [
        (CREATE, "status 503 before commit", 1),
        ("*", "drop before commit", 1),
    ]
    error = error_of(api.refused("/faults", {"rules": ["*: drop often"]}), 400)
    assert error["param"] == "rules[0]"
    assert "expected how often" in error["message"]


def test_faults_of_the_settings_are_there_from_the_start_and_after_a_reset(make_api: MakeApi) -> None:
    api = make_api(faults=(f"{CREATE}: 503 once",))
    for _ in range(2):
        statuses = [api.request("POST", "/containers", json={"name": "a"}).status_code for _ in range(2)]
        assert statuses == [503, 200]
        api.control("POST", "/reset")


def test_the_help_names_every_kind() -> None:
    parser = Parser(epilog="")
    add_emulator_options(parser)
    assert parser.epilog is not None
    for words in KINDS:
        assert f"    {words} " in parser.epilog


@pytest.mark.parametrize("words", KINDS)
def test_every_kind_of_the_help_is_understood(words: str) -> None:
    arguments = {"TIME": "1s", "STATUS": "500", "[BYTES]": "1", "[ROWS]": "1", "RATE": "1/s"}
    for kind in words.split(", "):
        line = " ".join(
            arguments.get(word) or arguments.get(word.strip("[]"), word.strip("[]")) for word in kind.split()
        )
        assert Settings(faults=(f"*: {line}",)).faults
