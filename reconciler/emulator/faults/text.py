"""Faults in one line, as people write them: ``POST /containers: drop-after-commit 10%``.

    ENDPOINT: KIND [ARGUMENT] [HOW OFTEN]

``ENDPOINT`` is a method and a path, each with ``*`` for anything: ``POST /containers``, ``GET *``, ``*``. How
often is one or more of ``10%``, ``once``, ``3x``, ``skip 2`` (leave the first two alone) and ``without
HEADER`` (only requests that lack it); without any of these every request is met. A line becomes the rule that
``POST /_emulator/faults`` takes as JSON, and is checked there.
"""

import re
from collections.abc import Callable
from typing import Any

from reconciler.emulator.faults.durations import parse_duration, parse_rate
from reconciler.emulator.faults.kinds import KINDS

Words = list[str]

_BARE = {"endless", "repeat", "empty", "wrong-ends", "null-bytes", "bogus-row", "lie"}
_ROWS = {"hide", "appear", "vanish"}
_AFTER = "-after-commit"
_NEVER_ZERO = re.compile("[1-9][0-9]{0,8}")
_METHOD = re.compile(r"[A-Z*]+ [/*].*|\*")


def parse_line(text: str) -> dict[str, Any]:
    """The rule of a line, as JSON.

    Raises:
        ValueError: With a sentence that says what was expected.
    """
    endpoint, colon, rest = text.partition(":")
    words = rest.split()
    endpoint = " ".join(endpoint.split())
    if not colon or not words or not _METHOD.fullmatch(endpoint):
        raise ValueError(
            f"expected ENDPOINT: KIND, like 'POST /containers: drop-after-commit 10%', found {text!r}"
        )
    rule = {"endpoint": endpoint, **_harm(words)}
    if rule["kind"] != "rate-limit":
        rule["times"] = None
        while words:
            rule.update(_how_often(words))
    if words:
        raise ValueError(f"expected nothing behind the rate, found {' '.join(words)!r}")
    return rule


def _harm(words: Words) -> dict[str, Any]:
    """The kind and its arguments, taken from the front."""
    word = words.pop(0)
    kind = word.removesuffix(_AFTER)
    when = "after" if kind != word else "before"
    if kind == "latency":
        return {"kind": kind, "when": when, "seconds": _argument(words, parse_duration, "latency 200ms")}
    if kind == "drop":
        return {"kind": kind, "when": when}
    if re.fullmatch("[2-5][0-9]{2}", kind):
        return {"kind": "status", "status": int(kind), "when": when, **_retry_after(words)}
    if when == "after":
        raise ValueError(f"expected latency, drop or a status before {_AFTER!r}, found {word!r}")
    return _others(kind, words)


def _others(kind: str, words: Words) -> dict[str, Any]:
    if kind == "rate-limit":
        return {"kind": kind, "rate": _argument(words, parse_rate, "rate-limit 100/min").text}
    if kind == "truncate":
        return {"kind": kind, "size": int(words.pop(0)) if words and words[0].isdecimal() else 0}
    if kind == "double":
        answer = words.pop(0) if words and words[0] in {"first", "second"} else "first"
        return {"kind": kind, "answer": answer}
    if kind in _ROWS:
        return {"kind": kind, "rows": int(words.pop(0)) if words and _NEVER_ZERO.fullmatch(words[0]) else 1}
    if kind in _BARE:
        return {"kind": kind}
    raise ValueError(f"expected one of {', '.join(KINDS)}; found {kind!r}")


def _retry_after(words: Words) -> dict[str, Any]:
    if words[:1] != ["retry-after"]:
        return {}
    words.pop(0)
    seconds = _argument(words, parse_duration, "429 retry-after 3s")
    if seconds.is_integer():
        return {"headers": {"retry-after": str(int(seconds))}}
    return {"headers": {"retry-after-ms": str(round(seconds * 1000))}}


def _how_often(words: Words) -> dict[str, Any]:
    word = words.pop(0)
    if found := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", word):
        return {"probability": _percent(found[1])}
    if word == "once":
        return {"times": 1}
    if found := re.fullmatch(f"({_NEVER_ZERO.pattern})x", word):
        return {"times": int(found[1])}
    if word == "skip" and words and _NEVER_ZERO.fullmatch(words[0]):
        return {"skip": int(words.pop(0))}
    if word == "without" and words:
        return {"without_header": words.pop(0)}
    raise ValueError(f"expected how often: 10%, once, 3x, skip 2 or without HEADER; found {word!r}")


def _percent(text: str) -> float:
    if float(text) > 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"expected at most 100%, found '{text}%'")
    return float(text) / 100


def _argument(words: Words, parse: Callable[[str], Any], example: str) -> Any:
    if not words:
        raise ValueError(f"expected an argument, as in '{example}'")
    return parse(words.pop(0))
