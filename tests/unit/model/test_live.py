"""Rows of the API: base names of files, states of containers, what is printed of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.builders import HEX, entry, live_file, row

from reconciler.model.live import base_name
from reconciler.model.spec import InlineContent, LocalFile


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/mnt/data/{HEX}prices.csv", "prices.csv"),
        ("/mnt/data/file-abcXYZ019-prices.csv", "prices.csv"),
        ("/mnt/data/prices.csv", "prices.csv"),
        ("prices.csv", "prices.csv"),
        ("/prices.csv", "prices.csv"),
        ("/mnt/data//prices.csv", "prices.csv"),
        (f"/mnt/data/{HEX}{HEX}prices.csv", f"{HEX}prices.csv"),  # once, not until nothing is left to strip
        (f"/mnt/data/{HEX}file-ab-x", "file-ab-x"),
        (f"/mnt/data/{HEX.upper()}a.txt", f"{HEX.upper()}a.txt"),  # the API writes lower case
        (f"/mnt/data/0{HEX}a.txt", f"0{HEX}a.txt"),
        (f"/mnt/data/{HEX[1:]}a.txt", f"{HEX[1:]}a.txt"),
        ("/mnt/data/file--a.txt", "file--a.txt"),
        ("/mnt/data/file-a_b-c.txt", "file-a_b-c.txt"),
        ("/mnt/data/my-file-abc-x", "my-file-abc-x"),  # only at the beginning
        (f"/mnt/data/sub/{HEX}a.txt", f"sub/{HEX}a.txt"),  # a folder keeps it from matching anything
        (f"/mnt/data/{HEX}sub/a.txt", "sub/a.txt"),
        (f"/mnt/data/x\n{HEX}a.txt", f"x\n{HEX}a.txt"),
        (f"/mnt/data/{HEX}", ""),
        ("", ""),
        ("/mnt/data/", ""),
        ("/home/a.txt", "home/a.txt"),
    ],
)
def test_base_name(path: str, name: str) -> None:
    assert base_name(path) == name


@pytest.mark.parametrize(
    ("path", "in_place"),
    [
        ("/mnt/data/a.txt", True),
        ("a.txt", True),  # a server that lists bare names keeps them just the same
        ("/mnt/data//a.txt", True),
        (f"/mnt/data/{HEX}a.txt", False),
        ("/mnt/data/file-ab-a.txt", False),
    ],
)
def test_in_place_is_a_path_that_keeps_the_name_as_it_was_uploaded(path: str, in_place: bool) -> None:  # noqa: FBT001 - a table
    assert replace(live_file("a.txt"), path=path).in_place is in_place


@pytest.mark.parametrize(
    ("status", "dead", "recognised"),
    [
        ("running", False, True),
        ("active", False, True),
        ("expired", True, True),
        ("deleted", True, True),
        ("paused", False, False),
        ("Expired", False, False),
        ("", False, False),
    ],
)
def test_statuses(status: str, dead: bool, recognised: bool) -> None:  # noqa: FBT001 - a table
    found = row(status=status)
    assert (found.dead, found.recognised) == (dead, recognised)


def test_the_declared_name_of_a_row_is_without_its_stamp() -> None:
    assert row("ci-a~abcdefgh2").declared_name == "ci-a"
    assert row("ci-a").declared_name == "ci-a"


def test_contents_never_show_in_a_repr() -> None:
    assert "hunter2" not in repr(InlineContent(b"hunter2"))
    assert "data/prices.csv" in repr(LocalFile("data/prices.csv"))


def test_a_declared_container_has_the_name_of_its_fields() -> None:
    assert entry("ci-b").name == "ci-b"
