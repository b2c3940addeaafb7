"""Random declared sets, live accounts and plans: small alphabets, so that names, files and ids collide."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from support.builders import BORN, HERE, HEX, declared_file, digest

from reconciler.model.asked import Asked, Reading
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.inputs import Inputs
from reconciler.model.live import DATA_FOLDER, LiveContainer, LiveFile, LiveState, NotRead, base_name
from reconciler.model.names import DECLARED_NAME, Stamp, live_name, parse_live_name
from reconciler.model.plan import (
    Action,
    Activity,
    BusyGuard,
    Change,
    Cost,
    FieldChange,
    FileChange,
    FileOperation,
    Plan,
    Reason,
    Target,
)
from reconciler.model.profile import OPENAI
from reconciler.model.scope import Desired, Limits, Scope
from reconciler.model.spec import (
    ALLOWLIST,
    DISABLED,
    Compare,
    ContainerSpec,
    DesiredContainer,
    ExpiresAfter,
    FileSpec,
    Ignorable,
    NetworkPolicy,
    ReplaceOrder,
    WhenExpired,
)
from reconciler.model.stamp import stamp_of
from reconciler.model.write_only import (
    NOTHING_WRITTEN,
    DomainSecret,
    FromVariable,
    InlineSkill,
    Secret,
    SkillFile,
    SkillReference,
    WriteOnly,
)
from reconciler.planning.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long the properties here are searched; never a time limit on one example."""

texts = st.text(max_size=12) | st.sampled_from(["", "\x1b[2J", "\u202e", "\ud800", "a\nb", "ci-a"])
"""Any text, lone surrogates included."""

declared_names = st.from_regex(DECLARED_NAME, fullmatch=True)
stamps = st.builds(
    Stamp, st.from_regex(r"[a-z]", fullmatch=True), st.from_regex(r"[a-z2-7]{8}", fullmatch=True)
)

_CONTENTS = st.sampled_from([b"", b"a", b"b", b"long"])
_FILE_NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt"])
_NAMES = ["ci-a", "ci-b", "ci-c", "ci-d"]
_LIVE_NAMES = [*_NAMES, "ci-a~abcdefgh", "ci-x-a", "ci-\x1b[2J", "other", "", "CI-a", "ci-a~Abcdefgh"]
_DOMAINS = st.lists(st.sampled_from(["a.example", "b.example", "A.example"]), min_size=1, max_size=3)

_policies = st.one_of(
    st.just(NetworkPolicy(DISABLED)), _DOMAINS.map(lambda found: NetworkPolicy(ALLOWLIST, tuple(found)))
)
_live_policies = _policies | st.sampled_from([NetworkPolicy(ALLOWLIST), NetworkPolicy("proxied")])


_secrets = st.builds(
    DomainSecret,
    st.sampled_from(["a.example", "b.example"]),
    st.sampled_from(["A", "B"]),
    st.just(FromVariable("X")),
    st.just(HERE),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["0" * 64, "1" * 64]),
    st.just(Secret("canary-of-strategies")),
)


def _marked(secrets: list[DomainSecret], *, with_key: bool) -> tuple[DomainSecret, ...]:
    """As they are with a key or without one: it marks all that have no version, never some of them."""
    return tuple(one if with_key and one.version is None else replace(one, keyed=None) for one in secrets)


_skills = st.builds(SkillReference, st.sampled_from(["x", "y"]), st.sampled_from([None, "latest", "1"])) | (
    st.builds(
        InlineSkill,
        st.sampled_from(["x", "z"]),
        st.just("for tests"),
        st.just("skills"),
        _CONTENTS.map(lambda data: (SkillFile("SKILL.md", "skills/SKILL.md", len(data), digest(data)),)),
        st.just(HERE),
    )
)
input_sets = st.builds(
    WriteOnly,
    st.lists(_skills, max_size=2, unique_by=lambda skill: skill.label).map(tuple),
    st.tuples(st.lists(_secrets, max_size=2, unique_by=lambda secret: secret.binding), st.booleans()).map(
        lambda drawn: _marked(drawn[0], with_key=drawn[1])
    ),
)
"""Any write-only inputs, their contents read."""

_REFERENCE = SkillReference("x", "1")
_KEYED = DomainSecret("a.example", "A", FromVariable("X"), HERE, keyed="0" * 64, value=Secret("value"))
_KINDS = (
    WriteOnly((_REFERENCE,)),
    WriteOnly((_REFERENCE, SkillReference("y"))),
    WriteOnly(secrets=(_KEYED,)),
    WriteOnly(secrets=(replace(_KEYED, keyed="1" * 64),)),
    WriteOnly(secrets=(replace(_KEYED, keyed=None),)),
    WriteOnly((_REFERENCE,), (replace(_KEYED, keyed=None, version=1),)),
)
inputs_now = st.sampled_from([NOTHING_WRITTEN, NOTHING_WRITTEN, NOTHING_WRITTEN, *_KINDS])
"""A few, so that what is declared and what is live are often the same."""


