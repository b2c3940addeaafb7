"""The canonical layout, case by case: what a file is before, and what it is after."""

from __future__ import annotations

from textwrap import dedent

import pytest

from reconciler.manifest.layout.formatting import LaidOut, lay_out
from reconciler.manifest.layout.order import ORDER
from reconciler.manifest.places import known_keys, place_of

ALLOWED = "# reconciler: allow skill-not-pinned -- meant"


def laid(text: str) -> str:
    """A text after it was laid out, which is then in its layout."""
    found = lay_out("m.yaml", text.encode())
    assert isinstance(found, LaidOut), found
    again = lay_out("m.yaml", found.after)
    assert isinstance(again, LaidOut)
    assert not again.changed
    return found.after.decode()


CASES: dict[str, tuple[str, str | None]] = {
    "indentation is two spaces, of lists too": (
        """\
        containers:
        - name: ci-a
          files:
              -   path: a
                  content: x
        """,
        """\
        containers:
          - name: ci-a
            files:
              - path: a
                content: x
        """,
    ),
    "known keys stand in their order, with their comments": (
        """\
        # the file's own header

        scope:
          # who may go
          prune: true   # never in prod
          prefix: ci-
        # the format
        version: 1
        """,
        """\
        # the file's own header

        # the format
        version: 1
        scope:
          prefix: ci-
          # who may go
          prune: true   # never in prod
        """,
    ),
    "keys nobody knows come last, in their own order": (
        "{zz: 1, version: 1, aa: 2}\n",
        "{version: 1, zz: 1, aa: 2}\n",
    ),
    "keys of a document with anchors stay": (
        """\
        defaults: &d {memory_limit: 1g}
        version: 1
        other: *d
        """,
        """\
        defaults: &d {memory_limit: 1g}
        version: 1
        other: *d
        """,
    ),
    "the keys of a variable and of what is not ours stay": (
        "variables:\n  zone: {default: a}\n  area: {default: b}\n",
        "variables:\n  zone: {default: a}\n  area: {default: b}\n",
    ),
    "of several blank lines one is kept, and none that opens or ends anything": (
        "\n\nversion: 1\n\n\n\nscope:\n\n  prefix: ci-\n\n\n",
        "version: 1\n\nscope:\n  prefix: ci-\n",
    ),
    "quotes stay what they are": (
        """a: 'x'\nb: "x"\nc: x\nd: 'it''s'\ne: "\\u00e9 ${v} \\"q\\""\n""",
        """a: 'x'\nb: "x"\nc: x\nd: 'it''s'\ne: "\\u00e9 ${v} \\"q\\""\n""",
    ),
    "flow style stays, with single spaces": (
        "a: [ 1,2 , 3, ]\nb: { x : 1,w: {} }\nc: [ ]\nd: [x: 1]\n",
        "a: [1, 2, 3]\nb: {x: 1, w: {}}\nc: []\nd: [x: 1]\n",
    ),
    "a flow collection over several lines has an entry on each": (
        """\
        a: {path: x,   # why
          # above
          content: y, source: [1,
            2]
          # last
          }
        b:
          - [p, # one
            q]
        """,
        """\
        a:
          {
            path: x,   # why
            # above
            content: y,
            source: [
              1,
              2
            ]
            # last
          }
        b:
          - [
              p,  # one
              q
            ]
        """,
    ),
    "block scalars keep every character of their lines": (
        """\
        a: |
           one
             two # no comment

        b: >-   # folded
              x
              y
        c: |4-
              deeper
        d: |+
          kept

        e: 1
        """,
        """\
        a: |
          one
            two # no comment

        b: >-   # folded
          x
          y
        c: |2-
            deeper
        d: |+
          kept

        e: 1
        """,
    ),
    "a scalar of several lines keeps its lines": (
        "a: 'one\n          two\n\n      three'\nb:\n     one\n     two\nc: \"x\\\n    y\\ \n  z\"\n",
        "a: 'one\n  two\n\n  three'\nb:\n  one\n  two\nc: \"x\\\n  y\\ \n  z\"\n",
    ),
    "a text that ends without a line break goes on to mean the same": ("a: |\n  x", "a: |-\n  x\n"),
    "a scalar of several lines in a flow collection": (
        "a: ['x\n# y', p\n q, {b: \"r\n s\"}]\n",
        "a:\n  [\n    'x\n      # y',\n    p\n      q,\n    {\n      b: \"r\n        s\"\n    }\n  ]\n",
    ),
    "comments behind values keep their column": (
        "a: 1         # one\nbbb:   22    # two\nc: 3 # three\n",
        "a: 1         # one\nbbb: 22      # two\nc: 3  # three\n",
    ),
    "comments between a key and its value": (
        "a: # behind\n  x\nb: # block\n  # of c\n  c: 1\nd:\n  # above\n  [1]\n",
        "a: x  # behind\nb: # block\n  # of c\n  c: 1\n# above\nd: [1]\n".replace("b: #", "b:  #"),
    ),
    "comments at the end belong to the block that they are indented for": (
        """\
        containers:
          - name: ci-a
            files: []
            # - of ci-a
          # - name: ci-b
        # the end
        scope:
          prefix: ci-
          # prune: true
        """,
        """\
        # the end
        scope:
          prefix: ci-
          # prune: true
        containers:
          - name: ci-a
            files: []
            # - of ci-a
          # - name: ci-b
        """,
    ),
    "comments where a value might stand": (
        "containers:\n    # - name: ci-a\n    #   files: []\nother: 1\n",
        "containers:\n  # - name: ci-a\n  #   files: []\nother: 1\n",
    ),
    "comments behind a dash": (
        "a:\n  - # dash\n    # key\n    x: 1\n  -   - 1\n      - 2\n",
        "a:\n  # dash\n  # key\n  - x: 1\n  - - 1\n    - 2\n",
    ),
    "what is allowed goes with the key that begins on the line": (
        f"""\
        # header
        {ALLOWED}
        containers:
        # note
        {ALLOWED}
        - skills: [x]
          name: ci-a
        - memory_limit: 1g
            {ALLOWED}
          name: ci-b
        version: 1
        """,
        f"""\
        # header
        version: 1
        {ALLOWED}
        containers:
          # note
          - name: ci-a
            {ALLOWED}
            skills: [x]
          {ALLOWED}
          - name: ci-b
            memory_limit: 1g
        """,
    ),
    "what is allowed where a mapping begins keeps its first key": (
        f"""\
        a:    1
        containers:
        - name:   ci-a
        {ALLOWED.replace("skill-not-pinned", "looks-mistyped")}
        - memory_limit:   1g
          name: ci-b
        version:   1
        """,
        f"""\
        version: 1
        containers:
          - name: ci-a
          {ALLOWED.replace("skill-not-pinned", "looks-mistyped")}
          - memory_limit: 1g
            name: ci-b
        a: 1
        """,
    ),
    "what would be allowed elsewhere keeps its lines": (
        f"""\
        containers:
        -   name: ci-a
            skills: [{{skill_id:  x,
          type: y}},
              {{type:  z}}]  {ALLOWED}
            files:
            - a:   1
        version: 1
        """,
        f"""\
        version: 1
        containers:
          - name: ci-a
            skills: [{{skill_id:  x,
          type: y}},
              {{type:  z}}]  {ALLOWED}
            files:
              - a: 1
        """,
    ),
    "documents": (
        "# before\n---   # one\na: 1\n# after a\n---\n---\n# b\nb: 1\n...\n# end\n",
        "# before\n---   # one\na: 1\n# after a\n---\n---\n# b\nb: 1\n...\n# end\n",
    ),
    "a directive": ("%YAML 1.1\n---\na:   1\n", "%YAML 1.1\n---\na: 1\n"),
    "an anchor of a block": (
        "a: &x\n    b: 1\nc:\n- &y\n  d: 1\n- *x\n",
        "a: &x\n  b: 1\nc:\n  - &y\n    d: 1\n  - *x\n",
    ),
    "merge keys": (
        "base: &b\n    memory_limit: 1g\ncontainers:\n- <<: *b\n  name: x\n- {<<: [*b] , name: y}\n",
        "base: &b\n  memory_limit: 1g\ncontainers:\n  - <<: *b\n    name: x\n  - {<<: [*b], name: y}\n",
    ),
    "a key after a question mark": ("? a\n: 1\n? b  # why\n: - 2\n", "a: 1\n# why\nb:\n  - 2\n"),
    "JSON": ('{"version": 1, "containers": [\n{"name": "a"}]}', None),
    "nothing": ("", ""),
    "only comments": ("\n# a\n\n\n#b", "# a\n\n#b\n"),
    "long lines are never wrapped": (f"a: {'word ' * 100}x\n", f"a: {'word ' * 100}x\n"),
}


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][1] is not None])
def test_layout(case: str) -> None:
    before, after = CASES[case]
    assert laid(dedent(before)) == dedent(after or "")


