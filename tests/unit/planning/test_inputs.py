"""Write-only inputs in a plan: what their stamp decides, what is shown of them, and what a ledger adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from support.builders import (
    BORN,
    HERE,
    brief,
    desired,
    digest,
    entry,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)

from reconciler.model.diagnostics import Position, Severity
from reconciler.model.digest import container_digest, plan_digest
from reconciler.model.names import live_name
from reconciler.model.plan import Flag
from reconciler.model.plan_json import plan_values
from reconciler.model.profile import AZURE, LITELLM, OCI, OPENAI
from reconciler.model.review import flags_of
from reconciler.model.spec import ALLOWLIST, Ignorable, NetworkPolicy
from reconciler.model.stamp import stamp_of, traces
from reconciler.model.steps import CreateContainer, chains_of
from reconciler.model.write_only import (
    SECRETS,
    SKILLS,
    DomainSecret,
    FromVariable,
    InlineSkill,
    Secret,
    SkillFile,
    SkillReference,
    WriteOnly,
)
from reconciler.planning.capabilities import unsupported
from reconciler.planning.drift import drift_of
from reconciler.planning.inputs import moved_inputs, other_stamps
from reconciler.planning.simulate import simulate
from reconciler.render.plan_text import plan_lines

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer

SKILL = SkillReference("sheets", "2")
TOKEN = DomainSecret("a.example", "TOKEN", FromVariable("T"), HERE, version=1, value=Secret("canary"))
OPEN = spec("ci-a", network_policy=NetworkPolicy(ALLOWLIST, ("a.example",)))
INPUTS = WriteOnly((SKILL,), (TOKEN,))
STAMPED = live_name("ci-a", stamp_of(INPUTS))
ONE = entry("ci-a", fields=OPEN, unmanaged=True, inputs=INPUTS)
SHOWN = replace(OPEN, memory_limit="1g")


def test_a_create_carries_the_stamp_and_the_plan_the_declared_name() -> None:
    plan = plan_of(desired(ONE), state())
    assert brief(plan) == ["create ci-a (absent) -"]
    shown = {field.path: field.after for field in plan.changes[0].fields}
    assert (shown[SKILLS], shown[SECRETS]) == (("sheets (version 2)",), ("TOKEN for a.example (version 1)",))
    (chain,) = chains_of(plan.changes, {"ci-a": ONE})
    (step,) = chain.links[0].steps
    assert step == CreateContainer(STAMPED, OPEN, INPUTS)
    assert plan.cost.requests == 2
    assert "~" not in str(plan_values(plan))


def test_the_same_stamp_is_kept_and_applying_ends_there() -> None:
    assert brief(plan_of(desired(ONE), state(row(STAMPED, fields=SHOWN)))) == ["keep ci-a () cntr_1"]
    after = simulate(plan_of(desired(ONE), state()), desired(ONE), state())
    assert [live.name for live in after.containers] == [STAMPED]
    assert plan_of(desired(ONE), after).converged


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (replace(ONE, inputs=WriteOnly((SKILL,), (replace(TOKEN, version=2),))), STAMPED),
        (replace(ONE, inputs=WriteOnly((), (TOKEN,))), STAMPED),
        (ONE, "ci-a"),
        (replace(ONE, inputs=WriteOnly()), STAMPED),
    ],
)
def test_another_stamp_or_one_on_one_side_alone_is_a_replace(wanted: object, name: str) -> None:
    plan = plan_of(desired(wanted), state(row(name, fields=SHOWN)))  # type: ignore[arg-type]  # of a table
    assert brief(plan) == ["create+delete ci-a (stamp-changed) cntr_1"]
    assert [item.cause.value for item in drift_of(plan)] == ["fields"]
    done = simulate(plan, desired(wanted), state(row(name, fields=SHOWN)))  # type: ignore[arg-type]  # of a table
    assert plan_of(desired(wanted), done).converged  # type: ignore[arg-type]  # of a table


def test_nobody_reads_files_of_what_is_replaced_for_its_stamp() -> None:
    one = replace(ONE, files=())
    plan = plan_of(desired(one), state(row("ci-a", fields=SHOWN, unread=True)))
    assert brief(plan) == ["create+delete ci-a (stamp-changed) cntr_1"]


def test_other_fields_are_told_along() -> None:
    plan = plan_of(
        desired(replace(ONE, spec=replace(OPEN, memory_limit="4g"))), state(row("ci-a", fields=SHOWN))
    )
    assert brief(plan) == ["create+delete ci-a (field-changed, stamp-changed) cntr_1"]
    assert [field.path for field in plan.changes[0].fields] == ["memory_limit", SKILLS, SECRETS]


def test_ignored_drift_does_not_hide_another_stamp() -> None:
    one = replace(ONE, spec=replace(OPEN, memory_limit="4g"), ignore=(Ignorable.MEMORY_LIMIT,))
    plan = plan_of(desired(one), state(row("ci-a", fields=SHOWN)))
    assert brief(plan) == ["create+delete ci-a (field-changed, stamp-changed) cntr_1"]


def test_copies_are_of_the_declared_name_and_the_right_stamp_needs_least_work() -> None:
    live = state(
        row("ci-a", fields=SHOWN, created_at=BORN - 9),
        row("ci-a~aaaaaaaaa", fields=SHOWN, number=2, created_at=BORN - 8),
        row(STAMPED, fields=SHOWN, number=3),
    )
    assert brief(plan_of(desired(ONE), live)) == [
        "keep ci-a () cntr_3",
        "delete ci-a (duplicate) cntr_1",
        "delete ci-a (duplicate) cntr_2",
    ]


def test_selection_protection_and_limits_speak_of_the_declared_name() -> None:
    live = state(row("ci-a", fields=SHOWN))
    assert brief(plan_of(desired(ONE), live, policy("ci-b"))) == ["skip ci-a (filtered) -"]
    assert brief(plan_of(desired(ONE), live, policy("ci-a"))) == ["create+delete ci-a (stamp-changed) cntr_1"]
    held = plan_of(desired(ONE, within=scope(protect=("ci-a",))), live)
    assert brief(held) == ["skip ci-a (stamp-changed, protected) cntr_1"]
    assert held.meant(held.changes[0]).value == "replace"
    foreign = plan_of(desired(ONE, within=scope(None)), live)
    assert brief(foreign) == ["skip ci-a (stamp-changed, foreign) cntr_1"]


def test_what_nobody_can_tell_is_shown_and_left() -> None:
    keyed = replace(TOKEN, version=None, keyed="0" * 64)
    plain = replace(TOKEN, version=None)
    for declared, made in ((plain, keyed), (keyed, plain)):
        one = replace(ONE, inputs=WriteOnly((SKILL,), (declared,)))
        live = row(live_name("ci-a", stamp_of(WriteOnly((SKILL,), (made,)))), fields=SHOWN)
        plan = plan_of(desired(one), state(live))
        assert brief(plan) == ["keep ci-a (unverifiable) cntr_1"]
        told = (
            "? network_policy.domain_secrets: [TOKEN for a.example] is declared, the server does not show it"
        )
        assert told in "\n".join(plan_lines(plan))
        assert plan.converged


def test_a_stamp_that_nobody_can_read_hides_no_new_binding() -> None:
    """Without the key neither another skill nor another secret is seen, and a replace may bring both."""
    plain = replace(TOKEN, version=None)
    keyed = live_name("ci-a", stamp_of(WriteOnly((SKILL,), (replace(plain, keyed="0" * 64),))))
    moved = replace(ONE, inputs=WriteOnly((SkillReference("new"),), (plain, replace(plain, name="NEW"))))
    kept = plan_of(desired(moved), state(row(keyed, fields=SHOWN)))
    assert brief(kept) == ["keep ci-a (unverifiable) cntr_1"]
    assert [field.path for field in kept.changes[0].fields] == [SKILLS, SECRETS]
    larger = replace(moved, spec=replace(OPEN, memory_limit="4g"))
    plan = plan_of(desired(larger), state(row(keyed, fields=SHOWN)))
    assert brief(plan) == ["create+delete ci-a (field-changed, unverifiable) cntr_1"]
    assert flags_of(plan.changes[0]) == (Flag.EGRESS, Flag.COST)
    text = "\n".join(plan_lines(plan))
    assert "! egress: binds a secret: NEW for a.example, TOKEN for a.example (what the old" in text
    assert "? skills: [new (default version)] is declared, the server does not show it" in text


def test_a_binding_opens_the_network() -> None:
    made, replaced = plan_of(desired(ONE), state()), plan_of(desired(ONE), state(row("ci-a", fields=SHOWN)))
    assert flags_of(made.changes[0]) == (Flag.EGRESS, Flag.COST)
    assert flags_of(replaced.changes[0]) == (Flag.EGRESS,)
    line = "! egress: binds a secret: TOKEN for a.example (version 1)"
    assert line in "\n".join(plan_lines(made))
    assert f"{line} (what the old container had is not shown)" in "\n".join(plan_lines(replaced))
    only_skills = replace(ONE, inputs=WriteOnly((SKILL,)))
    assert flags_of(plan_of(desired(only_skills), state(row("ci-a", fields=SHOWN))).changes[0]) == ()
    kept = replace(ONE, spec=replace(OPEN, memory_limit="4g"))
    assert flags_of(plan_of(desired(kept), state(row(STAMPED, fields=SHOWN))).changes[0]) == (Flag.COST,)


def test_the_text_says_what_is_not_shown_and_what_goes() -> None:
    text = "\n".join(plan_lines(plan_of(desired(ONE), state(row("ci-a", fields=SHOWN)))))
    assert "~ skills: not shown → [sheets (version 2)]  (forces replacement)" in text
    gone = replace(ONE, inputs=WriteOnly())
    text = "\n".join(plan_lines(plan_of(desired(gone), state(row(STAMPED, fields=SHOWN)))))
    assert "~ skills and domain secrets: not shown → none  (forces replacement)" in text
    assert STAMPED not in text


def test_digests_cover_inputs_and_no_values() -> None:
    other = replace(TOKEN, value=Secret("another canary"))
    moved = (
        WriteOnly((SKILL,)),
        WriteOnly((SKILL,), (replace(TOKEN, version=2),)),
        WriteOnly((SKILL,), (replace(TOKEN, value_from=FromVariable("OTHER")),)),
        WriteOnly((SkillReference("sheets"),), (TOKEN,)),
    )
    digests = {container_digest(replace(ONE, inputs=inputs)) for inputs in moved}
    assert len({*digests, container_digest(ONE)}) == 5
    same = replace(ONE, inputs=WriteOnly((SKILL,), (other,)))
    assert container_digest(same) == container_digest(ONE)
    assert plan_digest(plan_of(desired(same), state())) == plan_digest(plan_of(desired(ONE), state()))


def test_a_rename_is_pointed_out_where_the_stamps_agree_too() -> None:
    old = row(live_name("ci-old-name", stamp_of(INPUTS)), fields=replace(SHOWN, name="ci-old-name"))
    (hint,) = plan_of(desired(ONE, within=scope(prune=True)), state(old)).diagnostics[-1:]
    assert (hint.code, "ci-a looks like ci-old-name (cntr_1)" in hint.message) == ("looks-renamed", True)
    other = row("ci-old-name~aaaaaaaaa", fields=replace(SHOWN, name="ci-old-name"))
    found = plan_of(desired(ONE, within=scope(prune=True)), state(other)).diagnostics
    assert "looks-renamed" not in {one.code for one in found}


def test_a_mistyped_name_is_told_less_its_stamp() -> None:
    old = row(live_name("ci-A", stamp_of(INPUTS)), fields=replace(SHOWN, name="ci-A"))
    found = [one for one in plan_of(desired(ONE), state(old)).diagnostics if one.code == "looks-mistyped"]
    assert [one.message for one in found] == [
        "ci-a would be created, and ci-A (cntr_1) differs from it in case or separators only"
    ]


def test_a_ledger_tells_which_input_moved_and_changes_nothing_else() -> None:
    cleaner = InlineSkill("cleaner", "x", "s", (SkillFile("SKILL.md", "s/SKILL.md", 1, digest(b"a")),), HERE)
    before = WriteOnly((SKILL, cleaner), (TOKEN,))
    one = replace(ONE, inputs=WriteOnly((replace(cleaner, description="y"), SkillReference("new")), (TOKEN,)))
    wanted = desired(one)
    plan = plan_of(wanted, state(row(live_name("ci-a", stamp_of(before)), fields=SHOWN)))
    assert other_stamps(plan.changes) == ("cntr_1",)
    (note,) = moved_inputs(plan.changes, wanted, {"cntr_1": traces(before)})
    assert (note.severity, note.code, note.position) == (Severity.NOTE, "stamp-changed", HERE)
    assert note.message == (
        "ci-a: since it was created, the skill cleaner changed, the skill new was added, "
        "the skill sheets was taken away"
    )
    assert moved_inputs(plan.changes, wanted, {}) == ()
    at = Position("m.yaml", 7, 11)
    (note,) = moved_inputs(
        plan.changes, desired(replace(one, positions=(("name", at),))), {"cntr_1": traces(before)}
    )
    assert note.position == at, "the value of its name, as where a name is taken"


PLAIN = replace(TOKEN, version=None)
KEYED = replace(PLAIN, keyed="0" * 64)


@pytest.mark.parametrize(
    ("made", "declared", "told"),
    [
        (PLAIN, KEYED, ""),
        (KEYED, PLAIN, ""),
        (PLAIN, TOKEN, ""),
        (KEYED, replace(PLAIN, keyed="1" * 64), "the secret TOKEN for a.example changed, "),
        (TOKEN, replace(TOKEN, version=2), "the secret TOKEN for a.example changed, "),
    ],
)
def test_a_secret_of_unknown_value_is_not_said_to_have_changed(
    made: DomainSecret, declared: DomainSecret, told: str
) -> None:
    before = WriteOnly((), (made,))
    wanted = desired(replace(ONE, inputs=WriteOnly((), (declared, replace(declared, name="Z")))))
    plan = plan_of(wanted, state(row("ci-a~azzzzzzzz", fields=SHOWN)))
    (note,) = moved_inputs(plan.changes, wanted, {"cntr_1": traces(before)})
    assert note.message == f"ci-a: since it was created, {told}the secret Z for a.example was added"


def _without_key(name: str, number: int) -> LiveContainer:
    stamped = live_name(name, stamp_of(WriteOnly((), (PLAIN,))))
    return row(stamped, fields=replace(SHOWN, name=name), number=number)


def test_what_was_made_without_a_key_is_warned_of_and_kept() -> None:
    """One warning for each place: replicas share theirs."""
    other = replace(KEYED, position=Position("m.yaml", 9, 9))
    of = {
        "ci-a": (other,),
        "ci-b": (KEYED,),
        "ci-c": (KEYED,),
        "ci-d": (PLAIN,),
        "ci-e": (TOKEN,),
    }
    wanted = desired(
        *(
            replace(ONE, spec=replace(OPEN, name=name), inputs=WriteOnly((), secrets))
            for name, secrets in of.items()
        )
    )
    live = state(*(_without_key(name, at) for at, name in enumerate(list(of)[:4], 1)))
    plan = plan_of(wanted, live)
    assert [change.action.value for change in plan.changes] == ["keep"] * 4 + ["create"]
    told = [(each.severity.value, each.code, each.position, each.message) for each in plan.diagnostics]
    end = "created without RECONCILER_STAMP_KEY: another value of the secrets goes unnoticed until"
    assert told == [
        ("warning", "rotation-invisible", other.position, f"ci-a was {end} it is replaced"),
        ("warning", "rotation-invisible", HERE, f"ci-b and 1 more were {end} they are replaced"),
    ]
    assert plan.diagnostics[0].hint == "--replace ci-a once"
    assert plan_digest(plan) == plan_digest(replace(plan, diagnostics=()))


def test_what_is_replaced_or_was_made_under_a_key_is_not_warned_of() -> None:
    one = replace(ONE, inputs=WriteOnly((), (KEYED,)))
    larger = replace(one, spec=replace(OPEN, memory_limit="4g"))
    for wanted, live in (
        (one, row(live_name("ci-a", stamp_of(one.inputs)), fields=SHOWN)),
        (larger, _without_key("ci-a", 1)),
        (replace(one, inputs=WriteOnly((), (PLAIN,))), row("ci-a~b" + "a" * 8, fields=SHOWN)),
    ):
        assert plan_of(desired(wanted), state(live)).diagnostics == ()


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        (OPENAI, []),
        (AZURE, ["warning beyond-target", "error beyond-target"]),
        (OCI, ["error beyond-target", "error beyond-target"]),
        (LITELLM, ["warning unverifiable"] * 3),
    ],
)
def test_what_targets_cannot_do_is_known_offline(profile: object, found: list[str]) -> None:
    told = unsupported(desired(ONE), profile)  # type: ignore[arg-type]  # of a table
    assert [f"{one.severity} {one.code}" for one in told if one.severity is not Severity.NOTE] == found
