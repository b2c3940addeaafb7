"""The form of a loaded set: everything that loading gave, and what it saw of the disk, as text."""

from __future__ import annotations

import codecs
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.manifest.columns import Columns, NotWritable
from reconciler.manifest.results import Loaded
from reconciler.manifest.witness import Witness, sources_of, witness
from reconciler.model import allowances, diagnostics, inputs, scope, spec, write_only
from reconciler.model.quotes import QuotableName, Span, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.manifest.loading import Whole
    from reconciler.model.diagnostics import Diagnostic, Position
    from reconciler.model.scope import Desired


class Form(Struct, frozen=True):
    """What is written. `hidden` are, for each of `names`, the spans of its text that no quote shows."""

    desired: Desired
    diagnostics: tuple[Diagnostic, ...]
    uses: tuple[tuple[Position, tuple[str, ...]], ...]
    names: tuple[QuotableName, ...]
    hidden: tuple[tuple[tuple[tuple[int, int], tuple[int, int]], ...], ...]
    seen: Witness


FORMS = Columns(
    (
        *(Form, QuotableName, allowances.Allowance, inputs.Inputs),
        *(diagnostics.Diagnostic, diagnostics.Position, diagnostics.Severity),
        *(scope.Desired, scope.Limits, scope.Scope),
        *(spec.Compare, spec.ContainerSpec, spec.DesiredContainer, spec.DesiredFile, spec.ExpiresAfter),
        *(spec.FileSpec, spec.Ignorable, spec.InlineContent, spec.LocalFile, spec.NetworkPolicy),
        *(spec.ReplaceOrder, spec.StoredFile, spec.WhenExpired, write_only.WriteOnly),
    )
)
"""Named one by one: what is not here is not kept, and may be a secret. Of inputs only their absence."""

_MOST = 20_000_000
"""Bytes of contents, and of what is written around them, of a set that is written."""

_AROUND = 100

_DIGEST = 64
"""Hex digits of the digest that comes before the columns."""


def form_of(whole: Whole) -> str | None:
    """A form; None where something in it is not written, or not all that it follows from is known.

    A pattern of files, or a folder, says no names: what it comes to may change without a trace here.
    """
    desired = whole.loaded.desired
    if desired is None or _much(desired) or sources_of(desired) != (sources := whole.sources):
        return None
    names = tuple({node.file: node.file for node in whole.documents}.values())
    seen = witness(sources, names)
    if seen is None or not all(isinstance(name, QuotableName) for name in names):
        return None
    whole.documents.clear()  # as large as all that is written here, and needed no more
    loaded, quotable = whole.loaded, tuple(name for name in names if isinstance(name, QuotableName))
    uses = tuple(loaded.uses.items())
    form = Form(desired, loaded.diagnostics, uses, quotable, tuple(map(_hidden, quotable)), seen)
    try:
        columns = FORMS.write(form)
    except NotWritable:
        return None
    return hashlib.sha256(columns.encode()).hexdigest() + columns


def loaded_of(form: str, texts: Mapping[str, bytes]) -> Loaded | None:
    """What a form was made of; None where the disk is another, or it is not what was written.

    `texts` are the bytes of the manifests by name, from which errors that are found later quote.
    """
    columns = form[_DIGEST:]
    if hashlib.sha256(columns.encode(errors="replace")).hexdigest() != form[:_DIGEST]:
        return None
    try:
        found = FORMS.read(columns)
        if not isinstance(found, Form) or witness(sources_of(found.desired), found.names) != found.seen:
            return None
        for name, hidden in zip(found.names, found.hidden, strict=True):
            text = texts[name].removeprefix(codecs.BOM_UTF8).decode()
            name.behind = Text(text, tuple(Span(*span) for span in hidden))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None  # an earlier version's, with its digest right: it is made anew
    return Loaded(found.desired, found.diagnostics, dict(found.uses))


def _much(desired: Desired) -> bool:
    """Tells whether a form would be larger than any that is kept: replicas and aliases repeat much."""
    each: dict[int, int] = {}
    total = 0
    for files in (container.files for container in desired.containers if container.files):
        if id(files) not in each:
            each[id(files)] = sum(_AROUND + _length(file) for file in files)
        total += each[id(files)]
    return total > _MOST


def _length(file: spec.DesiredFile) -> int:
    return len(file.content.data) if isinstance(file.content, spec.InlineContent) else 0


def _hidden(name: QuotableName) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    spans: Iterable[Span] = name.behind.hidden if name.behind else ()
    return tuple((tuple(span.start), tuple(span.end)) for span in spans)  # type: ignore[misc]  # pairs, as before
