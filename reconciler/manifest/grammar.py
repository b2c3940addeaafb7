"""The one definition of a manifest document: its keys, their types, and the rules between them.

Typed dictionaries rather than model classes: what was validated is the plain value itself, and a key
that may be left out is not therefore a key that may be null. What a pattern cannot say is said by a
rule; what one document cannot know (other documents, the disk) is checked elsewhere.

A mapping with two shapes (a network policy, a file) is one type with a rule rather than a union: an
error then lies at the key that is wrong, here and in an editor that reads the published schema.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict  # typing's own is not enough for pydantic before Python 3.12

from reconciler.manifest import input_rules, rules, shapes, variables
from reconciler.manifest.grammar_inputs import (  # noqa: TC001 - as below
    DomainSecretEntry,
    SkillEntry,
)
from reconciler.manifest.grammar_scope import Scope  # noqa: TC001 - pydantic reads the types of keys when it runs
from reconciler.manifest.obeying import OR_NULL
from reconciler.manifest.obeying import closed as _closed
from reconciler.manifest.obeying import obeys as _obeys
from reconciler.manifest.obeying import text as _text

Version = Annotated[int, BeforeValidator(_obeys(rules.version)), WithJsonSchema({"const": rules.VERSION})]
Name = Annotated[str, *_text(rules.name, pattern=rules.NAME_PATTERN)]
Domain = Annotated[str, *_text(rules.domain, minLength=1)]
Source = Annotated[str, *_text(rules.source, minLength=1)]
Default = Annotated[str, *_text(rules.default, **{"not": {"type": "string", "pattern": variables.BEFORE}})]
Replicas = Annotated[
    int,
    AfterValidator(_obeys(rules.replicas)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": rules.MAX_REPLICAS}),
]
Exclude = Annotated[str, *_text(rules.exclude, minLength=1)]
FileId = Annotated[str, *_text(rules.file_id, pattern=rules.FILE_ID_PATTERN)]
Sha256 = Annotated[str, *_text(rules.sha256, pattern=rules.SHA256_PATTERN)]
Path = Annotated[
    str,
    *_text(
        rules.file_path,
        pattern=rules.PATH_PATTERN,
        maxLength=rules.MAX_NAME_BYTES,
        **{"not": {"type": "string", "pattern": rules.NOT_A_PATH}},
    ),
]


@with_config(_closed(**OR_NULL, **shapes.NETWORK_POLICY))
class NetworkPolicy(TypedDict):
    """What the container may reach: nothing, or the listed domains."""

    type: Annotated[
        Literal["disabled", "allowlist"],
        Field(description="disabled: nothing. allowlist: the allowed_domains."),
    ]
    allowed_domains: NotRequired[
        Annotated[
            list[Domain],
            Field(
                min_length=1,
                json_schema_extra={"uniqueItems": True},
                description="The domains of an allowlist, each once.",
                examples=[["api.example.com", "data.example.org"]],
            ),
        ]
    ]
    domain_secrets: NotRequired[
        Annotated[
            list[DomainSecretEntry],
            Field(
                min_length=1,
                description="Secrets for requests to allowed domains. Never shown back.",
                examples=[
                    [{"domain": "api.example.com", "name": "TOKEN", "value_from": {"env": "API_TOKEN"}}]
                ],
            ),
        ]
    ]


@with_config(_closed(**OR_NULL))
class ExpiresAfter(TypedDict):
    """When an idle container dies, and its data with it."""

    anchor: Annotated[Literal["last_active_at"], Field(description="What the minutes are counted from.")]
    minutes: Annotated[int, Field(ge=1, description="OpenAI accepts 20 at most.", examples=[20])]


@with_config(_closed(**shapes.FILE))
class FileEntry(TypedDict):
    """A file of the container, from a local file or from text in the manifest."""

    path: NotRequired[
        Annotated[
            Path,
            Field(
                description="Its bare name under /mnt/data. Default: the name of the source.",
                examples=["prices.csv"],
            ),
        ]
    ]
    source: NotRequired[
        Annotated[
            Source,
            Field(
                description="A local file, a folder (every file below it) or a glob, relative to this "
                "manifest. Each file of a folder or a glob keeps its own name.",
                examples=["data/prices.csv", "prompts/*.md", "data"],
            ),
        ]
    ]
    exclude: NotRequired[
        Annotated[
            list[Exclude],
            Field(
                description="What a folder or a glob leaves out: names of files and folders, or with a / in "
                "it paths, relative to this manifest.",
                examples=[["*.tmp", "prompts/drafts/*"]],
            ),
        ]
    ]
    content: NotRequired[
        Annotated[
            str,
            Field(description="The text of the file, stored as UTF-8.", examples=['{"region": "eu"}']),
        ]
    ]
    file_id: NotRequired[
        Annotated[
            FileId,
            Field(
                description="A file of the Files API, which the server copies. It names the copy: path "
                "must be the name that the file was uploaded under.",
                examples=["file-abc123"],
            ),
        ]
    ]
    bytes: NotRequired[
        Annotated[
            int, Field(ge=0, description="With file_id: the size that the copy must have.", examples=[4096])
        ]
    ]
    sha256: NotRequired[
        Annotated[
            Sha256,
            Field(
                description="With file_id: the SHA-256 of the contents, 64 hex digits.",
                examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            ),
        ]
    ]
    sensitive: NotRequired[
        Annotated[
            bool,
            Field(default=False, description="Its contents are never shown, nor is the set cached."),
        ]
    ]


@with_config(_closed())
class Lifecycle(TypedDict):
    """How a container is replaced, and what is never done to it."""

    replace: NotRequired[
        Annotated[
            Literal["create_first", "delete_first"],
            Field(default="create_first", description="Which half comes first; delete_first is for quotas."),
        ]
    ]
    prevent_destroy: NotRequired[
        Annotated[bool, Field(default=False, description="Never delete or replace it.")]
    ]
    when_expired: NotRequired[
        Annotated[
            Literal["recreate", "leave", "on_demand"],
            Field(
                default="recreate",
                description="What apply does once it expired; on_demand leaves it to whoever asks for it.",
            ),
        ]
    ]
    ignore: NotRequired[
        Annotated[
            list[Literal["memory_limit", "network_policy", "expires_after", "files"]],
            Field(description="Keys whose drift is reported and not acted on.", examples=[["expires_after"]]),
        ]
    ]


class _Settings(TypedDict):
    memory_limit: NotRequired[
        Annotated[
            Literal["1g", "4g", "16g", "64g", None],  # noqa: PYI061 - one enum in the schema, no union
            Field(description="The container's memory; null means the server's default."),
        ]
    ]
    network_policy: NotRequired[
        Annotated[
            Annotated[NetworkPolicy, AfterValidator(_obeys(shapes.network_policy))] | None,
            Field(
                description="What it may reach; null means the server's default.",
                examples=[{"type": "allowlist", "allowed_domains": ["api.example.com"]}],
            ),
        ]
    ]
    skills: NotRequired[
        Annotated[
            list[Annotated[SkillEntry, AfterValidator(_obeys(input_rules.skill))]] | None,
            Field(
                description="Skills that it is created with; null and an empty list mean none.",
                examples=[[{"type": "skill_reference", "skill_id": "openai-spreadsheets", "version": "2"}]],
            ),
        ]
    ]
    expires_after: NotRequired[
        Annotated[
            ExpiresAfter | None,
            Field(
                description="When it dies; null means the server's default.",
                examples=[{"anchor": "last_active_at", "minutes": 20}],
            ),
        ]
    ]
    prune_files: NotRequired[
        Annotated[bool, Field(default=False, description="Delete user files that are not declared.")]
    ]
    lifecycle: NotRequired[
        Annotated[
            Lifecycle,
            Field(
                description="How it is replaced, and what is never done to it.",
                examples=[{"prevent_destroy": True, "replace": "create_first"}],
            ),
        ]
    ]


@with_config(_closed())
class Defaults(_Settings):
    """Keys for every container of the set. Given once; a container's own key replaces the whole value."""