def test_json_stays_json() -> None:
    before = CASES["JSON"][0]
    assert laid(before) == '{\n  "version": 1,\n  "containers": [\n    {"name": "a"}\n  ]\n}\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a:  1\r\nb: 2\r\n", b"a: 1\r\nb: 2\r\n"),
        (b"a: |\r\n  x\r\n  y\n", b"a: |\r\n  x\r\n  y\r\n"),
        (b"a: 1\nb: 2\r\n", b"a: 1\nb: 2\n"),
        (b"\xef\xbb\xbfa: 1\n", b"a: 1\n"),
    ],
)
def test_line_breaks_are_those_of_the_first_line(before: bytes, after: bytes) -> None:
    found = lay_out("m.yaml", before)
    assert isinstance(found, LaidOut)
    assert found.after == after


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: [\n", "yaml-syntax", (1, 5)),
        ("a: 1\na: 2\n", "duplicate-key", (2, 1)),
        ("a: !!str 1\n", "explicit-tag", (1, 4)),
        ("a: 1\n? |\n  x\n  y\n: 1\n", "complex-key", (2, 1)),
        ("a: \x07\n", "invalid-character", (1, 4)),
        (
            "a: {\n -}\n",
            "layout-unsafe",
            (1, 1),
        ),  # the one defect that is known: a lone dash inside of brackets
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str, place: tuple[int, int]) -> None:
    found = lay_out("m.yaml", text.encode())
    assert isinstance(found, tuple)
    at = found[0].position
    assert at is not None
    assert (found[0].code, (at.line, at.column)) == (code, place)


def test_every_key_of_the_grammar_has_its_place_in_the_order() -> None:
    for place, keys in ORDER.items():
        missing = known_keys(place_of(place)) - set(keys)
        if place == ("defaults",) or place[-1:] != ("defaults",):
            assert not missing, place
        assert len(set(keys)) == len(keys)
