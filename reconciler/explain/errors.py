"""Errors that end a command before or instead of its result."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
error
    Something went wrong that has no code of its own.

    The message says what it was; if it makes no sense, it is worth a bug report.

usage
    The command line itself is wrong: an unknown option or command, a missing argument, a path that does
    not exist or cannot be read (exit code 64). Nothing was contacted.

    `reconciler COMMAND --help` shows an example.

invalid-input
    Something that a command needs is missing or malformed: the key, the base URL (exit code 3). Nothing
    was contacted.

    Set OPENAI_API_KEY, or use --emulator, which needs none.

invalid-manifest
    The manifests have errors, and all of them are listed (exit code 3). Nothing was contacted.

    Repair them; `reconciler validate` checks offline.

unknown-name
    The command line names a container that no manifest declares, or that other options leave out (exit
    code 3). Nothing was contacted.

    Give the declared name of one container: without a stamp, and of replicas with its number.

nothing-alive
    `resolve` found no live container of a declared name (exit code 1): it expired, or somebody deleted it,
    or it was never created on this account. Ids of dead containers are never given: they cannot come back.

    Type what the hint says, an `apply` of the same manifests. If it should be there, check that the account
    is the one that was applied to: --base-url, OPENAI_PROJECT_ID, --emulator.

refused
    A guard or the person at the prompt said no (exit code 4). Nothing was changed.

    The message says which, and the hint what to type if it is meant.

approval-required
    The plan opens the network or raises the price, and --require-approval wants a word of its own for
    that (exit code 4). Nothing was changed.

    Read what is flagged in the plan, then add --approve egress or --approve cost.

plan-mismatch
    A saved plan is damaged, was edited, is none of this version's, or was made for other manifests (exit
    code 5). Nothing was changed.

    Plan again with `plan -o FILE`, and review that.

plan-not-covered
    Planning again gives changes that the saved plan does not hold (exit code 5); they are listed. Nothing
    was changed.

    Plan again with `plan -o FILE`, and review that.

not-given-again
    A saved plan was made with `--var`, an environment variable or standard input, and that is not given
    now (exit code 5). Plans hold names and never values, which may be secret. Nothing was changed.

    Give the same again; the hint is the whole command.

another-plan
    The plan is not the one whose digest --expect-digest names (exit code 5). Nothing was changed.

    Review the plan that there is now, and give its digest.

account-changed
    Containers came or went while the question stood, so the plan on the screen is not what would be done
    (exit code 5). Nothing was changed.

    Plan again.

lock-held
    Another run works on this target and scope from this machine (exit code 7). Nothing was contacted.

    Wait for it: --lock-timeout 5m waits as long as that.

local-file
    A local file could not be read or written (exit code 1).

    Check the path, its permissions, and whether the disk is full.

damaged-ledger
    The ledger is a file of this program that cannot be read. Runs start a new one by themselves; only
    commands about the ledger end with this.

    `reconciler ledger clear` starts anew; nothing is lost but speed.

emulator
    The built-in emulator could not start: its data file cannot be opened, or is in use.

    Name another file with --emulator-data, or delete it to start anew.

output-closed
    The result could not be written to stdout: whoever read it is gone, or the disk is full.

    Run again with a reader that waits; an apply that had begun was carried on.

interrupted
    Ctrl-C or SIGTERM (exit code 130). What was under way was finished or is named; nothing more was
    begun.

    Run the same command again: it goes on from there.
""")
