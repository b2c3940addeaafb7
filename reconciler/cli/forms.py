"""The formats for programs: each is a function of the result and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.result import Result


def written(result: Result, form: str, most: int | None = None) -> Iterator[str]:
    """Yields the lines of a result in one of `FORMS`, of its diagnostics at most so many."""
    if form == "sarif":
        from reconciler import __version__  # noqa: PLC0415 - each format loads its own
        from reconciler.explain import explanations  # noqa: PLC0415 - as above
        from reconciler.render.sarif import sarif_json  # noqa: PLC0415 - as above

        yield sarif_json(result, __version__, explanations, most)
    elif form == "github":
        from reconciler.render.github import github_lines  # noqa: PLC0415 - as above

        yield from github_lines(result, most)
    else:
        from reconciler.render.result_json import result_json  # noqa: PLC0415 - as above

        yield result_json(result, most)
