"""From the tree to text, in the one layout: two spaces a level, lists deeper than their key, no line wrapped.

A comment behind a value keeps its column, so that comments that were aligned stay so. Of several blank lines
one is kept; none opens a block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.manifest.layout.flow import closing, flow_text, introduced, opening
from reconciler.manifest.layout.tree import Block, BlockScalar, Empty, Flow, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.manifest.layout.tree import Comment, Document, Entry, Node, Verbatim

STEP = 2
"""Columns of a level."""


def written(documents: Iterable[Document]) -> str:
    """The text of a file, which ends with a line break unless it is empty."""
    page = _Page()
    for document in documents:
        page.document(document)
    return "".join(f"{line}\n" for line in page.lines)


class _Page:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open_ended = False

    def document(self, document: Document) -> None:
        self._comments(document.before, 0, first=not self.lines)
        if document.start:
            self._put("---", document.start_comment)
        self._comments(document.header, 0, first=True)
        if document.gap:
            self._blank()
        self._root(document.root)
        self._comments(document.footer, 0)
        if document.end:
            self._put("...", document.end_comment)

    def _root(self, node: Node) -> None:
        if node.anchor:
            self._put(node.anchor)
        self._comments(node.above, 0)
        match node.content:
            case Empty(body=body):
                self._comments(body, 0)
            case Scalar() as scalar:
                self._scalar("", 0, replace(scalar, lowered=False), None)
            case BlockScalar() as scalar:
                self._block_scalar("", 0, scalar)
            case Block() as block:
                self._block(block, 0)
            case Flow() as flow:
                self._flow("", 0, flow, None)

    def _block(self, block: Block, column: int, lead: str | None = None) -> None:
        """Writes a block; `lead` is what stands before its first entry on that line already."""
        for number, entry in enumerate(block.entries):
            self._above(entry, column, first=number == 0)
            margin = " " * column if number or lead is None else lead
            if entry.verbatim is not None:
                self._as_it_was(margin, column, entry.verbatim)
                continue
            intro = f"{margin}-" if entry.key is None else f"{margin}{introduced(entry.key)}:"
            self._value(intro, column, entry)
        self._comments(block.footer, column)

    def _as_it_was(self, margin: str, column: int, verbatim: Verbatim) -> None:
        """Writes lines that were moved as a whole; those of a flow collection may stand left of its key."""
        first, *rest = verbatim.lines
        self._put(f"{margin}{first}")
        for line in rest:
            inner = line.lstrip(" ")
            moved = len(line) - len(inner) + column - verbatim.column
            self._put(f"{' ' * moved}{inner}" if line else "")

    def _above(self, entry: Entry, column: int, *, first: bool) -> None:
        self._comments(entry.leading, column, first=first)
        if entry.blank and (entry.leading or not first):
            self._blank()

    def _value(self, intro: str, column: int, entry: Entry) -> None:
        node, deeper = entry.value, column + STEP
        if node.anchor:
            intro = f"{intro} {node.anchor}"
        match node.content:
            case Empty(body=body):
                self._put(intro, entry.trailing)
                self._comments(body, deeper, first=True)
            case Scalar() as scalar:
                self._scalar(f"{intro} ", deeper, scalar, entry.trailing)
            case BlockScalar() as scalar:
                self._block_scalar(f"{intro} ", deeper, scalar)
            case Flow(broken=True) as flow:
                if entry.key is not None:
                    self._put(intro)
                self._flow(" " * deeper if entry.key else f"{intro} ", deeper, flow, entry.trailing)
            case Flow() as flow:
                self._put(f"{intro} {flow_text(flow)}", entry.trailing)
            case Block() as block if entry.key is None and not node.anchor:
                self._block(block, deeper, f"{intro} ")
            case Block() as block:
                self._put(intro, node.above[0] if node.above else None)
                self._block(block, deeper)

    def _scalar(
        self, intro: str, column: int, scalar: Scalar, trailing: Comment | None, tail: str = ""
    ) -> None:
        """Writes a scalar behind what introduces it, its other lines from a column on."""
        first, *rest = scalar.lines
        if rest and scalar.lowered:
            self._put(intro.rstrip())
            intro = " " * column
        lines = [f"{intro}{first}", *(f"{' ' * column}{line}" if line else "" for line in rest)]
        for line in lines[:-1]:
            self._put(line)
        self._put(f"{lines[-1]}{tail}", trailing)

    def _verbatim(self, lines: Sequence[str], column: int) -> None:
        for line in lines:
            self._put(f"{' ' * column}{line}" if line else "")

    def _block_scalar(self, intro: str, column: int, scalar: BlockScalar) -> None:
        digit = STEP if scalar.explicit else ""
        self._put(f"{intro}{scalar.style}{digit}{scalar.chomping}", scalar.comment)
        self._verbatim(scalar.lines, column or STEP)
        self._open_ended = scalar.chomping == "+"

    def _flow(self, intro: str, column: int, flow: Flow, trailing: Comment | None, tail: str = "") -> None:
        if not flow.broken:
            self._put(f"{intro}{flow_text(flow)}{tail}", trailing)
            return
        self._put(f"{intro}{opening(flow)}", flow.opening)
        for number, entry in enumerate(flow.entries):
            self._above(entry, column + STEP, first=number == 0)
            self._flow_entry(entry, column + STEP, "," if number < len(flow.entries) - 1 else "")
        self._comments(flow.footer, column + STEP)
        self._put(f"{' ' * column}{closing(flow)}{tail}", trailing)

    def _flow_entry(self, entry: Entry, column: int, tail: str) -> None:
        intro = " " * column
        if entry.key is not None:
            intro = f"{intro}{introduced(entry.key)}: "
        if entry.value.anchor:
            intro = f"{intro}{entry.value.anchor} "
        match entry.value.content:
            case Flow() as flow:
                self._flow(intro, column, flow, entry.trailing, tail)
            case Scalar() as scalar:
                self._scalar(intro, column + STEP, replace(scalar, lowered=False), entry.trailing, tail)
            case _:
                self._put(f"{intro}{tail}".rstrip(), entry.trailing)

    def _comments(self, comments: Sequence[Comment], column: int, *, first: bool = False) -> None:
        for comment in comments:
            if comment.blank and not first:
                self._blank()
            first = False
            self._put(f"{' ' * column}{comment.text}")

    def _blank(self) -> None:
        if self.lines and self.lines[-1] and not self._open_ended:
            self.lines.append("")

    def _put(self, text: str, comment: Comment | None = None) -> None:
        if comment is not None:
            text = f"{text}{' ' * max(comment.column - len(text), STEP)}{comment.text}"
        self.lines.append(text)
        self._open_ended = False
