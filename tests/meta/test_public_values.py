"""Values of the Python API are values and explain themselves; no value shows what may be a secret."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
import pydoc
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec import Struct

import reconciler
from reconciler.api import errors
from reconciler.control.manifests import SecretsMissing
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.redacted import Reticent
from reconciler.model.write_only import DomainSecret, FromVariable, Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PUBLIC = {name: getattr(reconciler, name) for name in reconciler.__all__}
CALLABLE = sorted(name for name, each in PUBLIC.items() if inspect.isclass(each) or inspect.isfunction(each))
VALUES = sorted(
    name for name in CALLABLE if inspect.isclass(PUBLIC[name]) and issubclass(PUBLIC[name], Struct)
)


@pytest.mark.parametrize("name", reconciler.__all__)
def test_help_is_there(name: str) -> None:
    """Signatures of structs are made of their annotations, when somebody asks."""
    text = pydoc.plain(pydoc.render_doc(PUBLIC[name]))
    assert name in text or name == "Event"


@pytest.mark.parametrize("name", CALLABLE)
def test_signatures_are_there(name: str) -> None:
    signature = inspect.signature(PUBLIC[name])
    if name in VALUES:
        fields = PUBLIC[name].__struct_fields__
        assert tuple(signature.parameters) == fields
        assert {each.kind for each in signature.parameters.values()} <= {
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.KEYWORD_ONLY,
        }


def made(kind: type[Any], other: str = "") -> Any:
    """One whose fields are texts, since no struct asks."""
    return kind(**{field: f"{field}{other}" for field in kind.__struct_fields__})


@pytest.mark.parametrize("name", VALUES)
def test_a_public_value_is_a_value(name: str) -> None:
    """Equal where its fields are and its type is, hashed likewise, never changed, copied and pickled."""
    kind = PUBLIC[name]
    value, same, other = made(kind), made(kind), made(kind, "!")
    assert (value == same, value != same, value == other) == (True, False, False)
    assert {value, same} == {value}
    assert value != made(type("Child", (kind,), {}, frozen=True))
    assert value != tuple(getattr(value, field) for field in kind.__struct_fields__)
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301 - our own
        assert (type(again), again) == (kind, value)
    for field in kind.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(value, field, "changed")
    assert value == same


@pytest.mark.parametrize("name", VALUES)
def test_a_public_value_matches_by_position_unless_it_is_made_by_keywords_alone(name: str) -> None:
    kind = PUBLIC[name]
    keywords = any(
        each.kind is inspect.Parameter.KEYWORD_ONLY for each in inspect.signature(kind).parameters.values()
    )
    assert kind.__match_args__ == (() if keywords else kind.__struct_fields__)


def test_no_default_is_shared_that_can_be_changed() -> None:
    for kind in structs():
        for default in kind.__struct_defaults__:
            assert not isinstance(default, (list, dict, set, bytearray)), kind


def test_positions_are_ordered_among_themselves_alone() -> None:
    assert Position("a", 1, 9) < Position("a", 2, 1) < Position("b", 1, 1)
    other: Any = ("a", 1, 9)
    with pytest.raises(TypeError):
        _ = Position("a", 1, 9) < other


FOUND = (Diagnostic(Severity.ERROR, "code", "message", Position("m.yaml", 1, 2)),)
ERRORS: list[reconciler.ReconcilerError] = [
    *(
        kind("words", hint="do", details=("a",))
        for kind in PUBLIC.values()
        if inspect.isclass(kind)
        and issubclass(kind, reconciler.ReconcilerError)
        and kind is not reconciler.InvalidManifests
    ),
    reconciler.InvalidManifests(FOUND),
    SecretsMissing(FOUND),
    errors.TimedOut("words"),
    errors.RateLimited("words", status=429, retry_after=2.5, request_id="req_1"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_are_copied_and_pickled_as_they_are(error: reconciler.ReconcilerError) -> None:
    """So that a pool of processes can hand them on."""
    for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own
        assert (type(again), str(again), again.args, vars(again)) == (
            type(error),
            str(error),
            error.args,
            vars(error),
        )


SECRETIVE = {
    "api_key", "body", "data", "environment", "json", "params", "text", "value", "variables",
}  # fmt: skip
"""Names of fields that may hold a secret or contents."""

SHOWN = {
    "reconciler.api.rows._List": "rows of the server, which plans and lists show",
    "reconciler.model.formatted.FormattedFile": "what fmt prints is the text",
    "reconciler.model.inputs.Inputs": "names of variables alone",
    "reconciler.manifest.layout.lexemes.Lexeme": "of the text that fmt prints",
    "reconciler.manifest.layout.tree.Empty": "of the text that fmt prints",
    "reconciler.manifest.layout.tree.Comment": "of the text that fmt prints",
    "reconciler.manifest.layout.tree.Scalar": "of the text that fmt prints",
    "reconciler.manifest.layout.tree.Entry": "of the text that fmt prints",
}
"""Those that show one, and why they may."""


class Loud:
    """A value that tells on whoever shows it."""

    def __repr__(self) -> str:
        return "canary"


def structs() -> list[type[Struct]]:
    """Every struct of the package."""
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: dict[str, type[Struct]] = {}
    waiting: list[type[Struct]] = [Struct]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("reconciler."):
                found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return [found[name] for name in sorted(found)]


def test_no_struct_shows_what_may_be_a_secret() -> None:
    """Neither to those who print it nor to those who ask in other ways."""
    silent, loud = [], {}
    for kind in structs():
        secretive = SECRETIVE.intersection(kind.__struct_fields__)
        if not secretive:
            continue
        value = kind(**{field: Loud() if field in secretive else None for field in kind.__struct_fields__})
        asked = list(value.__rich_repr__())
        shown = f"{value} {value!r} {value!s} {[value]} {asked}"
        if "canary" in shown:
            loud[f"{kind.__module__}.{kind.__qualname__}"] = shown
        else:
            silent.append(kind.__name__)
    assert set(loud) == set(SHOWN), loud
    expected = "Access Account Anchored Answer DomainSecret Endpoint Given InlineContent Node Request"
    assert set(silent) >= set(expected.split()) | {"Setting", "Suspect", "Text", "Values"}


def test_what_a_struct_tells_are_fields_of_it() -> None:
    for kind in structs():
        if issubclass(kind, Reticent):
            assert set(kind.told) <= set(kind.__struct_fields__), kind
            assert not SECRETIVE.intersection(kind.told), kind


def test_a_pickled_position_leaves_the_manifest_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positions quote lines for those who print them; whoever keeps a value keeps its names alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text(
        "version: 1\nscope: {prefix: ci-}\ncontainers:\n  - {name: ci-a, memory: canary, files: []}\n"
    )
    (found,) = reconciler.load("m.yaml").diagnostics
    assert found.position is not None
    assert getattr(found.position.file, "behind", None) is not None
    pickled = pickle.dumps(found)
    assert b"canary" not in pickled
    for again in (copy.deepcopy(found), pickle.loads(pickled)):  # noqa: S301 - our own
        assert again == found


@pytest.mark.parametrize("work", [pickle.dumps, copy.deepcopy, msgspec.json.encode, msgspec.to_builtins])
def test_a_secret_is_not_written(work: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as raised:
        work(DomainSecret("a.example", "T", FromVariable("T"), Position("m", 1, 1), value=Secret("canary")))
    assert "canary" not in str(raised.value)
