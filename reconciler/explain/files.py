"""Codes of local files that manifests refer to."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
file-missing
    A `source` names a file that is not there, or that was there a moment ago. Sources are relative to the
    manifest that names them, not to the folder the command is run in.

    Check the path from the manifest's folder.

file-unreadable
    A `source` is there and cannot be read, or what lies below a folder of manifests cannot: a folder without
    permission, or what ends in .yaml and is a link that leads nowhere, or no file.

    Check the permissions of the file and of the folders above it.

not-a-file
    A `source` is a device, a pipe or a socket. Only regular files have contents that are the same the
    next time.

    Name a regular file.

outside-folder
    A local file lies outside of the folder of the manifest that names it, by its path (`..`, or from the
    root) or because a link on the way leads there. What a manifest names is read and sent to a server, and
    a manifest may come from somebody else's branch. So may a link to a manifest: one that leads out of the
    folder that was given is not followed.

    Move the file below the manifest's folder. Where the manifests are to be trusted, say so with
    `--allow-outside`; a saved plan remembers it.

nothing-matched
    A glob or a folder as `source` stands for no file: it was meant to. Globs are relative to the manifest's
    folder. `*` stays within one name, `**` alone between slashes stands for folders of any depth, and names
    that begin with a dot are passed over unless the glob says the dot. A `[` in a name is written `[[]`.

    Check the glob, and `exclude`.

too-many-files
    A glob or a folder stands for more files than one source may have, or a set declares more than a million,
    counted for each replica. Each would be a request.

    Narrow the glob, or use `exclude`. Many small files are better packed into one.

file-too-large
    A local file has more bytes than `--max-file-size`. The default of 512 MiB is what the Files API takes
    for one file; no figure is published for the files of containers.

    Name a smaller file, or leave it out with `exclude`. Where the target takes more, raise the limit:
    --max-file-size 2g.

file-changed
    A local file was written while it was read, so nobody knows which contents would be uploaded.

    Run again once whatever writes it is done.

not-a-folder
    The `source` of an inline skill is no folder.

    Name the folder that has the skill's SKILL.md.

invalid-skill
    A folder is no skill: it has no SKILL.md at its top, or several files of that name, a file whose name no
    server could take, or a link that leads out of it.

    Put one SKILL.md at the top of the folder.

skill-too-large
    A skill is beyond what the API takes: 500 files, 25 MiB a file, and 50 MiB all together. The zip is not
    compressed, so that it is the same on every machine.

    Leave out what the skill does not need, or upload it as files of the container.
""")
