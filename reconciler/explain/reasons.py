"""Why a change stands in a plan, and what `drift` says has moved."""

from __future__ import annotations

from reconciler.explain.entries import entries

REASONS = entries(r"""
absent
    No live container has this declared name, so it is created.

    Nothing: this is what a new entry looks like.

expired
    The container of this name idled for too long and died, with its data. It is created again, with the
    declared files. In `drift`: expired since the last apply; that is normal, and exits with 2 only with
    --fail-on expired.

    Nothing. `lifecycle.when_expired: leave` keeps apply from creating it again; `expires_after` says how
    long it may idle.

duplicate
    Several live containers have this name. The one that needs least work is kept, then the oldest; the
    others are deleted once the kept one is complete. In a set without a prefix they are only reported.

    Nothing, in a set with a prefix. They come from a create that was sent twice, or from a run that was
    cut off.

field-changed
    A field of the live container is not what is declared. The API cannot change a container, so it is
    replaced: a new one is made, and the old one goes with its data.

    If the data matters, save it first, or put the field into `lifecycle.ignore`.

stamp-changed
    An input that the API never shows back (skills, domain secrets) is other than the one the live
    container was made with, by the stamp in its live name. The container is replaced.

    Nothing, if a secret was rotated or a skill edited.

file-changed
    A declared file has other contents in the container. It is uploaded anew, and the old row is deleted
    once the new one is there.

    Nothing. With `scope.compare: size` only sizes are compared.

file-missing
    A declared file is not in the container, and is uploaded.

    Nothing.

file-extra
    The container holds a user's file that is not declared. It is reported, and deleted only under
    `prune_files: true`: applications upload their users' data in the same way.

    Declare it, leave it, or set `prune_files` if nobody but the manifests uploads files.

in-place
    The server stores files under their own names, so old and new are the same path: the old row is
    deleted after the upload, and the new one is checked once more.

    Nothing. For a moment the file may be missing from the container.

not-in-manifest
    A live container of the scope is declared by no manifest. It is deleted only under `scope.prune`.

    Declare it, exclude its prefix, or let prune delete it.

requested
    --replace asked for it: nothing need differ.

    Nothing.

protected
    `lifecycle.prevent_destroy` or a glob of `scope.protect` forbids that this container is deleted or
    replaced. `apply` refuses the whole plan (exit code 4) and changes nothing.

    --skip-blocked applies the rest. If it is meant to go, take the protection out of the manifest first.

blocked-by-limit
    The plan would delete or replace more containers than `scope.limits` allows, all of them, or any
    although nothing is declared. `apply` refuses the whole plan (exit code 4) and changes nothing.

    Look whether the manifests are complete. If it is meant, say the number: --allow-deletes N,
    --allow-replaces N.

busy
    Somebody else used this container within --busy-window, so it is not replaced or deleted now; with
    --allow-busy it is done all the same, and marked.

    Apply again later, or add --allow-busy.

prune-off
    A live container of the scope is not declared, and is left alone since `scope.prune` is not set.

    Declare it, or set `scope.prune: true` if what is not declared is to be deleted.

left-expired
    The container expired, and `lifecycle.when_expired` says that apply does not create it again.

    --replace NAME asks for it.

ignored
    What differs is listed in `lifecycle.ignore`: it is shown, and nothing is done about it.

    Take the key out of `lifecycle.ignore` if it is to be made right.

filtered
    An option left it out: --name, --exclude or --no-delete.

    Nothing, or run again without the option.

unverifiable
    The server does not show something that is declared, so nobody can tell whether the container has it:
    a field that a gateway drops, the contents of a file that are compared by size only.

    Talk to the provider itself rather than to a gateway, compare by digest, or leave the field out.

foreign
    A container of this name exists and was not made by this set, which has no prefix that would say whose
    it is. It is left as it is.

    --adopt takes it over; a `scope.prefix` makes the question go away.
""")

CAUSES = entries(r"""
removed
    A declared container is not there, without an expired row that would say why: somebody deleted it, or
    it was never created.

    `apply` creates it.

files-changed
    A declared file is missing from a container, or has other contents there.

    `apply` uploads it.

files-added
    A container holds a user's file that is not declared.

    Declare it or leave it; `prune_files: true` has `apply` delete such files.

fields
    A field of a live container is not what is declared: it was made by hand, or the manifest changed.

    `apply` replaces it, and its data is lost; `lifecycle.ignore` leaves it.

doubled
    Several live containers have one declared name; all of them are billed.

    `apply` keeps one and deletes the others, in a set with a prefix.

unmanaged
    A live container of the scope is declared by no manifest. That exits with 2 only with --fail-on
    unmanaged.

    Declare it, exclude its prefix, or set `scope.prune`.
""")