def _specs(name: str, network: st.SearchStrategy[NetworkPolicy]) -> st.SearchStrategy[ContainerSpec]:
    return st.builds(
        ContainerSpec,
        st.just(name),
        st.sampled_from([None, None, "1g", "4g"]),
        st.none() | network,
        st.sampled_from([None, None, ExpiresAfter(20), ExpiresAfter(10)]),
    )


def entries(name: str) -> st.SearchStrategy[DesiredContainer]:
    """Any declaration of this name."""
    files = st.dictionaries(_FILE_NAMES, _CONTENTS, max_size=3).map(
        lambda found: tuple(declared_file(path, data) for path, data in sorted(found.items()))
    )
    return st.builds(
        DesiredContainer,
        _specs(name, _policies),
        st.just(HERE),
        st.none() | files,
        st.booleans(),
        st.sampled_from(ReplaceOrder),
    )


@st.composite
def guarded_entries(draw: st.DrawFn, name: str) -> DesiredContainer:
    """Any declaration of this name, with what may keep apply from making it true."""
    return replace(
        draw(entries(name)),
        prevent_destroy=draw(st.sampled_from([False, False, False, True])),
        when_expired=draw(st.sampled_from([WhenExpired.RECREATE, *WhenExpired])),
        inputs=draw(inputs_now),
        ignore=tuple(
            sorted(draw(st.just(frozenset()) | st.frozensets(st.sampled_from(Ignorable), max_size=2)))
        ),
    )


scopes = st.builds(
    Scope,
    st.just("ci-"),
    st.sampled_from([(), ("ci-x-",)]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Compare),
    st.builds(Limits, st.none() | st.integers(0, 3), st.integers(0, 100)),
    st.sampled_from([(), (), (), ("ci-b*",), ("*-[ac]", "ci-x")]),
)


@st.composite
def desired_sets(draw: st.DrawFn) -> Desired:
    """Any set of manifests, with a prefix or without."""
    names = draw(st.sets(st.sampled_from(_NAMES)))
    within = draw(scopes | st.just(Scope()))
    return Desired(within, tuple(draw(guarded_entries(name)) for name in sorted(names)), ("manifests",))


@st.composite
def live_files(draw: st.DrawFn) -> LiveFile:
    """Any row of a file listing whose contents are known; the id is set by `numbered`."""
    path = draw(_FILE_NAMES)
    folder = draw(st.sampled_from([DATA_FOLDER, DATA_FOLDER, DATA_FOLDER, "", DATA_FOLDER + "sub/"]))
    shown = folder + draw(st.sampled_from([HEX, HEX, "", "file-abc-"])) + path
    data = draw(_CONTENTS)
    size = None if draw(st.integers(0, 9)) == 0 else len(data)
    return LiveFile(
        "",
        shown,
        draw(st.sampled_from(["user", "user", "user", "assistant", "tool"])),
        BORN + draw(st.integers(0, 3)),
        FileSpec(base_name(shown), size, digest(data)),
    )


@st.composite
def live_states(draw: st.DrawFn) -> LiveState:
    """Any account, its files all read and their contents known."""
    return draw(st.lists(live_containers(), max_size=5).map(numbered))


@st.composite
def live_containers(draw: st.DrawFn) -> LiveContainer:
    """Any row of the container list; ids are set by `numbered`."""
    name = draw(st.sampled_from([*_NAMES, *_NAMES, *_LIVE_NAMES]))
    if name in _NAMES:
        name = live_name(name, stamp_of(draw(inputs_now)))
    files = draw(st.lists(live_files(), max_size=3))
    return LiveContainer(
        "",
        name,
        draw(
            st.sampled_from(["running", "running", "running", "active", "expired", "deleted", "paused", ""])
        ),
        BORN + draw(st.integers(0, 3)),
        draw(_specs(parse_live_name(name).declared, _live_policies)),
        draw(st.sampled_from([BORN, BORN, BORN, None])),
        tuple(files),
        used_at=draw(st.none() | st.sampled_from([BORN - 1000, BORN, BORN + 70])),
    )


def numbered(rows: list[LiveContainer]) -> LiveState:
    """Gives every container and file an id of its own; ids do not follow age."""
    containers = []
    for number, row in enumerate(rows):
        files = () if isinstance(row.files, NotRead) else row.files
        own = tuple(replace(file, id=f"cfile_{number}_{index}") for index, file in enumerate(files))
        containers.append(replace(row, id=f"cntr_{number}", files=own))
    return LiveState(tuple(containers), BORN + 100)


