"""Laws over random valid sets: what means the same loads the same, and positions are true."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.manifest import load
from reconciler.model.names import is_declarable
from reconciler.model.spec import InlineContent

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer

LETTERS = st.sampled_from("abcXYZ019")
REPLACE = st.sampled_from(["create_first", "delete_first"])
IGNORABLE = ["memory_limit", "network_policy", "expires_after", "files"]
TEXT_TAG = "tag:yaml.org,2002:str"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12).filter(
    lambda text: "${" not in text
)
NAME = st.text(st.sampled_from("abcXYZ019._/ -"), min_size=1, max_size=20).filter(is_declarable)
PATH = st.text(LETTERS | st.sampled_from("._ -é😀"), min_size=1, max_size=20).filter(
    lambda path: path not in {".", ".."}
)
DOMAIN = st.text(st.sampled_from("abc.-"), min_size=1, max_size=10)

POLICY = st.just({"type": "disabled"}) | st.lists(DOMAIN, min_size=1, max_size=4, unique=True).map(
    lambda domains: {"type": "allowlist", "allowed_domains": domains}
)
EXPIRY = st.integers(1, 10_000).map(lambda minutes: {"anchor": "last_active_at", "minutes": minutes})
FILE = st.fixed_dictionaries({"path": PATH, "content": TEXT}) | st.fixed_dictionaries(
    {"path": PATH, "source": st.sampled_from(["a.txt", "sub/b.txt"])}
)
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "memory_limit": st.sampled_from(["1g", "4g", "16g", "64g", None]),
    "network_policy": POLICY | st.none(),
    "expires_after": EXPIRY | st.none(),
    "prune_files": st.booleans(),
    "lifecycle": st.fixed_dictionaries(
        {},
        optional={
            "replace": REPLACE,
            "prevent_destroy": st.booleans(),
            "when_expired": st.sampled_from(["recreate", "leave", "on_demand"]),
            "ignore": st.lists(st.sampled_from(IGNORABLE), max_size=5),
        },
    ),
}
FILES = st.lists(FILE, max_size=4, unique_by=lambda file: file["path"])
CONTAINER = st.fixed_dictionaries({"name": NAME}, optional={**SETTINGS, "files": FILES})
SCOPE = st.fixed_dictionaries(
    {"prefix": st.just("ab-")},
    optional={
        "exclude": st.lists(st.sampled_from(["ab-x-", "ab-y"]), max_size=2),
        "protect": st.lists(st.sampled_from(["ab-p*", "*", "ab-x-1", "a[b-]?-c"]), max_size=3),
        "prune": st.booleans(),
        "sweep": st.booleans(),
        "compare": st.sampled_from(["digest", "size"]),
        "limits": st.fixed_dictionaries(
            {}, optional={"max_deletes": st.integers(0), "max_delete_percent": st.integers(0, 100)}
        ).map(lambda limits: {key: min(value, 10**17) for key, value in limits.items()}),
    },
)


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document, as plain values."""
    containers = draw(st.lists(CONTAINER, max_size=5, unique_by=lambda container: container["name"]))
    made: dict[str, Any] = {"version": 1, "containers": containers}
    if draw(st.booleans()):
        made["scope"] = draw(SCOPE)
        made["containers"] = [{**entry, "name": f"ab-{entry['name']}"} for entry in containers]
        carved = tuple(made["scope"].get("exclude", ()))
        made["containers"] = [entry for entry in made["containers"] if not entry["name"].startswith(carved)]
    if draw(st.booleans()):
        made["defaults"] = draw(st.fixed_dictionaries({}, optional=SETTINGS))
    return made


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same value in another order of keys, containers, files, domains and exclusions."""
    if isinstance(value, dict):
        pairs = [(key, _shuffled(inner, order)) for key, inner in value.items()]
        order.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list):
        return order.sample([_shuffled(inner, order) for inner in value], len(value))
    return value


def _meaning(desired: Desired) -> Any:
    """A set without its positions."""
    return (
        desired.scope,
        desired.replace,
        [
            (
                container.spec,
                container.prune_files,
                container.replace,
                container.prevent_destroy,
                container.when_expired,
                container.ignore,
                container.files and [(file.spec, file.content) for file in container.files],
                [key for key, _ in container.positions],
            )
            for container in desired.containers
        ],
    )


ANYWHERE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def _json(value: object) -> str:
    """JSON that YAML reads alike: lines end where YAML's do, and no pair of escapes."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(character if character.isprintable() else f"\\U{ord(character):08x}" for character in text)


