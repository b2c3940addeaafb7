"""The way from paths to one value: find, read, parse, judge, compare, look at the disk, build.

Every step says all that it can about every file; only when none of them found an error is there a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest import build, crosschecks, sources
from reconciler.manifest.discovery import discover
from reconciler.manifest.findings import error
from reconciler.manifest.results import Loaded
from reconciler.manifest.text import read
from reconciler.manifest.values import position
from reconciler.manifest.walk import Walk
from reconciler.model.diagnostics import Diagnostic, errors_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.manifest.values import Node


class _Reading:
    """What the files gave: documents, problems, and whether all of it could be read."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.problems: list[Diagnostic] = []
        self.whole = True

    def take(self, file: str) -> None:
        """Reads one file."""
        text = read(file)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            self.whole = False
            return
        walk = Walk(file, text)
        documents = list(walk.documents())
        if not documents and walk.whole:
            self.problems.append(_no_document(file))
        self.documents += documents
        self.problems += walk.problems
        self.whole = self.whole and walk.whole and bool(documents)


def load(paths: Sequence[str]) -> Loaded:
    """Reads files and folders of manifests as one set."""
    files, problems = discover(paths)
    reading = _Reading()
    for file in files:
        reading.take(file)
    problems += reading.problems
    problems += _problems_of(reading.documents, whole=reading.whole and bool(files))
    diagnostics = _sorted(problems)
    if errors_in(diagnostics):
        return Loaded(None, diagnostics)
    return Loaded(build.desired(reading.documents, paths), diagnostics)


def _problems_of(documents: list[Node], *, whole: bool) -> Iterator[Diagnostic]:
    from reconciler.manifest import validation  # noqa: PLC0415 - pydantic, where there is something to judge

    for document in documents:
        yield from validation.problems_of(document)
    ours = [document for document in documents if validation.takes_part(document)]
    yield from crosschecks.problems_of(ours)
    yield from sources.problems_of(ours)
    if whole and len(ours) == len(documents) and (missing := crosschecks.no_containers(ours)):
        yield missing


def _sorted(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place, each once: an aliased value is judged at every use and stands in one place."""
    return tuple(sorted(dict.fromkeys(problems), key=Diagnostic.sort_key))


def _no_document(file: str) -> Diagnostic:
    return error("no-manifest", f"no manifest in {file}: the file holds no document", position(file, 0))
