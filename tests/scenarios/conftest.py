"""The option that writes the goldens anew instead of comparing with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update-goldens`."""
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what the scenarios give into their goldens; review the difference before committing it",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares text with a file, or writes it there."""
    updating = request.config.getoption("--update-goldens", default=False)

    def compare(file: Path, text: str) -> None:
        if updating:
            file.write_text(text, encoding="utf-8")
        assert file.is_file(), f"no golden {file.name}: run `pytest tests/scenarios --update-goldens`"
        assert text == file.read_text(encoding="utf-8")

    return compare
