"""Codes of manifests: keys, values, and what entries have against each other."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
unknown-key
    A key that may not stand here. Unknown keys are errors, as a mistyped one would otherwise be left out
    in silence.

    Check the spelling and the indentation: a key may belong one level further in or out. An editor
    completes keys by the line `# yaml-language-server: $schema=...` at the top.

missing-key
    A key that must be there is not.

    Add it; the message names the key, and the position the mapping it belongs to.

conflicting-keys
    Two keys of one mapping cannot both be meant, such as `source` and `content` of one file.

    Keep the one that is meant.

wrong-type
    A value is of another kind than is wanted here, such as text where a list belongs. Nothing is
    converted: a quoted "20" is text and no number.

    Write the kind that the message expects. An empty list is `[]`; a list of one is `[one]`.

quote-it
    Text is wanted, and what stands here is read as something else by some version of YAML: `no` and `on`
    as false and true, `1.10` as 1.1, `007` as 7, `2024-01-01` as a date, `12:30` as 750. To be the same
    for every reader, it must be quoted.

    Put it in quotes: "no".

invalid-value
    The value is of the right kind, and not one that may stand here: not among the choices, out of bounds,
    or not of the form that is wanted. A `path` with a folder in it is one of them: the API stores the
    files of a container flat under /mnt/data/, so it would arrive under another name.

    The message says what is expected; `reconciler schema manifest` has the whole grammar.

not-supported-yet
    This part of the grammar is designed and not built. It is an error rather than left out in silence.

    Leave it out for now.

missing-prefix
    `prune`, `sweep` and `exclude` are about containers that no manifest declares, and only a prefix says
    which of those belong to this set.

    Give the set a `scope.prefix` that all of its names begin with, or leave the key out.

outside-scope
    A declared name does not begin with `scope.prefix`, or begins with one of `scope.exclude`. The set
    would make a container that it does not own.

    Rename the container, or change the scope.

duplicate-scope
    A set of manifests has one scope, and a second one stands in another document or file.

    Keep one. Every path on the command line belongs to the same set: give two sets to two commands.

duplicate-defaults
    A set of manifests has one `defaults`, and a second one stands in another document or file. Which of
    them counted would depend on the order of files.

    Merge them into one.

duplicate-name
    Two entries declare the same name; the message says where the other one is. Names identify containers,
    so each is declared once in the whole set.

    Rename or delete one of them.

duplicate-path
    Two files of one container would have the same name under /mnt/data/, so one would hide the other. The
    name is `path`, or the last part of `source`; a glob or a folder gives each file its own name, without
    the folders that it lies in.

    Give one of them another `path`, or leave it out of a glob with `exclude`.

duplicate-domain
    An allowlist names one domain twice; capitals make no difference.

    Keep one of them.

undeclared-variable
    `${name}` stands in a value, and no document of the set has that name under `variables`. Nothing is
    put in that nobody declared, not even from the environment.

    Declare it, correct its name, or write `$${` where a literal `${` is meant.

unset-variable
    A variable without a default is used, and nothing sets it.

    Set it with `--var name=text`, in a file for `--var-file`, or with the environment variable
    `RECONCILER_VAR_name`; or give it a default.

unknown-variable
    `--var` or a file of `--var-file` sets a variable that no manifest declares, so what was meant would
    be left out in silence. In the environment such a variable is nobody's business.

    Correct the name, or declare the variable under `variables`.

invalid-reference
    A `${` that the name of a variable and `}` do not follow, such as `${}` or a shell's `${HOME:-/root}`.
    References have no defaults, operators or expressions.

    Write `$${` where a literal `${` is meant.

nested-variable
    The value of a variable refers to another one. Variables are put in once, and what they become is not
    looked at again.

    Write the text out; `$${` is a literal `${`.

variables-among-manifests
    A file of `--var-file` lies in a folder of manifests, where every YAML file is a manifest.

    Keep it elsewhere, or in a folder whose name begins with `_`, which is skipped.

duplicate-variable
    Two documents of the set declare the same variable; the message says where the other one is. Which of
    them counted would depend on the order of files.

    Keep one of them.

invalid-allowance
    A comment `# reconciler: allow CODE -- reason` allows nothing: its code does not exist, it gives no
    reason, or what stands there is an error. Only warnings can be allowed; an error says that it cannot be
    done, or that it is not what was meant.

    Correct the code, or write after two dashes why it is allowed.

unused-allowance
    A comment `# reconciler: allow CODE -- reason` meets no such warning: what it was about is gone, or
    stands on another line. It allows what is on its own line, or alone on a line what is on the next one.

    Take it away, or move it to the line of the warning.

literal-secret
    The value of a secret stands in the manifest. Manifests are kept in git, so whoever can read the
    repository, now or later, can read it.

    Write `value_from: {env: NAME}` or `value_from: {file: PATH}`, and have the secret changed: taking it out
    of the file does not take it out of git.

secret-outside-allowlist
    A secret is bound to a domain that is not among `allowed_domains`, so it would never be sent.

    Allow the domain, or take the secret away.

duplicate-secret
    Two secrets of a container have the same domain and name, and only one can be meant.

    Rename one of them, or take it away.

duplicate-skill
    A container has a skill twice. Two versions of one skill cannot be in one container.

    Keep one of them.

skill-not-pinned
    A skill without a version, or with `latest`, is settled when the container is created. A version that
    comes later is not seen: neither the container nor its stamp tells which one it has.

    Write `version: "2"` with the version that is meant. Replace the container with `--replace NAME` to get
    the newest one.

rotation-invisible
    The API never shows a secret back, and this one has neither a version nor a key to be recognised by.
    A new value would go unnoticed until the container is created again for another reason. The same where
    a container was created before there was a key: only one that is created with it shows a new value.

    Give it a `version` and raise that with each new value; or set RECONCILER_STAMP_KEY to a long random
    text, the same wherever this set is planned and applied. Replace once, with `--replace NAME`, what was
    created without it.

stamp-key-short
    RECONCILER_STAMP_KEY is so short that somebody who sees the names of containers could try out keys and
    values.

    Set a long random text, such as that of `openssl rand -hex 32`. Containers made under another key are
    replaced.

secret-missing
    The environment variable or the file that holds the value of a secret is not there.

    Set it where the command runs. With a `version`, only an `apply` that creates or replaces the container
    needs it.

secret-unreadable
    The file that holds the value of a secret cannot be read.

    Check its permissions.

invalid-secret
    The value of a secret is empty, longer than the API takes, or no UTF-8 text.

    Put the value there. A line end at the end of a file is left out.

secrets-missing
    Carrying out the plan sends secrets whose values are not there. Nothing was changed.

    Set them where `apply` runs; the messages name each.
""")
