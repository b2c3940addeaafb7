"""What skills and domain secrets have against each other, within one container or in `defaults`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest.findings import Guesses, error, quoted
from reconciler.manifest.input_rules import REFERENCE, secret_file
from reconciler.manifest.reach import Reach
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.domains import WILDCARD, is_covered
from reconciler.model.write_only import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Position

UNPINNED = "skill-not-pinned"


def problems_of(holders: Iterable[Node]) -> Iterator[Diagnostic]:
    """Everything about the write-only inputs of containers and of `defaults`."""
    guesses = Guesses()
    for holder in holders:
        yield from _skills(holder)
        if policy := holder.child("network_policy"):
            yield from _secrets(policy, guesses)


def reach_problems_of(holders: Iterable[Node], reading: Reading) -> Iterator[Diagnostic]:
    """Files of secrets that no manifest may name; whether they are there is for those who need them."""
    reach = Reach(reading)
    for holder in holders:
        policy = holder.child("network_policy")
        secrets = policy.child("domain_secrets") if policy else None
        for secret in secrets.items() if secrets else ():
            file = origin.child("file") if (origin := secret.child("value_from")) else None
            if file is None or not isinstance(file.value, str) or secret_file(file.value):
                continue
            if problem := reach.problem(file.file, file.value):
                yield error(problem.code, problem.message, file.position, problem.hint)


def _skills(holder: Node) -> Iterator[Diagnostic]:
    skills = holder.child("skills")
    first: dict[tuple[str, str], Position] = {}
    for skill in skills.items() if skills else ():
        kind = _text(skill, "type")
        key = "skill_id" if kind == REFERENCE else "name"
        named = skill.child(key)
        if named is None or not isinstance(named.value, str):
            continue
        if kind == REFERENCE:
            yield from _unpinned(skill, named)
        if (key, named.value) in first:
            message = f"the skill {quoted(named.value)} is already declared at {first[key, named.value]}"
            yield error("duplicate-skill", message, named.position)
        first.setdefault((key, named.value), named.position)


def _unpinned(skill: Node, named: Node) -> Iterator[Diagnostic]:
    """Which version it is, is settled when the container is created, and nobody can ask later."""
    version = skill.child("version")
    if version is not None and version.value != LATEST:
        return
    at = named.position if version is None else version.position
    message = f"the skill {quoted(str(named.value))} has no version of its own: a later one will not be seen"
    hint = 'pin it: version: "2"'
    yield Diagnostic(Severity.WARNING, UNPINNED, message, at, hint)


def _secrets(policy: Node, guesses: Guesses) -> Iterator[Diagnostic]:
    allowed, secrets = policy.child("allowed_domains"), policy.child("domain_secrets")
    if secrets is None:
        return
    domains = [item.value for item in allowed.items() if isinstance(item.value, str)] if allowed else []
    folded, whole = {each.casefold() for each in domains}, [each for each in domains if WILDCARD not in each]
    first: dict[tuple[str, str], Position] = {}
    for secret in secrets.items():
        domain, name = secret.child("domain"), secret.child("name")
        if domain is None or not isinstance(domain.value, str) or not domain.value:
            continue
        if allowed is not None and not is_covered(domain.value, folded):
            near = guesses.nearest(domain.value, whole)
            message = f"{quoted(domain.value)} is none of the allowed_domains: its secret would never be sent"
            hint = f"did you mean {near}?" if near else "allow the domain, or take the secret away"
            yield error("secret-outside-allowlist", message, domain.position, hint)
        if name is None or not isinstance(name.value, str):
            continue
        key = (domain.value.casefold(), name.value)
        if key in first:
            message = f"the secret {quoted(name.value)} for this domain is already declared at {first[key]}"
            yield error("duplicate-secret", message, secret.position)
        first.setdefault(key, secret.position)


def _text(node: Node, key: str) -> str | None:
    child = node.child(key)
    return child.value if child is not None and isinstance(child.value, str) else None