@ANYWHERE
@given(manifest=manifests())
def test_a_valid_set_loads_with_every_value(folder: Folder, manifest: dict[str, Any]) -> None:
    desired = folder.desired(_json(manifest))
    assert [container.name for container in desired.containers] == sorted(
        entry["name"] for entry in manifest["containers"]
    )
    for entry in manifest["containers"]:
        container = desired.by_name()[entry["name"]]
        merged = {**manifest.get("defaults", {}), **entry}
        policy, expiry = container.spec.network_policy, container.spec.expires_after
        assert container.spec.memory_limit == merged.get("memory_limit")
        assert (policy and policy.type) == (merged.get("network_policy") or {}).get("type")
        assert (expiry and expiry.minutes) == (merged.get("expires_after") or {}).get("minutes")
        assert container.prune_files == merged.get("prune_files", False)
        assert (container.files is None) == ("files" not in merged)
        assert _inline(container) == {
            file["path"]: file["content"].encode() for file in entry.get("files", ()) if "content" in file
        }


def _inline(container: DesiredContainer) -> dict[str, bytes]:
    return {
        file.spec.path: file.content.data
        for file in container.files or ()
        if isinstance(file.content, InlineContent)
    }


@ANYWHERE
@given(manifest=manifests(), seed=st.integers())
def test_order_does_not_matter(folder: Folder, manifest: dict[str, Any], seed: int) -> None:
    order = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    assert _meaning(folder.desired(_json(_shuffled(manifest, order)))) == _meaning(
        folder.desired(_json(manifest))
    )


@ANYWHERE
@given(manifest=manifests())
def test_layout_does_not_matter(folder: Folder, manifest: dict[str, Any]) -> None:
    block = yaml.dump(manifest, Dumper=_Quoting, default_flow_style=False, allow_unicode=False)
    assert _meaning(folder.desired(block)) == _meaning(folder.desired(_json(manifest)))


@ANYWHERE
@given(manifest=manifests(), cut=st.integers(0, 5))
def test_how_a_set_is_cut_into_documents_does_not_matter(
    folder: Folder, manifest: dict[str, Any], cut: int
) -> None:
    first = {**manifest, "containers": manifest["containers"][:cut]}
    second = {"version": 1, "containers": manifest["containers"][cut:]}
    together = folder.desired(_json(manifest))
    assert _meaning(folder.desired(f"{_json(second)}\n---\n{_json(first)}")) == _meaning(together)
    loaded = load([folder.write("1.yaml", _json(first)), folder.write("2.yaml", _json(second))]).desired
    assert loaded is not None
    assert _meaning(loaded) == _meaning(together)


@ANYWHERE
@given(manifest=manifests())
def test_positions_point_at_what_they_name(folder: Folder, manifest: dict[str, Any]) -> None:
    text = _json(manifest)
    desired = folder.desired(text)
    for container in desired.containers:
        for key, position in container.positions:
            assert position.line == 1
            before, after = text[: position.column - 1], text[position.column - 1 :]
            last = key.rpartition(".")[2]
            if last.isdigit():
                network = container.spec.network_policy
                assert network is not None
                assert network.allowed_domains is not None
                assert after.startswith(_json(network.allowed_domains[int(last)]))
            else:
                assert before.endswith(f'"{last}": ')


class _Quoting(yaml.SafeDumper):
    """Quotes all text, as PyYAML leaves without quotes what other versions of YAML do not read as text."""


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar(TEXT_TAG, text, '"'))
