"""Every rule of the grammar: a text that breaks it, and the places where that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container, scope, variables

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

LONG = "x" * 256

DOCUMENTS = {
    "no version": ("containers: []\n", ["1:1: missing-key"]),
    "another version, whose keys mean nothing here": ("version: 2\nfleet: 1\n", ["1:10: invalid-value"]),
    "version as text": ("version: '1'\ncontainers: []\n", ["1:10: wrong-type"]),
    "version as a float": ("version: 1.0\ncontainers: []\n", ["1:10: wrong-type"]),
    "version as a boolean": ("version: true\ncontainers: []\n", ["1:10: wrong-type"]),
    "version without a value": ("version:\ncontainers: []\n", ["1:9: wrong-type"]),
    "not ours at all": ("apiVersion: v1\nkind: Pod\nspec: {}\n", ["1:1: missing-key"]),
    "a list": ("- version: 1\n", ["1:1: wrong-type"]),
    "text": ("version\n", ["1:1: wrong-type"]),
    "containers without a value": ("version: 1\ncontainers:\n", ["2:12: wrong-type"]),
    "containers as a mapping": ("version: 1\ncontainers: {name: a}\n", ["2:13: wrong-type"]),
    "no containers in the set": ("version: 1\nscope: {prefix: ab-}\n", ["1:1: missing-key"]),
    "containers mistyped, said once": ("version: 1\ncontainer: []\n", ["2:1: unknown-key"]),
    "version mistyped, said once": ("verson: 1\ncontainers: []\n", ["1:1: unknown-key"]),
    "an unknown key": ("version: 1\ncontainers: []\nfoo: 1\n", ["3:1: unknown-key"]),
    "scope without a value": ("version: 1\ncontainers: []\nscope:\n", ["3:7: wrong-type"]),
    "a container that is text": ("version: 1\ncontainers: [a]\n", ["2:14: wrong-type"]),
    "a container without a value": ("version: 1\ncontainers:\n  -\n", ["3:4: wrong-type"]),
    "two scopes": (
        "version: 1\nscope: {}\ncontainers: []\n---\nversion: 1\nscope: {}\n",
        ["6:1: duplicate-scope"],
    ),
    "two defaults, one of them invalid": (
        "version: 1\ndefaults: {}\ncontainers: []\n---\nversion: 1\ndefaults: {memory: 1}\n",
        ["6:1: duplicate-defaults", "6:12: unknown-key"],
    ),
}

SCOPES = {
    "a short prefix": (scope("prefix: a-"), ["4:11: invalid-value"]),
    "a prefix that may end inside a word": (scope("prefix: abc"), ["4:11: invalid-value"]),
    "a prefix that no name can begin with": (scope("prefix: -ab-"), ["4:11: invalid-value"]),
    "a prefix without a value": (scope("prefix:"), ["4:10: wrong-type"]),
    "a prefix mistyped, said once": (scope("prefx: ab-\nprune: true"), ["4:3: unknown-key"]),
    "exclude that is not below the prefix": (
        scope("prefix: ab-\nexclude: [ab-c-, xy-]"),
        ["5:20: invalid-value"],
    ),
    "exclude that is the prefix": (scope("prefix: ab-\nexclude: [ab-]"), ["5:13: invalid-value"]),
    "exclude as text": (scope("prefix: ab-\nexclude: ab-c-"), ["5:12: wrong-type"]),
    "exclude of an invalid prefix, said once": (scope("prefix: a\nexclude: [xy-]"), ["4:11: invalid-value"]),
    "prune, sweep, exclude without prefix": (
        scope("prune: true\nsweep: true\nexclude: [ab-]"),
        ["4:3: missing-prefix", "5:3: missing-prefix", "6:3: missing-prefix"],
    ),
    "prune as a word": (scope("prefix: ab-\nprune: yes"), ["5:10: wrong-type"]),
    "prune as text": (scope("prefix: ab-\nprune: 'true'"), ["5:10: wrong-type"]),
    "prune as a number": (scope("prefix: ab-\nprune: 1"), ["5:10: wrong-type"]),
    "prune without a value": (scope("prefix: ab-\nprune:"), ["5:9: wrong-type"]),
    "compare": (scope("compare: hash"), ["4:12: invalid-value"]),
    "limits: negative": (scope("limits: {max_deletes: -1}"), ["4:25: invalid-value"]),
    "limits: a percentage over 100": (scope("limits: {max_delete_percent: 101}"), ["4:32: invalid-value"]),
    "limits: a negative percentage": (scope("limits: {max_delete_percent: -1}"), ["4:32: invalid-value"]),
    "limits: a float": (scope("limits: {max_delete_percent: 30.0}"), ["4:32: wrong-type"]),
    "limits: text": (scope("limits: {max_deletes: '5'}"), ["4:25: wrong-type"]),
    "limits: beyond any integer": (scope("limits: {max_deletes: 1" + "0" * 4000 + "}"), ["4:25: wrong-type"]),
    "limits: longer than any text": (
        scope("limits: {max_deletes: 1" + "0" * 5000 + "}"),
        ["4:25: invalid-value"],
    ),
    "limits: an unknown key": (scope("limits: {max_delete: 1}"), ["4:12: unknown-key"]),
    "an unknown key": (scope("colour: red"), ["4:3: unknown-key"]),
    "protect as text": (scope("protect: ab-*"), ["4:12: wrong-type"]),
    "protect of nothing": (scope("protect: ['']"), ["4:13: invalid-value"]),
    "protect of a number": (scope("protect: [007]"), ["4:13: quote-it"]),
    "protect of names that the scope cannot hold": (
        scope("prefix: ab-\nprotect: [ab-x*, a*, xy-*, ab, '*-prod', 'a?-x', abc-*]"),
        ["5:24: invalid-value", "5:30: invalid-value", "5:52: invalid-value"],
    ),
}

NAMES = {
    "no name": ("version: 1\ncontainers:\n  - memory_limit: 1g\n", ["3:5: missing-key"]),
    "a mistyped name, said once": ("version: 1\ncontainers:\n  - nmae: a\n", ["3:5: unknown-key"]),
    "a name with ~": ("version: 1\ncontainers: [{name: a~b}]\n", ["2:21: invalid-value"]),
    "a name that begins with -": ("version: 1\ncontainers: [{name: -a}]\n", ["2:21: invalid-value"]),
    "an empty name": ("version: 1\ncontainers: [{name: ''}]\n", ["2:21: invalid-value"]),
    "a name of 101 characters": (
        f"version: 1\ncontainers: [{{name: {'a' * 101}}}]\n",
        ["2:21: invalid-value"],
    ),
    "a name with a line break": ('version: 1\ncontainers: [{name: "a\\n"}]\n', ["2:21: invalid-value"]),
    "a name without a value": ("version: 1\ncontainers:\n  - name:\n", ["3:10: wrong-type"]),
    "a doubled name": ("version: 1\ncontainers: [{name: a}, {name: a}]\n", ["2:32: duplicate-name"]),
    "a tripled name": (
        "version: 1\ncontainers: [{name: a}, {name: a}, {name: a}]\n",
        ["2:32: duplicate-name", "2:43: duplicate-name"],
    ),
    "a doubled name in invalid entries": (
        "version: 1\ncontainers: [{name: a, x: 1}, {name: a, z: 1}]\n",
        ["2:24: unknown-key", "2:38: duplicate-name", "2:41: unknown-key"],
    ),
    "a doubled name across documents": (
        "version: 1\ncontainers: [{name: a}]\n---\nversion: 1\ncontainers: [{name: a}]\n",
        ["5:21: duplicate-name"],
    ),
    "an aliased entry": ("version: 1\ncontainers: [&a {name: a}, *a]\n", ["2:28: duplicate-name"]),
    "outside of the scope": (
        "version: 1\nscope: {prefix: ab-}\ncontainers: [{name: ab-c}, {name: xy}]\n",
        ["3:35: outside-scope"],
    ),
    "outside of the scope in an invalid entry": (
        "version: 1\nscope: {prefix: ab-}\ncontainers: [{name: xy, x: 1}]\n",
        ["3:21: outside-scope", "3:25: unknown-key"],
    ),
    "outside of a scope given in a later document": (
        "version: 1\ncontainers: [{name: xy}]\n---\nversion: 1\nscope: {prefix: ab-}\n",
        ["2:21: outside-scope"],
    ),
    "excluded": (
        "version: 1\nscope: {prefix: ab-, exclude: [ab-c-]}\ncontainers: [{name: ab-c-d}, {name: ab-c}]\n",
        ["3:21: outside-scope"],
    ),
    "a prefix that is invalid puts nobody outside": (
        "version: 1\nscope: {prefix: ab}\ncontainers: [{name: xy}]\n",
        ["2:17: invalid-value"],
    ),
    "a doubled scope puts nobody outside": (
        "version: 1\nscope: {prefix: ab-}\n---\nversion: 1\nscope: {prefix: xy-}\ncontainers: [{name: zz}]\n",
        ["5:1: duplicate-scope"],
    ),
}

FIELDS = {
    "memory_limit": (container("memory_limit: 2g"), ["4:19: invalid-value"]),
    "memory_limit in capitals": (container("memory_limit: 4G"), ["4:19: invalid-value"]),
    "memory_limit as a number": (container("memory_limit: 4"), ["4:19: wrong-type"]),
    "network_policy as text": (container("network_policy: disabled"), ["4:21: wrong-type"]),
    "network_policy without type": (container("network_policy: {}"), ["4:21: missing-key"]),
    "network_policy with a mistyped type, said once": (
        container("network_policy: {tpye: disabled}"),
        ["4:22: unknown-key"],
    ),
    "network_policy of another type": (container("network_policy: {type: open}"), ["4:28: invalid-value"]),
    "an allowlist of nothing": (
        container("network_policy: {type: allowlist, allowed_domains: []}"),
        ["4:56: invalid-value"],
    ),
    "an allowlist without domains": (container("network_policy: {type: allowlist}"), ["4:21: missing-key"]),
    "an allowlist without a value": (
        container("network_policy:\n  type: allowlist\n  allowed_domains:\n"),
        ["6:23: wrong-type"],
    ),
    "domains of a disabled network": (
        container("network_policy: {type: disabled, allowed_domains: [a.b]}"),
        ["4:55: conflicting-keys"],
    ),
    "an empty domain": (
        container("network_policy: {type: allowlist, allowed_domains: [a.b, '']}"),
        ["4:62: invalid-value"],
    ),
    "a domain that is a number": (
        container("network_policy: {type: allowlist, allowed_domains: [1.10]}"),
        ["4:57: quote-it"],
    ),
    "a domain twice, in capitals": (
        container("network_policy: {type: allowlist, allowed_domains: [a.b, c.d, A.B]}"),
        ["4:67: duplicate-domain"],
    ),
    "a domain twice in defaults": (
        (
            "version: 1\ncontainers: []\n"
            "defaults: {network_policy: {type: allowlist, allowed_domains: [a.b, a.b]}}\n"
        ),
        ["3:69: duplicate-domain"],
    ),
    "expires_after without anchor": (container("expires_after: {minutes: 5}"), ["4:20: missing-key"]),
    "expires_after without minutes": (
        container("expires_after: {anchor: last_active_at}"),
        ["4:20: missing-key"],
    ),
    "another anchor": (container("expires_after: {anchor: created_at, minutes: 5}"), ["4:29: invalid-value"]),
    "no minutes": (
        container("expires_after: {anchor: last_active_at, minutes: 0}"),
        ["4:54: invalid-value"],
    ),
    "minutes as text": (
        container("expires_after: {anchor: last_active_at, minutes: '5'}"),
        ["4:54: wrong-type"],
    ),
    "minutes as a boolean": (
        container("expires_after: {anchor: last_active_at, minutes: true}"),
        ["4:54: wrong-type"],
    ),
    "minutes with a fraction": (
        container("expires_after: {anchor: last_active_at, minutes: 1.5}"),
        ["4:54: wrong-type"],
    ),
    "minutes as an octal": (
        container("expires_after: {anchor: last_active_at, minutes: 010}"),
        ["4:54: wrong-type"],
    ),
    "prune_files is not null": (container("prune_files: null"), ["4:18: wrong-type"]),
    "lifecycle is not null": (container("lifecycle:"), ["4:15: wrong-type"]),
    "lifecycle.replace": (container("lifecycle: {replace: first}"), ["4:26: invalid-value"]),
    "a name in defaults": ("version: 1\ncontainers: []\ndefaults: {name: a}\n", ["3:12: unknown-key"]),
    "files in defaults": ("version: 1\ncontainers: []\ndefaults: {files: []}\n", ["3:12: unknown-key"]),
    "what is wrong in defaults": (
        "version: 1\ncontainers: []\ndefaults: {memory_limit: 2g, prune_files: 1}\n",
        ["3:26: invalid-value", "3:43: wrong-type"],
    ),
}

FILES = {
    "without a value": (container("files:"), ["4:11: wrong-type"]),
    "as a mapping": (container("files: {path: a, content: b}"), ["4:12: wrong-type"]),
    "an entry that is text": (container("files: [a.txt]"), ["4:13: wrong-type"]),
    "neither source nor content": (container("files: [{path: a}]"), ["4:13: missing-key"]),
    "source and content": (
        container("files: [{path: a, source: a.txt, content: x}]"),
        ["4:47: conflicting-keys"],
    ),
    "a mistyped source, said once": (container("files: [{sorce: a.txt}]"), ["4:14: unknown-key"]),
    "content without path": (container("files: [{content: x}]"), ["4:13: missing-key"]),
    "content that is a number": (container("files: [{path: a, content: 5}]"), ["4:32: quote-it"]),
    "content without a value": (container("files: [{path: a, content: }]"), ["4:32: wrong-type"]),
    "path with a folder": (container("files: [{path: x/y, content: z}]"), ["4:20: invalid-value"]),
    "path with a trailing slash": (container("files: [{path: x/, content: z}]"), ["4:20: invalid-value"]),
    "path with a control character": (
        container('files: [{path: "a\\tb", content: z}]'),
        ["4:20: invalid-value"],
    ),
    "path with a late control character": (
        container('files: [{path: "a\\u0080b", content: z}]'),
        ["4:20: invalid-value"],
    ),
    "path .": (container("files: [{path: ., content: z}]"), ["4:20: invalid-value"]),
    "path ..": (container("files: [{path: .., content: z}]"), ["4:20: invalid-value"]),
    "an empty path": (container("files: [{path: '', content: z}]"), ["4:20: invalid-value"]),
    "path of 256 bytes": (container(f"files: [{{path: {LONG}, content: z}}]"), ["4:20: invalid-value"]),
    "path of 128 characters in 256 bytes": (
        container(f"files: [{{path: {'é' * 128}, content: z}}]"),
        ["4:20: invalid-value"],
    ),
    "path like an uploaded file's": (
        container(f"files: [{{path: {'0a' * 16}-x, content: z}}]"),
        ["4:20: invalid-value"],
    ),
    "path like a copied file's": (
        container("files: [{path: file-abc-x, content: z}]"),
        ["4:20: invalid-value"],
    ),
    "path that is a number": (container("files: [{path: 007, content: z}]"), ["4:20: quote-it"]),
    "one path twice": (
        container("files: [{path: a, content: x}, {path: a, content: w}]"),
        ["4:43: duplicate-path"],
    ),
    "one path twice, once by the source's name": (
        container("files: [{source: a.txt}, {path: a.txt, content: w}]"),
        ["4:37: duplicate-path"],
    ),
    "one path twice in invalid entries": (
        container("files: [{path: a}, {path: a, content: w, z: 1}]"),
        ["4:13: missing-key", "4:31: duplicate-path", "4:46: unknown-key"],
    ),
    "an aliased entry": (container("files: [&f {path: a, content: x}, *f]"), ["4:39: duplicate-path"]),
    "an empty source": (container("files: [{source: ''}]"), ["4:22: invalid-value"]),
    "a source with a control character": (
        container('files: [{path: a, source: "a\\0b"}]'),
        ["4:31: invalid-value"],
    ),
    "a source's own name that is no path": (
        container("files: [{source: sub/file-ab-x}]"),
        ["4:22: invalid-value"],
    ),
    "a glob that matches nothing": (container("files: [{source: 'sub/*.md'}]"), ["4:22: nothing-matched"]),
    "a glob of which exclude leaves nothing": (
        container("files: [{source: 'sub/*.txt', exclude: [b.*]}]"),
        ["4:22: nothing-matched"],
    ),
    "a glob in a folder that is not there": (container("files: [{source: 'no/*'}]"), ["4:22: file-missing"]),
    "a glob below a file": (container("files: [{source: 'a.txt/*'}]"), ["4:22: file-missing"]),
    "a glob above": (container("files: [{source: '../*'}]"), ["4:22: outside-folder"]),
    "a glob of folders": (container("files: [{source: 'su*/'}]"), ["4:22: invalid-value"]),
    "a glob with ** within a name": (container("files: [{source: 'sub/**.txt'}]"), ["4:22: invalid-value"]),
    "a glob with .. behind a wildcard": (
        container("files: [{source: '*/../a.txt'}]"),
        ["4:22: invalid-value"],
    ),
    "a glob with a path": (container("files: [{path: p, source: 'sub/b*'}]"), ["4:20: conflicting-keys"]),
    "a folder with a path": (container("files: [{path: p, source: sub}]"), ["4:20: conflicting-keys"]),
    "a folder with a name that is no path": (container("files: [{source: sub}]"), ["4:22: invalid-value"]),
    "exclude of content": (
        container("files: [{path: p, content: x, exclude: [a]}]"),
        ["4:44: conflicting-keys"],
    ),
    "exclude of one file": (container("files: [{source: a.txt, exclude: [a]}]"), ["4:38: conflicting-keys"]),
    "exclude as text": (container("files: [{source: sub, exclude: a}]"), ["4:36: wrong-type"]),
    "exclude of nothing": (container("files: [{source: sub, exclude: ['']}]"), ["4:37: invalid-value"]),
    "exclude of folders by a slash": (
        container("files: [{source: sub, exclude: [drafts/]}]"),
        ["4:37: invalid-value"],
    ),
    "file_id and content": (
        container("files: [{path: a, file_id: file-a, content: x}]"),
        ["4:32: conflicting-keys"],
    ),
    "file_id without a path": (container("files: [{file_id: file-a}]"), ["4:13: missing-key"]),
    "file_id of nothing": (container("files: [{path: a, file_id: ''}]"), ["4:32: invalid-value"]),
    "file_id with a folder": (container("files: [{path: a, file_id: ../b}]"), ["4:32: invalid-value"]),
    "a size of what we send": (
        container("files: [{path: a, content: x, bytes: 1}]"),
        ["4:42: conflicting-keys"],
    ),
    "a negative size": (container("files: [{path: a, file_id: f, bytes: -1}]"), ["4:42: invalid-value"]),
    "a digest in capitals": (
        container(f"files: [{{path: a, file_id: f, sha256: {'A' * 64}}}]"),
        ["4:43: invalid-value"],
    ),
    "sensitive as a word": (
        container("files: [{path: a, content: x, sensitive: yes}]"),
        ["4:46: wrong-type"],
    ),
    "a missing source": (container("files: [{source: no.txt}]"), ["4:22: file-missing"]),
    "a missing source in an invalid entry": (
        container("files: [{source: no.txt, x: 1}]"),
        ["4:22: file-missing", "4:30: unknown-key"],
    ),
    "a source above": (container("files: [{source: ../a.txt}]"), ["4:22: outside-folder"]),
    "a source above, by a detour": (
        container("files: [{source: sub/../../a.txt}]"),
        ["4:22: outside-folder"],
    ),
    "an absolute source": (container("files: [{source: /etc/hosts}]"), ["4:22: outside-folder"]),
    "a source below a file": (container("files: [{source: a.txt/b}]"), ["4:22: file-unreadable"]),
}

LIFECYCLES = {
    "prevent_destroy as text": (
        container("lifecycle: {prevent_destroy: 'true'}"),
        ["4:34: wrong-type"],
    ),
    "prevent_destroy without a value": (container("lifecycle: {prevent_destroy: }"), ["4:34: wrong-type"]),
    "prevent_destroy mistyped": (container("lifecycle: {prevent_destory: true}"), ["4:17: unknown-key"]),
    "when_expired": (container("lifecycle: {when_expired: recreated}"), ["4:31: invalid-value"]),
    "when_expired as a boolean": (container("lifecycle: {when_expired: true}"), ["4:31: wrong-type"]),
    "ignore as text": (container("lifecycle: {ignore: files}"), ["4:25: wrong-type"]),
    "ignore of no key": (
        container("lifecycle: {ignore: [files, memory, expires_after.minutes]}"),
        ["4:33: invalid-value", "4:41: invalid-value"],
    ),
    "ignore of nothing": (container("lifecycle: {ignore: [files, ~]}"), ["4:33: wrong-type"]),
}

WAITING = {
    **{
        f"lifecycle.{key}": (container(f"lifecycle: {{{key}: 1}}"), ["4:17: not-supported-yet"])
        for key in ("keep_alive", "renew_before", "collect")
    },
}

VARIABLES = {
    "no mapping": (variables("[a]"), ["3:12: wrong-type"]),
    "without a value": ("version: 1\ncontainers: []\nvariables:\n", ["3:11: wrong-type"]),
    "a default in the place of a variable": (variables("{a: eu}"), ["3:16: wrong-type"]),
    "a variable without a value": (variables("{a: }"), ["3:16: wrong-type"]),
    "a default that is a number": (variables("{a: {default: 7}}"), ["3:26: quote-it"]),
    "a default that some YAML reads as a boolean": (variables("{a: {default: no}}"), ["3:26: quote-it"]),
    "a default without a value": (variables("{a: {default: }}"), ["3:26: wrong-type"]),
    "a default that refers to another": (
        variables("{b: {}, a: {default: '${b}'}}"),
        ["3:33: nested-variable"],
    ),
    "a default that refers to nothing": (variables("{a: {default: '${'}}"), ["3:26: nested-variable"]),
    "a description that is a number": (variables("{a: {description: 7}}"), ["3:30: quote-it"]),
    "an unknown key": (variables("{a: {type: string}}"), ["3:17: unknown-key"]),
    "a variable that is called like a key": (variables("{scope: {prefix: ab-}}"), ["3:21: unknown-key"]),
    "a name with a dash": (variables("{a-b: {}}"), ["3:13: invalid-value"]),
    "a name that begins with a digit": (variables("{1a: {}}"), ["3:13: invalid-value"]),
    "a name of 65 characters": (variables(f"{{{'a' * 65}: {{}}}}"), ["3:13: invalid-value"]),
    "an empty name": (variables("{'': {}}"), ["3:13: invalid-value"]),
    "a name with a line break": (variables('{"a\\n": {}}'), ["3:13: invalid-value"]),
    "one name twice": (variables("{a: {}, a: {}}"), ["3:20: duplicate-key"]),
    "one name in two documents": (
        variables("{a: {}}") + "---\nversion: 1\nvariables: {a: {}}\n",
        ["6:13: duplicate-variable"],
    ),
    "undeclared": (container("memory_limit: ${a}"), ["4:19: undeclared-variable"]),
    "undeclared, many in one value": (
        container("files: [{path: a, content: '${b} ${c} ${b} ${'}]"),
        ["4:32: invalid-reference", "4:32: undeclared-variable", "4:32: undeclared-variable"],
    ),
    "undeclared everywhere": (
        (
            "version: 1\nscope: {prefix: '${a}', exclude: ['${a}'], protect: ['${a}'], compare: '${a}'}\n"
            "defaults: {memory_limit: '${a}'}\ncontainers:\n  - name: ${a}\n"
            "    network_policy: {type: '${a}', allowed_domains: ['${a}']}\n"
            "    lifecycle: {replace: '${a}', ignore: ['${a}']}\n"
            "    files: [{path: '${a}', source: '${a}'}, {path: a, content: '${a}'}]\n"
        ),
        [
            f"{place}: undeclared-variable"
            for place in (
                *("2:17", "2:35", "2:54", "2:72", "3:26", "5:11", "6:28", "6:54", "7:26", "7:43"),
                *("8:20", "8:36", "8:64"),
            )
        ],
    ),
    "a reference without a name": (container("memory_limit: '${}'"), ["4:19: invalid-reference"]),
    "a reference with spaces": (container("memory_limit: '${ a }'"), ["4:19: invalid-reference"]),
    "a reference with a default": (container("memory_limit: '${a:-1g}'"), ["4:19: invalid-reference"]),
    "a reference that is not closed": (container("memory_limit: '${a'"), ["4:19: invalid-reference"]),
    "a reference by an escape": (container('memory_limit: "\\x24{a}"'), ["4:19: undeclared-variable"]),
    "unset": (
        ("version: 1\nvariables: {a: {}}\ncontainers: [{name: '${a}'}, {name: b, memory_limit: '${a}'}]\n"),
        ["3:21: unset-variable", "3:54: unset-variable"],
    ),
    "refused, and nothing said about its use": (
        "version: 1\nvariables: {a: {default: 7}}\ncontainers: [{name: '${a}'}]\n",
        ["2:26: quote-it"],
    ),
    "a value that breaks a rule": (
        "version: 1\nvariables: {a: {default: 2g}}\ncontainers: [{name: b, memory_limit: '${a}'}]\n",
        ["3:38: invalid-value"],
    ),
    "a value that looks like another type": (
        (
            "version: 1\nvariables: {a: {default: 'true'}, b: {default: '5'}}\ncontainers:\n  - name: c\n"
            "    prune_files: ${a}\n    expires_after: {anchor: last_active_at, minutes: '${b}'}\n"
        ),
        ["5:18: wrong-type", "6:54: wrong-type"],
    ),
    "a reference in a key": (variables("{a: {default: b}}") + "'${a}': 1\n", ["4:1: unknown-key"]),
    "an escaped reference": (container("memory_limit: '$${a}'"), ["4:19: invalid-value"]),
    "where a document cannot be read, nothing is undeclared": (
        container("memory_limit: ${a}") + "---\nversion: 1\nvariables: [\n",
        ["7:13: yaml-syntax"],
    ),
    "where a document is of another version, nothing is undeclared": (
        container("memory_limit: ${a}") + "---\nversion: 2\nvariables: {a: {}}\n",
        ["6:10: invalid-value"],
    ),
}

REPLICAS = {
    "none": (container("replicas: 0"), ["4:15: invalid-value"]),
    "less than none": (container("replicas: -1"), ["4:15: invalid-value"]),
    "too many": (container("replicas: 10001"), ["4:15: invalid-value"]),
    "as text": (container("replicas: '3'"), ["4:15: wrong-type"]),
    "as a boolean": (container("replicas: true"), ["4:15: wrong-type"]),
    "with a fraction": (container("replicas: 3.0"), ["4:15: wrong-type"]),
    "without a value": (container("replicas:"), ["4:14: wrong-type"]),
    "in defaults": ("version: 1\ncontainers: []\ndefaults: {replicas: 2}\n", ["3:12: unknown-key"]),
    "too many in the whole set, said once": (
        (
            "version: 1\ncontainers:\n  - {name: a, replicas: 9999}\n  - {name: b, replicas: 1}\n"
            "  - {name: c, replicas: 1}\n  - {name: d, replicas: 1}\n"
        ),
        ["5:25: invalid-value"],
    ),
    "a name that has no room for a number": (
        f"version: 1\ncontainers: [{{name: {'a' * 99}, replicas: 3}}]\n",
        ["2:21: invalid-value"],
    ),
    "a replica that is declared by itself": (
        "version: 1\ncontainers: [{name: a, replicas: 3}, {name: a-1}]\n",
        ["2:45: duplicate-name"],
    ),
    "a replica that was declared by itself": (
        "version: 1\ncontainers: [{name: a-1}, {name: a, replicas: 3}]\n",
        ["2:34: duplicate-name"],
    ),
    "one name with replicas twice, said once": (
        "version: 1\ncontainers: [{name: a, replicas: 3}, {name: a, replicas: 2}]\n",
        ["2:45: duplicate-name"],
    ),
    "replicas of replicas": (
        "version: 1\ncontainers: [{name: a, replicas: 2}, {name: a-1, replicas: 2}, {name: a-1-0}]\n",
        ["2:71: duplicate-name"],
    ),
    "excluded, said once": (
        "version: 1\nscope: {prefix: ab-, exclude: [ab-c-]}\ncontainers: [{name: ab-c, replicas: 3}]\n",
        ["3:21: outside-scope"],
    ),
    "some of them excluded": (
        "version: 1\nscope: {prefix: ab-, exclude: [ab-c-1]}\ncontainers: [{name: ab-c, replicas: 2}]\n",
        ["3:21: outside-scope"],
    ),
}

ALL_AT_ONCE = """\
version: 1
scope: {prefix: ab-, compare: hash}
defaults: {memory_limit: 2g}
containers:
  - name: ab-a
    memory: 1g
  - name: xy
    files:
      - {path: a/b, content: x}
      - {source: no.txt}
  - name: ab-a
    prune_files: "no"
"""

TABLES = {
    "document": DOCUMENTS,
    "scope": SCOPES,
    "name": NAMES,
    "field": FIELDS,
    "file": FILES,
    "lifecycle": LIFECYCLES,
    "variable": VARIABLES,
    "replicas": REPLICAS,
    "waiting": WAITING,
}

CASES = [
    pytest.param(*case, id=f"{table}: {name}")
    for table, cases in TABLES.items()
    for name, case in cases.items()
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_broken_rule_is_reported_once_at_its_place(folder: Folder, text: str, expected: list[str]) -> None:
    assert folder.problems(text) == expected


def test_all_problems_are_reported_at_once(folder: Folder) -> None:
    assert folder.problems(ALL_AT_ONCE) == [
        "2:31: invalid-value",
        "3:26: invalid-value",
        "6:5: unknown-key",
        "7:11: outside-scope",
        "9:16: invalid-value",
        "10:18: file-missing",
        "11:11: duplicate-name",
        "12:18: wrong-type",
    ]
