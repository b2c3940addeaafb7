"""What is left of a set with errors once all that they lie in is taken away.

Who judges a built value (what a target cannot do, which secrets have a value) has nothing to judge where one
key of one container is wrong, and would be heard only in the next run. So the set is built without that key:
everything else that is wrong shows at once. The value is for that alone; nobody plans on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from pydantic import ValidationError

from reconciler.manifest import build
from reconciler.manifest.replicas import declared_by
from reconciler.manifest.validation import MANIFEST
from reconciler.manifest.values import BROKEN, ListMarks, MappingMarks, Node, offset, offset_of
from reconciler.model.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.manifest.skill_folders import Folders
    from reconciler.manifest.sources import LocalFiles
    from reconciler.manifest.values import Mark, Offset, Value
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.scope import Desired

_MOST_ERRORS = 1_000
"""With more of them nobody waits for another kind."""

_BOUNDS = frozenset({"too-large", "too-many-files", "too-many-problems"})
"""Errors of a set that nobody should build."""


def remaining(
    documents: Sequence[Node], found: Sequence[Diagnostic], local: LocalFiles, folders: Folders
) -> Desired | None:
    """The set without what errors lie in; None where nothing is left, or where it is too large.

    Args:
        documents: those of this format, with variables put in.
        found: everything that is known to be wrong.
        local: the local files, as they were looked at.
        folders: the folders of skills, likewise.
    """
    errors = [each for each in found if each.severity is Severity.ERROR]
    if len(errors) > _MOST_ERRORS or not _BOUNDS.isdisjoint(each.code for each in errors):
        return None
    places: dict[str, set[Offset]] = {}
    for at in (each.position for each in errors if each.position is not None):
        places.setdefault(at.file, set()).add(offset(at.line - 1, at.column - 1))
    left = [_document(document, places.get(document.file, set())) for document in documents]
    sound = [document for document in left if _is_sound(document)]
    return build.desired(sound, (), local, folders) if sound else None


def _is_sound(document: Node) -> bool:
    try:
        MANIFEST.validate_python(document.value)
    except ValidationError:
        return False
    return True


def _document(document: Node, wrong: set[Offset]) -> Node:
    marks = cast("MappingMarks", document.mark)
    kept = {
        key: node.value for key, node in document.children() if not _touched(node, marks.keys[key], wrong)
    }
    inner = dict(marks.values)
    for holder in ("containers", "defaults"):
        node = document.child(holder)
        if node is not None and marks.keys[holder] not in wrong:
            left = _entry(node, wrong) if holder == "defaults" else _entries(node, wrong)
            kept[holder], inner[holder] = left.value, left.mark
    return replace(document, value=kept, mark=replace(marks, values=inner))


def _entries(containers: Node, wrong: set[Offset]) -> Node:
    entries = [entry for each in containers.mappings() if declared_by(entry := _entry(each, wrong))]
    marks = ListMarks(offset_of(containers.mark), [entry.mark for entry in entries])
    return replace(containers, value=[entry.value for entry in entries], mark=marks)


def _entry(entry: Node, wrong: set[Offset]) -> Node:
    """A container without the keys in which something is wrong; a name that is declared stays one.

    Replicas are all alike, and how many a set may have is not known to be kept.
    """
    if not isinstance(entry.mark, MappingMarks):
        return replace(entry, value={})
    keys = entry.mark.keys
    kept = {
        key: node.value
        for key, node in entry.children()
        if key == "name" or (key != "replicas" and not _touched(node, keys[key], wrong))
    }
    return replace(entry, value=kept)


def _touched(node: Node, key: Offset, wrong: set[Offset]) -> bool:
    return key in wrong or _is_wrong(node.value, node.mark, wrong)


def _is_wrong(value: Value, mark: Mark, wrong: set[Offset]) -> bool:
    if value is BROKEN:
        return True
    if isinstance(mark, MappingMarks) and isinstance(value, dict):
        return (
            mark.at in wrong
            or not wrong.isdisjoint(mark.keys.values())
            or any(_is_wrong(value[key], inner, wrong) for key, inner in mark.values.items() if key in value)
        )
    if isinstance(mark, ListMarks) and isinstance(value, list):
        return mark.at in wrong or any(map(_is_wrong, value, mark.items, (wrong for _ in value)))
    return mark in wrong
