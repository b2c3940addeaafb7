"""From documents without a problem to the values that the rest of the program knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from reconciler.manifest import inputs, replicas
from reconciler.manifest.crosschecks import entries, only
from reconciler.manifest.declared_files import declared
from reconciler.model.scope import DEFAULT_MAX_DELETE_PERCENT, Desired, Limits, Scope
from reconciler.model.spec import (
    Compare,
    ContainerSpec,
    DesiredContainer,
    ExpiresAfter,
    Ignorable,
    NetworkPolicy,
    ReplaceOrder,
    WhenExpired,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.manifest import grammar, grammar_scope
    from reconciler.manifest.declared_files import Declared
    from reconciler.manifest.skill_folders import Folders
    from reconciler.manifest.sources import LocalFiles
    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Position


def desired(
    documents: Sequence[Node], manifests: Sequence[str], local: LocalFiles, folders: Folders
) -> Desired:
    """The whole set as one value."""
    scope, defaults = only(documents, "scope"), only(documents, "defaults")
    settings = dict(defaults.children()) if defaults else {}
    held = _scope(cast("grammar_scope.Scope", scope.value)) if scope else Scope()
    containers = [
        container
        for entry in entries(documents)
        for container in _replicas(entry, _container(entry, settings, local, folders, held.compare))
    ]
    return Desired(
        scope=held,
        containers=tuple(sorted(containers, key=lambda container: container.name)),
        manifests=tuple(manifests),
        replace=_replace(cast("grammar.Defaults", defaults.value)) if defaults else ReplaceOrder.CREATE_FIRST,
    )


def _scope(value: grammar_scope.Scope) -> Scope:
    limits = value.get("limits", {})
    return Scope(
        prefix=value.get("prefix"),
        exclude=tuple(sorted(set(value.get("exclude", ())))),
        prune=value.get("prune", False),
        sweep=value.get("sweep", False),
        compare=Compare(value.get("compare", Compare.DIGEST)),
        limits=Limits(
            limits.get("max_deletes"),
            limits.get("max_delete_percent", DEFAULT_MAX_DELETE_PERCENT),
        ),
        protect=tuple(sorted(set(value.get("protect", ())))),
    )


def _container(
    entry: Node, settings: dict[str, Node], local: LocalFiles, folders: Folders, compare: Compare
) -> DesiredContainer:
    """One container: its own keys, and those of `defaults` that it does not give."""
    keys = {**settings, **dict(entry.children())}
    value = cast("grammar.Container", {key: node.value for key, node in keys.items()})
    lifecycle = value.get("lifecycle", {})
    files = declared(keys["files"], local, compare) if "files" in keys else None
    return DesiredContainer(
        spec=ContainerSpec(
            value["name"],
            value.get("memory_limit"),
            _network_policy(value.get("network_policy")),
            _expires_after(value.get("expires_after")),
        ),
        position=entry.position,
        files=None if files is None else tuple(one.file for one in files),
        prune_files=value.get("prune_files", False),
        replace=_replace(value),
        positions=tuple(sorted(_positions(keys, files or ()))),
        prevent_destroy=lifecycle.get("prevent_destroy", False),
        when_expired=WhenExpired(lifecycle.get("when_expired", WhenExpired.RECREATE)),
        inputs=inputs.inputs(keys, folders),
        ignore=tuple(sorted(set(map(Ignorable, lifecycle.get("ignore", ()))))),
    )


def _replicas(entry: Node, container: DesiredContainer) -> Iterator[DesiredContainer]:
    """What one entry declares: all but their names is the same, and so is the place."""
    names = replicas.declared_by(entry)
    if names == (container.name,):
        yield container
        return
    for name in names:
        yield replace(container, spec=replace(container.spec, name=name))


def _network_policy(value: grammar.NetworkPolicy | None) -> NetworkPolicy | None:
    if value is None:
        return None
    domains = value.get("allowed_domains")
    return NetworkPolicy(value["type"], None if domains is None else tuple(sorted(domains)))


def _expires_after(value: grammar.ExpiresAfter | None) -> ExpiresAfter | None:
    return None if value is None else ExpiresAfter(value["minutes"], value["anchor"])


def _replace(value: grammar.Container | grammar.Defaults) -> ReplaceOrder:
    return ReplaceOrder(value.get("lifecycle", {}).get("replace", ReplaceOrder.CREATE_FIRST))


def _positions(keys: dict[str, Node], files: Sequence[Declared]) -> Iterator[tuple[str, Position]]:
    """Where everything stands that is declared; what is sorted is numbered in the order it is kept in."""
    for key, node in keys.items():
        yield key, node.position
        for inner, below in node.children():
            yield f"{key}.{inner}", below.position
            if inner == "allowed_domains":
                domains = sorted(below.items(), key=lambda domain: cast("str", domain.value))
                yield from ((f"{key}.{inner}.{at}", domain.position) for at, domain in enumerate(domains))
    yield from inputs.positions(keys)
    for at, one in enumerate(files):
        for inner in ("path", "file_id", "bytes", "sha256"):
            if (said := one.entry.child(inner)) is not None:
                yield f"files.{at}.{inner}", said.position
