"""What stands under declared names: a set of manifests, and one look at the container list.

Nothing is read that the question does not need: of local files those of inline skills alone, which stamps
cover, and of the account nothing but its list.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from reconciler.control.manifests import InvalidManifests, check
from reconciler.control.passes import sought_by
from reconciler.manifest import fingerprint
from reconciler.model.diagnostics import errors_in
from reconciler.model.errors import ReconcilerError
from reconciler.model.live import EXPIRED
from reconciler.model.plan import Reason
from reconciler.model.standing import ABSENT
from reconciler.planning.reading import NoNeeds
from reconciler.planning.standing import without_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.control.account import Account, Speed
    from reconciler.control.secrets import Values
    from reconciler.manifest import Given
    from reconciler.manifest.digests import Prints
    from reconciler.manifest.keeping import Forms
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import LiveState
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.standing import Standing


class NothingAlive(ReconcilerError):
    """No container of a declared name is alive, so there is no id to give."""

    code: ClassVar[str] = "nothing-alive"


def declared_set(
    paths: Sequence[str],
    profile: Profile,
    prints: Prints | None = None,
    *,
    reading: Reading,
    given: Given | None = None,
    strict: bool = False,
    forms: Forms | None = None,
    values: Values,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Loads manifests; of local files only those of inline skills are read.

    The arguments are those of `desired_state`.

    Returns:
        The desired state without digests of files, and warnings.

    Raises:
        InvalidManifests: there are errors; nothing was contacted.
    """
    desired, found = check(
        paths, profile, reading=reading, given=given, strict=strict, forms=forms, values=values
    )
    if desired is None or errors_in(found):
        raise InvalidManifests(found)
    bare = replace(desired, containers=tuple(map(without_files, desired.containers)))
    read = fingerprint(bare, prints)
    if read.diagnostics:
        raise InvalidManifests((*found, *read.diagnostics))
    pairs = zip(read.desired.containers, desired.containers, strict=True)
    return replace(desired, containers=tuple(replace(one, files=whole.files) for one, whole in pairs)), found


async def look(desired: Desired, account: Account, speed: Speed) -> LiveState:
    """Reads the container list, once, and touches no container that it shows.

    Raises:
        ApiError: it could not be read whole.
    """
    from reconciler.observe.observe import observe  # noqa: PLC0415 - loads the HTTP client

    async with account.reader(speed) as reader:
        return await observe(
            reader,
            NoNeeds(desired),
            account.ledger,
            parallelism=speed.parallelism,
            list_lag=account.profile.list_lag,
            sought=sought_by(desired),
        )


def nothing_alive(standing: Standing, where: str, command: str) -> NothingAlive:
    """The error of a name under which nothing is alive.

    Args:
        standing: what stands there.
        where: the account, in words.
        command: the `apply` that would create it.
    """
    name = standing.name
    if standing.status == ABSENT:
        what = f"{name} is not there: {where} lists no container of this name, alive or dead"
    else:
        fate = "expired" if standing.status == EXPIRED else "was deleted"
        what = f"{name} {fate}: {where} lists no live container of this name"
    if Reason.LEFT_EXPIRED in standing.reasons:
        hint = f"its lifecycle.when_expired leaves that to you: {command} --replace {quote(name)}"
    else:
        hint = f"this creates it: {command}"
    return NothingAlive(what, hint=hint)
