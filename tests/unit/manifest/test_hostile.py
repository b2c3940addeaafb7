"""Input that was made to hurt gives diagnostics, and never an exception.

What is quadratic would not end here; how long each takes is what tests/bench/hostile_manifests.py prints.
"""

from __future__ import annotations

import codecs
import random
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from bench.hostile_manifests import judged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile import HOSTILE as HOSTILE_FILES
from support.hostile import VALID, bomb
from unit.manifest.test_properties import manifests

from reconciler.manifest.findings import MAX_PROBLEMS
from reconciler.manifest.room import MAX_VALUES
from reconciler.manifest.text import MAX_BYTES
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.paint import Paint

if TYPE_CHECKING:
    from pathlib import Path

    from unit.manifest.folder import Folder

_SEED = random.Random(7)  # noqa: S311 - garbage, not a secret

BOMB = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)

ALIASED_ENTRIES = (
    "version: 1\ncontainers: [&c {name: a, "
    + ", ".join(f"x{i}: 1" for i in range(100))
    + "}"
    + ", *c" * 250
    + "]\n"
)

HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "100,000 brackets": ("[" * 100_000, "too-deep"),
    "100,000 braces": ("{a: " * 100_000, "too-deep"),
    "100,000 dashes": ("- " * 100_000, "too-deep"),
    "100,000 keys of keys": ("? " * 100_000, "too-deep"),
    "100,000 indented keys": ("".join(f"{' ' * i}a:\n" for i in range(2_000)), "too-deep"),
    "an alias bomb": (BOMB, "too-large"),
    "a bomb of merges": (bomb("{{<<: [{}]}}"), "too-large"),
    "an entry with 100 problems, aliased 250 times": (ALIASED_ENTRIES, "unknown-key"),
    "many values": ("version: 1\ncontainers: [" + "1," * MAX_VALUES + "]\n", "too-large"),
    "many unknown keys": ("version: 1\n" + "".join(f"k{i}: 1\n" for i in range(20_000)), "unknown-key"),
    "too many unknown keys": (
        "version: 1\n" + "".join(f"k{i}: 1\n" for i in range(MAX_PROBLEMS + 1)),
        "too-many-problems",
    ),
    "many duplicate keys": ("version: 1\n" + "a: 1\n" * 20_000, "duplicate-key"),
    "a key of 1 MB": ("version: 1\ncontainers: []\n? " + "k" * 1_000_000 + "\n: 1\n", "invalid-value"),
    "a name of 1 MB": ("version: 1\ncontainers: [{name: " + "a" * 1_000_000 + "}]\n", "invalid-value"),
    "a number of 1 MB": ("version: " + "1" * 1_000_000 + "\ncontainers: []\n", "invalid-value"),
    "an anchor of 1 MB": ("version: *" + "a" * 1_000_000 + "\n", "unknown-alias"),
    "1 MB of anything": (_SEED.randbytes(1_000_000), "not-utf-8"),
    "1 MB of letters": ("".join(_SEED.choices("ab:-[]{}&*!|>'\"%@`#,? \n\t", k=1_000_000)), "yaml-syntax"),
    "1 MB of NUL": (b"\0" * 1_000_000, "invalid-character"),
    "too many bytes": (b" " * (MAX_BYTES + 1), "too-large"),
    "a PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-utf-8"),
    "a zip": (b"PK\x03\x04\x14\0\0\0", "invalid-character"),
}

MEGABYTES = 200
"""Of any hostile file; 10,000 containers with two files each take about 100."""


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_gives_diagnostics(folder: Folder, text: str | bytes, code: str) -> None:
    loaded = folder.load(text)
    assert loaded.desired is None
    assert code in {found.code for found in loaded.diagnostics}
    assert all(len(found.message) < 400 for found in loaded.diagnostics)


QUADRATIC = (
    "3,000 secrets for 3,000 domains, none of them allowed",
    "5,000 variables, all mistyped where they are used",
    "30,000 prefixes excluded, 30,000 names",
    "10,000 replicas of 4 MB",
    "4 MB aliased 5,000 times",
    "10,000 replicas of 5,000 files",
)


@pytest.mark.parametrize("name", QUADRATIC)
def test_what_multiplies_is_judged_once_or_refused(folder: Folder, name: str) -> None:
    make, code = HOSTILE_FILES[name]
    loaded = folder.load(make())
    assert (loaded.desired is not None) == (code == VALID)
    assert code in {VALID, *(found.code for found in loaded.diagnostics)}


TOKENS = st.sampled_from(
    [
        *(
            "version: 1",
            "containers:",
            "- name: a",
            "name: b",
            "files:",
            "scope:",
            "prefix: ab-",
            "defaults:",
        ),
        *(
            "\n",
            "\n  ",
            "\n    ",
            " ",
            ": ",
            "- ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "!t ",
            "|\n",
            ">-\n",
        ),
        *(
            "'",
            '"',
            "#",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "<<: ",
            "null",
            "1",
            "é",
            "\t",
            "\\",
            "${x}",
            "\r\n",
        ),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(text=st.lists(TOKENS, max_size=30).map("".join) | st.text(max_size=60) | st.binary(max_size=60))
def test_no_input_raises(folder: Folder, text: str | bytes) -> None:
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    loaded = folder.load(text)
    assert (loaded.desired is None) == bool(loaded.diagnostics)
    assert list(loaded.diagnostics) == sorted(loaded.diagnostics, key=lambda found: found.sort_key())


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A valid manifest, cut and stuffed in a few places."""
    raw = bytearray(yaml.safe_dump(draw(manifests()), allow_unicode=True).encode())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        cut = draw(st.integers(0, 8))
        stuffed = draw(TOKENS.map(str.encode) | st.binary(max_size=4) | st.just(b"<<: *a") | st.just(b"&a "))
        raw[at : at + cut] = stuffed
    return bytes(raw)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(raw=mutilated())
def test_a_mutilated_manifest_is_judged_and_every_place_is_in_it(folder: Folder, raw: bytes) -> None:
    lines = re.split("\r\n|\r|\n", raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"))
    for found in folder.load(raw).diagnostics:
        if found.position is not None:
            assert 1 <= found.position.line <= len(lines)
            assert 1 <= found.position.column <= len(lines[found.position.line - 1]) + 1
    for line in diagnostic_lines(folder.load(raw).diagnostics, Paint()):
        assert line.isprintable()


@pytest.mark.nightly
@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_files_take_no_more_memory_than_a_large_set(name: str, tmp_path: Path) -> None:
    _, memory, wrong = judged(name, tmp_path / "m.yaml")
    assert wrong == ""
    assert memory < MEGABYTES
