"""A first manifest for a folder that has none: one that validates, plans and explains itself."""

from __future__ import annotations

from pathlib import Path

from reconciler.manifest import published
from reconciler.manifest.given import STANDARD_INPUT
from reconciler.model.errors import LocalFileError, Refused, UsageError

_STARTER = Path(__file__).parents[1] / "starter"
_SCHEMA = "manifest.v1.json"
FILES = ("containers.yaml", "data/prices.csv", _SCHEMA)
"""What is written, in this order; the schema is for editors, so that they complete and explain every key."""

_MANIFESTS = (".yaml", ".yml")


def start(folder: str) -> tuple[str, ...]:
    """Writes the starter set into a folder, which is made where it is not there.

    Returns:
        The paths of the files, below the folder as it was given.

    Raises:
        UsageError: the path is no folder, or is `-`, which means standard input elsewhere.
        Refused: there are manifests already, or a file of that name; nothing was written.
        LocalFileError: a file could not be written; those that were are gone again.
    """
    if folder == STANDARD_INPUT:
        raise UsageError("init writes into a folder; one that is named - would be given as ./-")
    base = Path(folder)
    written: list[Path] = []
    try:
        if base.exists() and not base.is_dir():
            raise UsageError(f"{folder} is not a folder")
        _check_free(base)
        for name in FILES:
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            with (base / name).open("x", encoding="utf-8") as file:
                written.append(base / name)
                file.write(_contents(name))
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise LocalFileError(f"cannot write {error.filename}: {error.strerror or error}") from error
    return tuple(str(path) for path in written)


def _check_free(base: Path) -> None:
    """All manifests of a folder are one set, so a starter beside others would be no start."""
    taken = [name for name in FILES if (base / name).exists() or (base / name).is_symlink()]
    others = (
        sorted(path.name for path in base.glob("*") if path.suffix in _MANIFESTS) if base.is_dir() else []
    )
    found = sorted({*taken, *others})
    if found:
        raise Refused(
            f"{base} has {found[0]} already; nothing was written",
            hint="name a folder that is empty or not there yet: reconciler init manifests",
            details=tuple(found[1:]),
        )


def _contents(name: str) -> str:
    return published(_SCHEMA) if name == _SCHEMA else (_STARTER / name).read_text(encoding="utf-8")
