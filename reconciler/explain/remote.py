"""What the API, or the way to it, did: these end a command, or one change of an apply."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
api
    The API, or the way to it, failed in a way that has no code of its own.

    Run again; a request that may have happened is looked for before it is repeated.

connection-failed
    No connection: refused, an unknown host, TLS. The request never left, so nothing happened.

    Check the base URL, the network and proxies.

reply-lost
    A request was sent and its answer did not come whole. Whether it happened is settled by looking, and
    it is repeated only where it did not; what stays unknown is reported as failed.

    Run again: it looks before it acts.

timed-out
    A request was sent, and nothing came back for as long as we wait.

    Run again: it looks before it acts. If it stays so, see whether the server is overloaded.

protocol
    An answer makes no sense: HTML, JSON of other types, a list without an end. An incomplete observation
    is never planned on.

    Check that the base URL is that of the API, with its /v1, and not of a login page in front of it.

bad-request
    The API refuses the request and always will; the message is its own.

    Change the manifest accordingly; --provider tells beforehand what a target cannot do.

authentication
    The key is wrong, revoked or missing (401).

    Check OPENAI_API_KEY, and that it is a key for this base URL.

permission-denied
    The key is right and may not do this (403).

    Check the permissions of the key and its project, OPENAI_ORG_ID and OPENAI_PROJECT_ID.

not-found
    There is no such thing, or no longer (404): somebody deleted it meanwhile, or the target has no
    containers at all.

    Run again. If it stays so, check the base URL.

container-expired
    The container died while it was worked on; its files are gone.

    Run again: it is created anew.

conflict
    The API answered 408 or 409; whether the request happened is unknown, and is settled by looking.

    Run again: it looks before it acts.

rate-limited
    Too many requests for longer than we wait (429).

    Run again later, or slower with --rpm; other programs share the same limit.

quota-exceeded
    The account has as much as it may have: containers, memory, money. Waiting does not help.

    Delete something, raise the quota, or set `lifecycle: {replace: delete_first}`, which needs no room
    for two copies.

server-error
    The server failed (5xx); whether a write happened is settled by looking.

    Run again; if it stays so, see the provider's status page.

not-as-planned
    What stands there is not what the plan was made on, or not what a step should have left: a file that
    was verified has another size, a copy that was to be kept is gone. The change stopped there.

    Plan again.
""")
