"""Rows of the API as values: the reference's own examples, and everything a gateway may make of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.api.answers import Answer
from reconciler.api.errors import ProtocolError
from reconciler.api.reader import _page
from reconciler.api.wire import create_body, read_container, read_file
from reconciler.model.live import LiveContainer, LiveFile, Origin, Seen
from reconciler.model.spec import ContainerSpec, ExpiresAfter, FileSpec, NetworkPolicy

REFERENCE_CONTAINER = """{
    "id": "cntr_682dfebaacac8198bbfe9c2474fb6f4a085685cbe3cb5863",
    "object": "container",
    "created_at": 1747844794,
    "status": "running",
    "expires_after": {
        "anchor": "last_active_at",
        "minutes": 20
    },
    "last_active_at": 1747844794,
    "memory_limit": "4g",
    "name": "My Container"
}"""
"""The reference's answer to retrieving a container."""

REFERENCE_LIST = """{
  "object": "list",
  "data": [
    {
        "id": "cntr_682dfebaacac8198bbfe9c2474fb6f4a085685cbe3cb5863",
        "object": "container",
        "created_at": 1747844794,
        "status": "running",
        "expires_after": {
            "anchor": "last_active_at",
            "minutes": 20
        },
        "last_active_at": 1747844794,
        "memory_limit": "4g",
        "name": "My Container"
    }
  ],
  "first_id": "container_123",
  "last_id": "container_123",
  "has_more": false
}"""
"""The reference's answer to listing containers; its ends are ids of nothing."""

SCHEMA_CONTAINER = """{
"id": "id",
"created_at": 0,
"name": "name",
"object": "object",
"status": "status",
"expires_after": {
"anchor": "last_active_at",
"minutes": 0
},
"last_active_at": 0,
"memory_limit": "1g",
"network_policy": {
"type": "allowlist",
"allowed_domains": [
"string"
]
}
}"""
"""The generated example of the command-line reference: creating and retrieving."""

SCHEMA_LIST = (
    '{"data": ['
    + SCHEMA_CONTAINER
    + '], "first_id": "first_id", "has_more": true, "last_id": "last_id", "object": "list"}'
)
"""The generated example of a list."""

SCHEMA_FILE = """{
"id": "id",
"bytes": 0,
"container_id": "container_id",
"created_at": 0,
"object": "container.file",
"path": "path",
"source": "source"
}"""
"""The generated example of a file: creating and retrieving."""

SCHEMA_FILES = (
    '{"data": ['
    + SCHEMA_FILE
    + '], "first_id": "first_id", "has_more": true, "last_id": "last_id", "object": "list"}'
)
"""The generated example of a list of files."""

MY_CONTAINER = LiveContainer(
    id="cntr_682dfebaacac8198bbfe9c2474fb6f4a085685cbe3cb5863",
    name="My Container",
    status="running",
    created_at=1747844794,
    spec=ContainerSpec("My Container", "4g", None, ExpiresAfter(20)),
    last_active_at=1747844794,
    seen=Seen(Origin.LIST, 9),
    used_at=1747844794,
)
GENERATED = LiveContainer(
    id="id",
    name="name",
    status="status",
    created_at=0,
    spec=ContainerSpec("name", "1g", NetworkPolicy("allowlist", ("string",)), ExpiresAfter(0)),
    last_active_at=0,
    seen=Seen(Origin.LIST, 9),
    used_at=0,
)
GENERATED_FILE = LiveFile("id", "path", "source", 0, FileSpec("path", 0))


def container(**changes: Any) -> LiveContainer:
    """The reference's container with other fields; `...` leaves one out."""
    row = {**json.loads(REFERENCE_CONTAINER), **changes}
    return read_container({key: value for key, value in row.items() if value is not ...}, 9, Origin.LIST)


def file(**changes: Any) -> LiveFile:
    """The reference's file with other fields; `...` leaves one out."""
    row = {**json.loads(SCHEMA_FILE), **changes}
    return read_file({key: value for key, value in row.items() if value is not ...})