@with_config(_closed())
class Container(_Settings):
    """A container by its name."""

    name: Annotated[
        Name,
        Field(
            description="Its name: it begins with the scope's prefix and is declared once in the whole set.",
            examples=["ci-analysis"],
        ),
    ]
    replicas: NotRequired[
        Annotated[
            Replicas,
            Field(
                description="So many containers, name-0 and on. Without it there is one, by the bare name.",
                examples=[3],
            ),
        ]
    ]
    files: NotRequired[
        Annotated[
            list[Annotated[FileEntry, AfterValidator(_obeys(shapes.file))]],
            Field(
                description="Its files. Without this key they are unmanaged; an empty list declares none.",
                examples=[[{"path": "prices.csv", "source": "data/prices.csv"}]],
            ),
        ]
    ]


@with_config(_closed())
class Variable(TypedDict):
    """A variable by its name: `${name}` in a value stands for its text.

    What sets it is --var, --var-file, RECONCILER_VAR_name, its default, the first of them that has it.
    """

    default: NotRequired[
        Annotated[Default, Field(description="Its text where nothing sets it.", examples=["eu"])]
    ]
    description: NotRequired[
        Annotated[str, Field(description="What it is for, for people.", examples=["where the data is"])]
    ]


@with_config(_closed())
class Manifest(TypedDict):
    """One document of a set of manifests for reconciler."""

    version: Annotated[Version, Field(description="The version of this format.")]
    scope: NotRequired[
        Annotated[
            Scope,
            Field(
                description="Which live containers belong to this set; given once in the whole set.",
                examples=[{"prefix": "ci-", "prune": True}],
            ),
        ]
    ]
    variables: NotRequired[
        Annotated[
            dict[str, Variable],
            Field(
                description="Variables of the whole set, each declared once: ${name} in any value.",
                examples=[{"region": {"default": "eu"}}],
                json_schema_extra=shapes.variables,
            ),
        ]
    ]
    defaults: NotRequired[
        Annotated[
            Defaults,
            Field(
                description="Keys for every container; a container's own key replaces the whole value.",
                examples=[{"memory_limit": "1g"}],
            ),
        ]
    ]
    containers: NotRequired[
        Annotated[
            list[Container],
            Field(
                description="The declared containers; an empty list declares none.",
                examples=[[{"name": "ci-analysis", "memory_limit": "4g"}]],
            ),
        ]
    ]
