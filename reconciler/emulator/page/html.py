"""HTML in pieces: whatever is put between tags is escaped, unless it is such a piece itself."""

from collections.abc import Iterable
from html import escape

_LONGEST = 160


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def text(value: object, most: int = _LONGEST) -> Html:
    """Any text, escaped, cut where it is too long; what does not print is shown as its escape."""
    if isinstance(value, Html):
        return value
    shown = "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in str(value)
    )
    return Html(escape(shown if len(shown) <= most else f"{shown[:most]}…"))


def tag(name: str, *children: object, **attributes: object) -> Html:
    """An element; ``class_`` is ``class``."""
    written = "".join(
        f' {key.rstrip("_")}="{text(value, 10_000)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{''.join(text(child) for child in children)}</{name}>")


def table(caption: object, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Html:
    """A table with a caption and a line of column heads."""
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    body = (tag("tr", *(cell if is_cell(cell) else tag("td", cell) for cell in row)) for row in rows)
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body)),
        class_="scroll",
    )


def is_cell(value: object) -> bool:
    """Whether a value is a table cell already."""
    return isinstance(value, Html) and value.startswith("<td")