@pytest.mark.parametrize(
    ("text", "row"), [(REFERENCE_CONTAINER, MY_CONTAINER), (SCHEMA_CONTAINER, GENERATED)]
)
def test_the_references_containers_are_read(text: str, row: LiveContainer) -> None:
    assert read_container(json.loads(text), 9, Origin.LIST) == row


@pytest.mark.parametrize(
    ("text", "row", "more"), [(REFERENCE_LIST, MY_CONTAINER, False), (SCHEMA_LIST, GENERATED, True)]
)
def test_the_references_lists_are_read_although_their_ends_match_nothing(
    text: str, row: LiveContainer, *, more: bool
) -> None:
    page = _page(
        Answer(200, {}, text.encode()), lambda one: read_container(one, 9, Origin.LIST), lambda one: one.id
    )
    assert page.rows == ((row.id, row),)
    assert page.has_more is more
    assert page.last_id not in (None, row.id)


def test_the_references_files_are_read() -> None:
    assert read_file(json.loads(SCHEMA_FILE)) == GENERATED_FILE
    page = _page(Answer(200, {}, SCHEMA_FILES.encode()), read_file, lambda one: one.id)
    assert page.rows == (("id", GENERATED_FILE),)


@pytest.mark.parametrize("missing", [..., None])
def test_missing_and_null_fields_read_as_not_shown(missing: object) -> None:
    names = (
        "name",
        "status",
        "created_at",
        "last_active_at",
        "memory_limit",
        "expires_after",
        "network_policy",
    )
    row = container(**dict.fromkeys((*names, "object"), missing))
    assert row == LiveContainer(MY_CONTAINER.id, "", "", 0, ContainerSpec(""), None, seen=MY_CONTAINER.seen)
    assert file(bytes=missing, path=missing, source=missing, created_at=missing) == LiveFile(
        "id", "", "", 0, FileSpec("", None)
    )


@pytest.mark.parametrize("odd", [True, [], {}, "7.5", 1.5, float("nan"), float("inf")])
def test_numbers_of_another_type_read_as_not_shown(odd: object) -> None:
    row = container(created_at=odd, last_active_at=odd, expires_after={"anchor": 3, "minutes": odd})
    assert (row.created_at, row.last_active_at, row.spec.expires_after) == (0, None, ExpiresAfter(None, None))
    assert file(bytes=odd).spec.bytes is None


def test_a_whole_number_is_one_however_json_writes_it() -> None:
    assert container(created_at=3.0, last_active_at=2**70).created_at == 3
    assert container(last_active_at=2**70).last_active_at == 2**70
    assert file(bytes=7.0).spec.bytes == 7


@pytest.mark.parametrize("odd", [True, 4, 1.5, [], {}])
def test_texts_of_another_type_read_as_not_shown(odd: object) -> None:
    row = container(name=odd, status=odd, memory_limit=odd)
    assert (row.name, row.status, row.spec.memory_limit) == ("", "", None)
    assert not row.dead
    assert (file(path=odd).path, file(source=odd).source) == ("", "")


@pytest.mark.parametrize(
    ("shown", "policy"),
    [
        ({"type": "disabled"}, NetworkPolicy("disabled")),
        ({"type": "allowlist", "allowed_domains": []}, NetworkPolicy("allowlist", ())),
        ({"type": "allowlist", "allowed_domains": None}, NetworkPolicy("allowlist")),
        ({"type": "allowlist", "allowed_domains": "a.com"}, NetworkPolicy("allowlist")),
        (
            {"type": "allowlist", "allowed_domains": ["a.com", 7, None]},
            NetworkPolicy("allowlist", ("a.com",)),
        ),
        ({"type": "proxied", "extra": 1}, NetworkPolicy("proxied")),
        ({"type": None}, None),
        ({"allowed_domains": ["a.com"]}, None),
        ("disabled", None),
        ([], None),
    ],
)
def test_network_policies_of_any_shape(shown: object, policy: NetworkPolicy | None) -> None:
    assert container(network_policy=shown).spec.network_policy == policy


