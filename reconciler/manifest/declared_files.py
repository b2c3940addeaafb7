"""From the entries of `files` to single files: a glob or a folder is as many as lie there on this disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from reconciler.model.spec import Compare, DesiredFile, FileSpec, InlineContent, LocalFile, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.manifest.grammar import FileEntry
    from reconciler.manifest.sources import LocalFiles
    from reconciler.manifest.values import Node


class Declared(NamedTuple):
    """A file with the entry that declares it."""

    file: DesiredFile
    entry: Node


def declared(files: Node, local: LocalFiles, compare: Compare) -> list[Declared]:
    """The files of a container, sorted by their names in it; each stands where its entry does."""
    found = [Declared(file, entry) for entry in files.items() for file in _files(entry, local, compare)]
    return sorted(found, key=lambda one: one.file.spec.path)


def _files(entry: Node, local: LocalFiles, compare: Compare) -> Iterator[DesiredFile]:
    value, at = cast("FileEntry", entry.value), entry.position
    sensitive = value.get("sensitive", False)
    if "content" in value:
        content = local.contents.of(value["content"])
        spec = FileSpec(value["path"], content.size, content.digest)
        yield DesiredFile(spec, InlineContent(content.data), at, sensitive)
    elif "file_id" in value:
        digest = value.get("sha256") if compare is Compare.DIGEST else None  # size never reads a file
        spec = FileSpec(value["path"], value.get("bytes"), digest)
        yield DesiredFile(spec, StoredFile(value["file_id"]), at, sensitive)
    else:
        for name, path in local.of(entry).files:
            yield DesiredFile(FileSpec(name, None), LocalFile(path), at, sensitive)