class Case(Struct, frozen=True):
    """What a plan is made from."""

    desired: Desired
    live: LiveState
    policy: Policy


guards = st.builds(BusyGuard, st.sampled_from([1, 60, 10_000]), st.booleans())
"""What may be asked about containers in use; a second more makes no difference to any `used_at`."""

_nobody_asks = st.none()

_some = st.none() | st.integers(0, 2)
asked_for = st.just(Asked()) | st.builds(
    Asked,
    st.sampled_from([(), ("ci-a",), ("ci-[bd]", "nothing*")]),
    no_delete=st.booleans(),
    allow_deletes=_some,
    allow_replaces=_some,
)
"""What the command line may ask besides, less what asks for more each time: `replace`."""


def cases(
    *, limited: bool | None = None, guard: st.SearchStrategy[BusyGuard | None] = _nobody_asks
) -> st.SearchStrategy[Case]:
    """Any situation a plan may be asked in; `guard` says what about containers in use."""
    globs = st.sampled_from([(), (), (), ("ci-a",), ("ci-[bd]",), ("nothing*",)])
    asked = st.builds(
        Policy,
        st.just(OPENAI),
        st.booleans(),
        globs,
        st.booleans() if limited is None else st.just(limited),
        guard,
        asked_for,
    )
    return st.builds(Case, desired_sets(), live_states(), asked)


_numbers = st.integers(-(2**70), 2**70)
_field_values = st.none() | texts | _numbers | st.lists(texts, max_size=3).map(tuple)
_positions = st.builds(Position, texts, _numbers, _numbers)
_optional = st.none() | texts
_scopes_of_plans = st.builds(
    Scope,
    _optional,
    st.lists(texts, max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Compare),
    st.builds(Limits, st.none() | _numbers, _numbers),
    st.lists(texts, max_size=3).map(tuple),
)


def _tuples(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=3).map(tuple)


def _order_of_replace_only(change: Change) -> Change:
    kept = change.order if change.action is Action.REPLACE else ReplaceOrder.CREATE_FIRST
    return replace(change, order=kept)


changes: st.SearchStrategy[Change] = st.builds(
    Change,
    texts,
    st.sampled_from(Action),
    _tuples(st.sampled_from(Reason)),
    _optional,
    _tuples(st.builds(FieldChange, texts, _field_values, _field_values)),
    _tuples(
        st.builds(
            FileChange, st.sampled_from(FileOperation), texts, st.none() | _numbers, _optional, _optional
        )
    ),
    st.none() | _positions,
    st.sampled_from(ReplaceOrder),
    st.none() | st.builds(Activity, st.none() | _numbers, st.none() | _numbers),
).map(_order_of_replace_only)
"""Any change that the format can hold, sensible or not."""

diagnostics = st.builds(
    Diagnostic, st.sampled_from(Severity), texts, texts, st.none() | _positions, _optional
)

plans: st.SearchStrategy[Plan] = st.builds(
    Plan,
    target=st.builds(Target, texts, _optional, _optional),
    scope=_scopes_of_plans,
    changes=_tuples(changes),
    desired=st.dictionaries(texts, texts, max_size=3).map(lambda found: tuple(sorted(found.items()))),
    manifests=_tuples(texts),
    names=_tuples(texts),
    cost=st.builds(Cost, _numbers, st.floats(0, 1e9)),
    dead_rows=_numbers,
    diagnostics=_tuples(diagnostics),
    created_at=texts,
    tool_version=texts,
    busy=st.none() | st.builds(BusyGuard, _numbers, st.booleans()),
    asked=st.builds(
        Asked,
        _tuples(texts),
        _tuples(texts),
        st.booleans(),
        st.none() | _numbers,
        st.none() | _numbers,
        st.builds(Reading, st.booleans(), _numbers),
    ),
    others=st.none() | _numbers,
    inputs=st.builds(Inputs, _tuples(texts), _tuples(texts), _tuples(texts), _optional),
)
"""Any plan that the format can hold."""


def shuffled(items: tuple[T, ...]) -> st.SearchStrategy[tuple[T, ...]]:
    """The same items in any order."""
    return st.permutations(items).map(tuple)


def with_files(live: LiveState, change: Callable[[tuple[LiveFile, ...]], tuple[LiveFile, ...]]) -> LiveState:
    """The same account with every listing of files changed in one way."""
    return replace(
        live,
        containers=tuple(
            row if isinstance(row.files, NotRead) else replace(row, files=change(row.files))
            for row in live.containers
        ),
    )