@pytest.mark.parametrize("shown", ["20", 20, [], None])
def test_an_expiry_of_another_shape_is_not_shown(shown: object) -> None:
    assert container(expires_after=shown).spec.expires_after is None


def test_unknown_values_and_fields_are_kept_or_ignored() -> None:
    row = container(status="hibernating", memory_limit="512m", tags=["x"], name="ci-\x1b[2J")
    assert (row.status, row.spec.memory_limit, row.name) == ("hibernating", "512m", "ci-\x1b[2J")
    assert not row.recognised
    assert file(source="tool").source == "tool"


def test_a_stamp_is_no_part_of_the_declared_name() -> None:
    row = container(name="ci-a~abcdefgh2")
    assert (row.name, row.spec.name, row.declared_name) == ("ci-a~abcdefgh2", "ci-a", "ci-a")


@pytest.mark.parametrize(
    "identifier", ["x" * 300, "a/b", "cntr_1?x=1#y", "..", "ü", "\x00", "cntr_" + "a" * 237]
)
def test_ids_are_opaque(identifier: str) -> None:
    assert container(id=identifier).id == identifier
    assert file(id=identifier).id == identifier


@pytest.mark.parametrize("identifier", [..., None, "", 7, ["x"], "\ud800"])
def test_a_row_that_cannot_be_named_is_an_error(identifier: object) -> None:
    with pytest.raises(ProtocolError):
        container(id=identifier)
    with pytest.raises(ProtocolError):
        file(id=identifier)


@pytest.mark.parametrize("row", [None, [], "row", 7])
def test_a_row_that_is_no_object_is_an_error(row: object) -> None:
    with pytest.raises(ProtocolError):
        read_container(row, None, Origin.GET)
    with pytest.raises(ProtocolError):
        read_file(row)


@pytest.mark.parametrize("data", ["null", "{}", '"x"', "7", "[null]", "[[]]"])
def test_a_list_without_rows_is_an_error(data: str) -> None:
    with pytest.raises(ProtocolError):
        _page(
            Answer(200, {}, b'{"data": %b, "has_more": false}' % data.encode()), read_file, lambda one: one.id
        )


@pytest.mark.parametrize(
    ("ends", "more", "last"),
    [
        ("", None, None),
        (', "has_more": null, "last_id": null', None, None),
        (', "has_more": "true", "last_id": 7', None, None),
        (', "has_more": 1, "last_id": "x"', None, "x"),
        (', "has_more": true, "last_id": ""', True, ""),
    ],
)
def test_what_a_page_says_of_itself_is_believed_only_in_its_own_type(
    ends: str, last: str | None, *, more: bool | None
) -> None:
    page = _page(Answer(200, {}, b'{"data": []%b}' % ends.encode()), read_file, lambda one: one.id)
    assert (page.has_more, page.last_id) == (more, last)


@pytest.mark.parametrize(
    ("spec", "body"),
    [
        (ContainerSpec("ci-a"), {"name": "live"}),
        (
            ContainerSpec("ci-a", "4g", NetworkPolicy("disabled"), ExpiresAfter(7)),
            {
                "name": "live",
                "memory_limit": "4g",
                "network_policy": {"type": "disabled"},
                "expires_after": {"anchor": "last_active_at", "minutes": 7},
            },
        ),
        (
            ContainerSpec("ci-a", None, NetworkPolicy("allowlist", ("b.com", "a.com"))),
            {"name": "live", "network_policy": {"type": "allowlist", "allowed_domains": ["b.com", "a.com"]}},
        ),
    ],
)
def test_a_create_sends_what_is_declared_and_no_nulls(spec: ContainerSpec, body: dict[str, Any]) -> None:
    assert create_body("live", spec) == body
