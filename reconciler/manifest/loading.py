"""The way from paths to one value: find, read, parse, fill in, judge, compare, look at the disk, build.

Every step says all that it can about every file; only when none of them found an error is there a value.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.manifest import build, comments, crosschecks, input_checks, skill_folders, sources
from reconciler.manifest.crosschecks import entries, holding
from reconciler.manifest.discovery import discover
from reconciler.manifest.filling import fill
from reconciler.manifest.findings import Guesses, error
from reconciler.manifest.gathered import Gathered
from reconciler.manifest.given import STANDARD_INPUT, Given
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.results import Loaded
from reconciler.manifest.room import TOO_LARGE, Room
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
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.manifest.filling import Filled
    from reconciler.manifest.sources import LocalFiles
    from reconciler.manifest.values import Node
    from reconciler.model.allowances import Allowance
    from reconciler.model.asked import Reading
    from reconciler.model.scope import Desired


class _Texts:
    """What the files gave: documents, problems, and whether all of it could be read."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.mentions: set[str] = set()
        """The files in which a variable may be used."""
        self.gathered = Gathered()
        self.allowances: list[Allowance] = []
        self.whole = True
        self.room = Room()

    @property
    def enough(self) -> bool:
        """The set is too large, or has too many problems: nobody wants to know more about it."""
        return self.room.used_up or self.gathered.full

    def take(self, file: str, reading: Callable[[str], str | Diagnostic] = read) -> None:
        """Reads one file, or what `reading` gives instead of one of this name."""
        named = QuotableName(file)
        text = reading(named)
        if not isinstance(text, Diagnostic) and not self.room.holds(text):
            text = error("too-large", TOO_LARGE, position(named, 0), "split the set")
        if isinstance(text, Diagnostic):
            self.gathered.take([text])
            self.whole = False
            return
        if mentioned(text):
            self.mentions.add(file)
        walk = Walk(named, text, room=self.room)
        documents = list(walk.documents())
        named.behind = Quotable(text, tuple(walk.hidden), walk.unread_from)
        self.allowances += comments.allowances(named, text, walk.signed)
        self.gathered.take(walk.problems)
        if not documents and walk.whole:
            self.gathered.take([_no_document(named)])
        self.documents += documents
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
    files, problems = discover(paths, given.files, allow_outside=reading.allow_outside)
    texts = _Texts()
    texts.whole = not problems
    texts.gathered.take(problems)
    if STANDARD_INPUT in paths:
        texts.take(standard_input_name(given.base), partial(read_standard_input, given.stdin))
    for file in files:
        if not texts.enough:
            texts.take(file)
    local, folders = sources.LocalFiles(reading), Folders(reading)
    judged = _judged(texts, given, local, folders)
    diagnostics = texts.gathered.sorted()
    if errors_in(diagnostics):
        rest = _rest(judged, diagnostics, local, folders)
        allowances = tuple(texts.allowances)
        return Whole(
            Loaded(None, diagnostics, judged.uses, allowances=allowances, rest=rest), judged.documents
        )
    desired = replace(
        build.desired(judged.documents, paths, local, folders),
        allowances=tuple(texts.allowances),
        inputs=judged.inputs,
    )
    return Whole(Loaded(desired, diagnostics, judged.uses), judged.documents)


def _rest(judged: Filled, found: Sequence[Diagnostic], local: LocalFiles, folders: Folders) -> Desired | None:
    if not judged.documents:
        return None
    from reconciler.manifest.remains import remaining  # noqa: PLC0415 - pydantic, where there is something left

    return remaining(judged.documents, found, local, folders)


def _judged(texts: _Texts, given: Given, local: LocalFiles, folders: Folders) -> Filled:
    """The documents as they are meant; what is wrong with them is gathered."""
    gathered = texts.gathered
    if texts.enough or not texts.documents:
        filled = fill((), given, texts.mentions, whole=False)
        gathered.take(filled.problems)
        return filled
    from reconciler.manifest import validation  # noqa: PLC0415 - pydantic, where there is something to judge

    ours = [document for document in texts.documents if validation.takes_part(document)]
    others = [document for document in texts.documents if not validation.takes_part(document)]
    whole = texts.whole and bool(ours) and not others
    filled = fill(ours, given, texts.mentions, whole=whole)
    gathered.take(filled.problems)
    for found in _problems(filled.documents, others, local, folders):
        gathered.take(noted(found, filled.uses))
    if whole and (missing := crosschecks.no_containers(filled.documents)):
        gathered.take([missing])
    return filled


def _problems(
    documents: Sequence[Node], others: Sequence[Node], local: LocalFiles, folders: Folders
) -> Iterator[Iterable[Diagnostic]]:
    """What each has against the documents who judges them; `others` are in no format that is known."""
    from reconciler.manifest import validation  # noqa: PLC0415 - as above

    guesses = Guesses()
    for document in (*documents, *others):
        yield validation.problems_of(document, guesses)
    yield crosschecks.problems_of(documents)
    holders = (*entries(documents), *holding(documents, "defaults"))
    yield input_checks.problems_of(holders)
    yield sources.problems_of(documents, local)
    yield skill_folders.problems_of(documents, folders)
    yield input_checks.reach_problems_of(holders, reading=folders.reading)


def _no_document(file: str) -> Diagnostic:
    return error("no-manifest", f"no manifest in {file}: the file holds no document", position(file, 0))
