"""The part of the grammar that says which containers belong to a set, and how many may go at once."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict  # typing's own is not enough for pydantic before Python 3.12

from reconciler.manifest import rules, shapes
from reconciler.manifest.obeying import closed, text
from reconciler.model.scope import DEFAULT_MAX_DELETE_PERCENT

Prefix = Annotated[str, *text(rules.prefix, pattern=rules.PREFIX_PATTERN)]
Protected = Annotated[str, *text(rules.glob, minLength=1)]


@with_config(closed())
class Limits(TypedDict):
    """How many containers one apply may lose."""

    max_deletes: NotRequired[
        Annotated[int, Field(ge=0, description="So many. Default: no such limit.", examples=[50])]
    ]
    max_delete_percent: NotRequired[
        Annotated[
            int,
            Field(
                ge=0,
                le=100,
                default=DEFAULT_MAX_DELETE_PERCENT,
                description="A share of the containers that the set owns, once there are ten of them.",
            ),
        ]
    ]


@with_config(closed(**shapes.SCOPE))
class Scope(TypedDict):
    """Which live containers belong to this set. Given once per set.

    Without a prefix the set manages exactly the names that it declares.
    """

    prefix: NotRequired[
        Annotated[
            Prefix,
            Field(
                description="Live containers whose name begins with this belong to the set. "
                "At least 3 characters, the last one of - _ . /",
                examples=["ci-"],
            ),
        ]
    ]
    exclude: NotRequired[
        Annotated[
            list[str],
            Field(
                max_length=rules.MAX_GLOBS,
                description="Longer prefixes that do not belong to the set.",
                examples=[["ci-other-"]],
            ),
        ]
    ]
    prune: NotRequired[
        Annotated[
            bool,
            Field(
                default=False,
                description="Delete live containers in scope that no manifest declares.",
            ),
        ]
    ]
    sweep: NotRequired[
        Annotated[bool, Field(default=False, description="Also delete the dead rows of the scope.")]
    ]
    compare: NotRequired[
        Annotated[
            Literal["digest", "size"],
            Field(
                default="digest",
                description="How file contents are compared: size never downloads a file.",
            ),
        ]
    ]
    limits: NotRequired[
        Annotated[
            Limits,
            Field(
                description="How many containers one apply may delete or replace; see --allow-deletes.",
                examples=[{"max_deletes": 50, "max_delete_percent": 30}],
            ),
        ]
    ]
    protect: NotRequired[
        Annotated[
            list[Protected],
            Field(
                max_length=rules.MAX_GLOBS,
                description="Globs of names that are never deleted or replaced, declared or not any more.",
                examples=[["ci-prod-*"]],
            ),
        ]
    ]
