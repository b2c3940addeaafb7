"""From pydantic's locations to places, union tags included."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Discriminator, Tag, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from reconciler.manifest.locate import locate
from reconciler.manifest.walk import Walk

TEXT = """\
list:
  - kind: one
    inner: {number: x}
  - kind: two
"""


class _Inner(TypedDict):
    number: int


class _One(TypedDict):
    kind: Literal["one"]
    inner: _Inner


class _Two(TypedDict):
    kind: Literal["two"]
    other: int


_Either = Annotated[
    Annotated[_One, Tag("tag-one")] | Annotated[_Two, Tag("tag-two")],
    Discriminator(lambda value: f"tag-{value['kind']}"),
]


class _Document(TypedDict):
    list: list[_Either]


def test_errors_below_a_union_are_located() -> None:
    (document,) = Walk("m", TEXT).documents()
    with pytest.raises(ValidationError) as failed:
        TypeAdapter(_Document).validate_python(document.value)
    locations = [failure["loc"] for failure in failed.value.errors()]
    assert locations == [("list", 0, "tag-one", "inner", "number"), ("list", 1, "tag-two", "other")]
    assert [str(locate(document, location).position) for location in locations] == ["m:3:21", "m:4:5"]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ((), "m:1:1"),
        (("list",), "m:2:3"),
        (("list", 1), "m:4:5"),
        (("list", 9), "m:2:3"),
        (("none",), "m:1:1"),
    ],
)
def test_the_closest_place_is_found(location: tuple[int | str, ...], place: str) -> None:
    (document,) = Walk("m", TEXT).documents()
    assert str(locate(document, location).position) == place
