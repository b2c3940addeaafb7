"""Loading what did not change without YAML and the models of documents: from the form that was kept of it.

A form is kept of a set without an error and found again by a digest of all that it follows from: this
program, the paths, and the bytes of every manifest; what lies on the disk beside them is compared as it was
then. Where any of it moved, or a form is not what was written, the set is loaded as if there had never been
one. So a form makes loading faster and nothing else; and `apply` loads without, since what changes an account
comes from the manifests themselves.

It is kept in a file that travels. So there is none of a set that hides anything (secrets, skills, `sensitive`
files), and none where a variable is set from outside, whose text may be a secret: defaults stand in the
manifests.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
from contextlib import contextmanager
from errno import EFBIG
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from reconciler import __version__
from reconciler.manifest.discovery import discover
from reconciler.manifest.given import ENVIRONMENT, Given
from reconciler.manifest.text import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.manifest.loading import Whole
    from reconciler.manifest.results import Loaded
    from reconciler.manifest.values import Value
    from reconciler.model.asked import Reading

HIDING = frozenset({"sensitive", "domain_secrets", "skills"})
"""Keys whose values, or what they stand for, are nobody's business, or lie on the disk where nobody looks."""


class Forms(Protocol):
    """Remembers forms by their keys."""

    def form(self, key: str) -> str | None:
        """What was kept, if anything was."""
        ...

    def keep(self, key: str, form: str) -> None:
        """Keeps a form."""
        ...


def load(paths: Sequence[str], given: Given | None, reading: Reading, forms: Forms) -> Loaded:
    """The same as `loading.load`."""
    given = given or Given()
    texts = None if _set_from_outside(given) else _texts(paths, reading)
    if texts is None:
        return _whole(paths, given, reading).loaded
    key = _key(paths, given, reading, texts)
    found = _kept(forms.form(key), texts)
    if found is not None:
        return found
    whole = _whole(paths, given, reading)
    if _may_be_kept(whole) and _texts(paths, reading) == texts:  # what was loaded is what the key speaks of
        _keep(forms, key, whole)
    return whole.loaded


@contextmanager
def uncollected() -> Iterator[None]:
    """Makes many objects that will stay: looking for garbage among them takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _whole(paths: Sequence[str], given: Given, reading: Reading) -> Whole:
    from reconciler.manifest import loading  # noqa: PLC0415 - loads YAML

    return loading.whole(paths, given, reading)


def _set_from_outside(given: Given) -> bool:
    from_environment = any(name.startswith(ENVIRONMENT) for name in given.environment)
    return bool(given.variables or given.files or given.base or from_environment)


def _texts(paths: Sequence[str], reading: Reading) -> dict[str, bytes] | None:
    """The bytes of every manifest by its name; None where some are out of reach, as loading will tell."""
    if "-" in paths:
        return None
    files, problems = discover(paths, allow_outside=reading.allow_outside)
    try:
        return None if problems else {file: _bytes(file) for file in files}
    except OSError:
        return None


def _bytes(file: str) -> bytes:
    with Path(file).open("rb") as stream:
        found = stream.read(MAX_BYTES + 1)
    if len(found) > MAX_BYTES:  # which is an error that loading tells, and may be as large as a disk
        raise OSError(EFBIG, os.strerror(EFBIG))
    return found


def _key(paths: Sequence[str], given: Given, reading: Reading, texts: Mapping[str, bytes]) -> str:
    """A digest of everything that a form follows from but for the disk beside the manifests."""
    options = repr((replace(given, environment={}, stdin=None), reading))
    digests = [[file, hashlib.sha256(text).hexdigest()] for file, text in texts.items()]
    known = [__version__, _program(), options, list(paths), digests]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _program() -> list[list[str | int]]:
    """Which rules judged: a version that is worked on has its own every time."""
    folders = (Path(__file__).parent, Path(__file__).parents[1] / "model")
    with_states = [(file, file.stat()) for folder in folders for file in sorted(folder.glob("*.py"))]
    return [[file.name, state.st_size, state.st_mtime_ns] for file, state in with_states]


def _may_be_kept(whole: Whole) -> bool:
    return whole.loaded.desired is not None and not any(_hides(node.value, set()) for node in whole.documents)


def _hides(value: Value, seen: set[int]) -> bool:
    if not isinstance(value, dict | list) or id(value) in seen:
        return False
    seen.add(id(value))  # an alias stands for the very value of its anchor
    if isinstance(value, dict):
        return not HIDING.isdisjoint(value) or any(_hides(inner, seen) for inner in value.values())
    return any(_hides(inner, seen) for inner in value)


def _keep(forms: Forms, key: str, whole: Whole) -> None:
    from reconciler.manifest.forms import form_of  # noqa: PLC0415 - where there is something to be written

    with uncollected():
        form = form_of(whole)
    if form is not None:
        forms.keep(key, form)


def _kept(form: str | None, texts: Mapping[str, bytes]) -> Loaded | None:
    if form is None:
        return None
    from reconciler.manifest.forms import loaded_of  # noqa: PLC0415 - as above

    with uncollected():
        return loaded_of(form, texts)
