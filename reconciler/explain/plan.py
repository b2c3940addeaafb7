"""Codes of diagnostics that need more than the manifests: targets, plans, policies, the ledger."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
beyond-target
    The target cannot give what is declared: it would refuse the create, or is not documented to take it.
    Which target it is was guessed from its URL, or said with --provider.

    Follow the hint, or say --provider if the guess is wrong.

short-lived
    The target deletes every container some time after its creation, however active it is.

    Apply again on a schedule shorter than that.

looks-mistyped
    A container would be created whose name differs from a live one's by case, separators or a letter or
    two.

    If the live one is meant, declare its name. If not, nothing need be done.

looks-renamed
    A container would be created that has the fields and files of one that is no longer declared. No
    container can be renamed: the new one starts empty, and the old one is deleted or left.

    If it was only renamed, consider keeping the old name; files that users made there are not copied.

nothing-selected
    A glob of --name matches no container, so that part of the command does nothing.

    Check the spelling; quote the glob, so that the shell leaves it alone.

nothing-excluded
    A glob of --exclude matches no container, so nothing is left out by it.

    Check the spelling; quote the glob, so that the shell leaves it alone.

unknown-status
    A live container has a status that this program does not know. It counts as alive, and is never
    deleted as a copy too many.

    See whether a newer reconciler knows it.

takes-over
    This is the first plan of this scope that is known here, and containers of declared names exist
    already: from now on they belong to the set.

    Read the names. If they are somebody else's, choose another prefix.

overlapping-scope
    The scope overlaps with one that was applied to this account before: containers of one would be
    undeclared ones of the other, and pruned by it. `apply` refuses that (exit code 4).

    Add the narrower prefix to `scope.exclude` of the wider set. If the other scope is gone for good,
    `reconciler ledger clear --prefix PREFIX` forgets it.

beyond-max-cost
    While all declared containers are active they cost more an hour than --max-cost allows; nothing is
    applied.

    Declare fewer or smaller containers, or say a higher --max-cost.

prices-unknown
    --max-cost was given, and what containers cost at this target is not known, so it cannot be kept;
    nothing is applied.

    Leave --max-cost out for this target.

forgotten-intents
    The ledger that was cleared knew of creates whose answers were lost, or could not be read to tell. The
    next run cannot look for them.

    Look at the next plan: where one happened after all, it shows a copy too many (`duplicate`).

no-policy
    A folder given with --policy holds no file that ends in .json, so nothing would be judged.

    Check the path; names that begin with . or _ are skipped.

invalid-policy
    A file given with --policy is no JSON Schema that can judge: not JSON, of another draft, with a broken
    reference or pattern, or taking too long. A rule that cannot be asked never passes.

    Repair the file; `reconciler validate` reads policies too.

policy
    A rule of the house (--policy) forbids what is declared, or what the plan does. The message quotes the
    rule's title and names its file.

    Change the manifest, or talk to whoever owns the rule.
""")
