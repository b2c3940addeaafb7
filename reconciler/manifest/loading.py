"""The way from paths to one value: find, read, parse, fill in, judge, compare, look at the disk, build.

Every step says all that it can about every file; only when none of them found an error is there a value.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.manifest import build, crosschecks, input_checks, skill_folders, sources
from reconciler.manifest.comments import allowances
from reconciler.manifest.crosschecks import entries, holding
from reconciler.manifest.discovery import discover
from reconciler.manifest.filling import fill
from reconciler.manifest.findings import MAX_PROBLEMS, error
from reconciler.manifest.given import STANDARD_INPUT, Given
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.results import Loaded
from reconciler.manifest.skill_folders import Folders
from reconciler.manifest.standard_input import check_standard_input, read_standard_input, standard_input_name
from reconciler.manifest.text import read
from reconciler.manifest.uses import noted
from reconciler.manifest.values import position
from reconciler.manifest.variables import mentioned
from reconciler.manifest.walk import Walk
from reconciler.model.diagnostics import Diagnostic, errors_in
from reconciler.model.quotes import QuotableName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.manifest.filling import Filled
    from reconciler.manifest.sources import LocalFiles
    from reconciler.manifest.values import Node
    from reconciler.model.allowances import Allowance
    from reconciler.model.asked import Reading


class _Texts:
    """What the files gave: documents, problems, and whether all of it could be read."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.mentions: set[str] = set()
        """The files in which a variable may be used."""
        self.problems: list[Diagnostic] = []
        self.allowances: list[Allowance] = []
        self.whole = True

    def take(self, file: str, reading: Callable[[str], str | Diagnostic] = read) -> None:
        """Reads one file, or what `reading` gives instead of one of this name."""
        named = QuotableName(file)
        text = reading(named)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            self.whole = False
            return
        if mentioned(text):
            self.mentions.add(file)
        walk = Walk(named, text)
        documents = list(walk.documents())
        named.behind = Quotable(text, tuple(walk.hidden), walk.unread_from)
        self.allowances += allowances(named, text, walk.signed)
        if not documents and walk.whole:
            self.problems.append(_no_document(named))
        self.documents += documents
        self.problems += walk.problems
        self.whole = self.whole and walk.whole and bool(documents)


class Whole(NamedTuple):
    """What was loaded, and the documents that it was built from."""

    loaded: Loaded
    documents: list[Node]

    @property
    def sources(self) -> frozenset[str]:
        """The local files that the documents name, as they name them."""
        return sources.named_in(self.documents)


def load(paths: Sequence[str], given: Given | None, reading: Reading) -> Loaded:
    """Reads files, folders and standard input as one set of manifests."""
    return whole(paths, given, reading).loaded


def whole(paths: Sequence[str], given: Given | None, reading: Reading) -> Whole:
    """The same, with the documents."""
    given = given or Given()
    check_standard_input(paths, given.base)
    files, problems = discover(paths, given.files)
    texts = _Texts()
    if STANDARD_INPUT in paths:
        texts.take(standard_input_name(given.base), partial(read_standard_input, given.stdin))
    for file in files:
        texts.take(file)
    problems += texts.problems
    local, folders = sources.LocalFiles(reading), Folders(reading)
    judged = _judged(texts, given, local, folders, whole=texts.whole)
    problems += judged.problems
    diagnostics = _sorted(problems)
    if errors_in(diagnostics):
        return Whole(Loaded(None, diagnostics, allowances=tuple(texts.allowances)), judged.documents)
    desired = replace(
        build.desired(judged.documents, paths, local, folders),
        allowances=tuple(texts.allowances),
        inputs=judged.inputs,
    )
    return Whole(Loaded(desired, diagnostics, judged.uses), judged.documents)


def _judged(texts: _Texts, given: Given, local: LocalFiles, folders: Folders, *, whole: bool) -> Filled:
    """The documents as they are meant, and everything that is wrong with them."""
    if not texts.documents:
        return fill((), given, texts.mentions, whole=False)
    from reconciler.manifest import validation  # noqa: PLC0415 - pydantic, where there is something to judge

    ours = [document for document in texts.documents if validation.takes_part(document)]
    others = [document for document in texts.documents if not validation.takes_part(document)]
    whole = whole and bool(ours) and not others
    filled = fill(ours, given, texts.mentions, whole=whole)
    found: list[Diagnostic] = []
    for document in (*filled.documents, *others):
        found += validation.problems_of(document)
    found += islice(crosschecks.problems_of(filled.documents), MAX_PROBLEMS)
    holders = (*entries(filled.documents), *holding(filled.documents, "defaults"))
    found += islice(input_checks.problems_of(holders), MAX_PROBLEMS)
    found += islice(sources.problems_of(filled.documents, local), MAX_PROBLEMS)
    found += skill_folders.problems_of(filled.documents, folders)
    found += input_checks.reach_problems_of(holders, reading=folders.reading)
    if whole and (missing := crosschecks.no_containers(filled.documents)):
        found.append(missing)
    return filled._replace(problems=[*filled.problems, *noted(found, filled.uses)])


def _sorted(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place, each once: an aliased value is judged at every use and stands in one place."""
    return tuple(sorted(dict.fromkeys(problems), key=Diagnostic.sort_key))


def _no_document(file: str) -> Diagnostic:
    return error("no-manifest", f"no manifest in {file}: the file holds no document", position(file, 0))
