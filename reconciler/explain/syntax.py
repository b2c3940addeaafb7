"""Codes of reading: bytes, text, YAML, before anybody asks what it means."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
not-utf-8
    A manifest is UTF-8. This file holds a byte that UTF-8 cannot have there, or begins like UTF-16 or
    UTF-32, as some editors on Windows write it.

    Save the file as UTF-8; a byte order mark at its beginning does no harm.

invalid-character
    The file holds a character that YAML forbids or that editors do not show: NUL, a control character, a
    line break that only some programs count as one, a byte order mark in the middle.

    Delete it. Where it is meant, write it as an escape inside double quotes, such as "\u0007".

yaml-syntax
    This is not YAML; the message says what the parser met, and the position is where it gave up, which
    may be a line after the mistake. What follows in this file was not read.

    Look for a quote or bracket that is not closed, a tab used to indent, or keys that are indented
    unevenly. Text that begins with @ ` % or holds `: ` or ` #` wants quotes.

duplicate-key
    A mapping has the same key twice. Most programs keep the last one in silence, so that half of what is
    written has no effect; here it is an error.

    Keep one of them; the message says where the other one is.

duplicate-anchor
    Two anchors (&name) of one document share a name. YAML lets the later one win, so an alias could
    change its meaning when lines are moved.

    Give each anchor a name of its own.

unknown-alias
    An alias (*name) stands for an anchor (&name) that comes before it in the same document; there is
    none.

    Check the spelling, and move the anchor above its first use. Text that begins with * wants quotes.

recursive-alias
    An alias stands inside of the very value that its anchor names, so the value would contain itself.

    Write out what is meant; nothing in a manifest contains itself.

hidden-alias
    An alias outside of contents and secrets stands for a value inside of them. Such values are in no
    message, and what is written elsewhere may be in any.

    Write out what is meant. Contents may be aliased as contents, and secrets as secrets.

explicit-tag
    A value has a tag (!name or !!name). Tags make YAML build other things than what is written, so none
    is taken here, not even the harmless ones.

    Leave it out. What must be text is put in quotes: "1.10" instead of !!str 1.10.

complex-key
    `fmt` met a key of several lines. YAML allows that; no manifest has such a key, and it is not laid out.

    Write the key as one word.

layout-unsafe
    `fmt` reads back what it wrote, and it did not say the same as before. The file is left as it is. This
    is a defect of fmt.

    Report it with the file, or the part of it that shows the defect.

too-deep
    Mappings and lists stand in one another more than 64 levels deep. A manifest needs about seven.

    Look for brackets that are not closed, or for a file that is no manifest.

too-large
    A manifest has at most 8 MiB and 350,000 values, aliases counted as often as they are used; a set
    of 10,000 containers takes 4 MiB.

    Split it into several files. If it is small, its aliases multiply: write out what is meant.

too-many-problems
    One document has so many problems that listing them would help nobody.

    This is probably no manifest: check which file the position names.

no-manifest
    A path that was given holds no manifest: a folder without any file ending in .yaml or .yml, or a file
    without a document. Going on could look like a set that declares nothing.

    Check the path. Folders whose names begin with . or _ are skipped. A set that is meant to be empty
    says so: `containers: []`.
""")
