"""The part of the grammar that is about write-only inputs: skills, and secrets for domains."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import AfterValidator, Field, with_config
from typing_extensions import TypedDict  # typing's own is not enough for pydantic before Python 3.12

from reconciler.manifest import input_rules, rules
from reconciler.manifest.obeying import closed, obeys, text

Domain = Annotated[str, *text(rules.domain, minLength=1)]
Folder = Annotated[str, *text(rules.folder, minLength=1)]
SkillId = Annotated[str, *text(input_rules.skill_id, minLength=1, maxLength=input_rules.MAX_ID)]
SkillVersion = Annotated[str, *text(input_rules.skill_version, pattern=input_rules.VERSION_PATTERN)]
SkillName = Annotated[str, *text(input_rules.skill_name, minLength=1)]
Words = Annotated[str, *text(input_rules.words, minLength=1)]
SecretName = Annotated[str, *text(input_rules.secret_name, minLength=1)]
SecretFile = Annotated[str, *text(input_rules.secret_file, minLength=1)]
VariableName = Annotated[str, *text(input_rules.variable, pattern=input_rules.VARIABLE_PATTERN)]


@with_config(closed(**input_rules.VALUE_FROM))
class ValueFrom(TypedDict):
    """Where the value of a secret is. The value itself never stands in a manifest."""

    env: NotRequired[
        Annotated[VariableName, Field(description="An environment variable.", examples=["API_TOKEN"])]
    ]
    file: NotRequired[
        Annotated[
            SecretFile,
            Field(
                description="A local file, relative to this manifest; a line end at its end is left out.",
                examples=["secrets/token"],
            ),
        ]
    ]


@with_config(closed())
class DomainSecretEntry(TypedDict):
    """A secret that is put in for its name in requests to one of the allowed domains, and only there."""

    domain: Annotated[Domain, Field(description="One of allowed_domains.", examples=["api.example.com"])]
    name: Annotated[
        SecretName,
        Field(description="What the container sees instead of the value: $NAME.", examples=["TOKEN"]),
    ]
    value_from: Annotated[
        Annotated[ValueFrom, AfterValidator(obeys(input_rules.value_from))],
        Field(description="Where the value is: env or file.", examples=[{"env": "API_TOKEN"}]),
    ]
    version: NotRequired[
        Annotated[
            int,
            Field(
                ge=1,
                description="Counts rotations: raise it with each new value, and the container is replaced. "
                "With a version, planning does not need the value.",
                examples=[3],
            ),
        ]
    ]


@with_config(closed(**input_rules.SKILL))
class SkillEntry(TypedDict):
    """A skill of the account, or one that is sent along."""

    type: Annotated[
        Literal["skill_reference", "inline"],
        Field(description="skill_reference: one that the account has; inline: a folder beside the manifest."),
    ]
    skill_id: NotRequired[
        Annotated[
            SkillId,
            Field(description="The id of a skill that the account has.", examples=["openai-spreadsheets"]),
        ]
    ]
    version: NotRequired[
        Annotated[
            SkillVersion,
            Field(
                description="A version as text, or latest. Without a number a later one is not seen.",
                examples=["2"],
            ),
        ]
    ]
    name: NotRequired[
        Annotated[SkillName, Field(description="What the skill is called.", examples=["cleaner"])]
    ]
    description: NotRequired[
        Annotated[
            Words, Field(description="What the skill is for, in a sentence.", examples=["cleans tables"])
        ]
    ]
    source: NotRequired[
        Annotated[
            Folder,
            Field(
                description="Its folder, relative to this manifest, with one SKILL.md at the top.",
                examples=["skills/cleaner"],
            ),
        ]
    ]
