"""What a target does when a field is omitted, and what it cannot do. Known offline, openai first.

How a gap weighs follows from how it is known. What a target's own reference leaves out or calls unsupported,
or what users saw refused, is an error: the create would fail, or be refused half-way through an apply. What
prose hints at, or what is dropped in silence, is a warning: the target may have learned it since. What
nobody knows of a target is left as the OpenAI API has it.
"""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.diagnostics import Severity
from reconciler.model.memory import LEAST_LAG
from reconciler.model.prices import OPENAI_PRICES_OF, OPENAI_USD_PER_HOUR
from reconciler.model.spec import DISABLED, ExpiresAfter, NetworkPolicy

MEMORY_LIMITS = ("1g", "4g", "16g", "64g")


class Feature(StrEnum):
    """What a container may declare and a target may lack; written as the field that asks for it."""

    MEMORY_LIMIT = "memory_limit"
    NETWORK_POLICY = "network_policy"
    ALLOWLIST = "network_policy.allowed_domains"
    DOMAIN_SECRETS = "network_policy.domain_secrets"
    SKILLS = "skills"
    FILE_ID = "files.file_id"


class Gap(Struct, frozen=True):
    """Something that a target cannot do: how it is told, what to do about it, and who says so."""

    feature: Feature
    severity: Severity
    code: str
    says: str
    hint: str
    known_from: str


class IdleLimit(Struct, frozen=True):
    """The longest idle minutes; more is known to be refused (error), or not documented (warning)."""

    minutes: int
    severity: Severity
    known_from: str


BEYOND = "beyond-target"
"""The code of what a target refuses, or cannot give."""

DROPPED = "unverifiable"
"""The code of what a gateway drops in silence: asked for, and nobody can tell whether it was given."""


class Profile(Struct, frozen=True):
    """Defaults and limits of one kind of target.

    `idle` is the longest idle time, None where it is unknown. `gaps` is what it cannot do.
    `memory_pool_gb` is what all its containers share, `lifetime_minutes` how long a container lives however
    active it is; None without such a limit. `list_lag` is for how many seconds its lists may lack what was
    made, as far as that is known. `usd_per_hour` prices an active container by memory limit;
    `prices_of` is the month of those prices. `requests_per_minute` is what an account is documented to have.
    """

    name: str
    memory_limit: str
    expires_after: ExpiresAfter
    network_policy: NetworkPolicy
    idle: IdleLimit | None
    usd_per_hour: tuple[tuple[str, float], ...]
    gaps: tuple[Gap, ...] = ()
    memory_pool_gb: int | None = None
    lifetime_minutes: int | None = None
    list_lag: float = LEAST_LAG
    prices_of: str | None = None
    requests_per_minute: int | None = None

    def price(self, memory_limit: str | None) -> float:
        """US dollars per hour of one active container; 0.0 for a size without a known price."""
        return dict(self.usd_per_hour).get(memory_limit or self.memory_limit, 0.0)


OPENAI = Profile(
    name="openai",
    memory_limit="1g",
    expires_after=ExpiresAfter(20),
    network_policy=NetworkPolicy(DISABLED),
    idle=IdleLimit(
        20, Severity.ERROR, "measured by three users: integer_above_max_value; not in the reference"
    ),
    usd_per_hour=OPENAI_USD_PER_HOUR,
    prices_of=OPENAI_PRICES_OF,
    requests_per_minute=100,  # platform.openai.com, code interpreter: 100 a minute for an organisation
)

GENERIC = Profile(
    name="generic",
    memory_limit="1g",
    expires_after=ExpiresAfter(20),
    network_policy=NetworkPolicy(DISABLED),
    idle=None,
    usd_per_hour=(),
)


_SHELLS = "learn.microsoft.com, Foundry how-to/shells, August 2026"
_ORACLE = "docs.oracle.com, generative-ai/containers-api, 2026"
_GATEWAY = "LiteLLM's source, September 2026: create forwards name, expires_after and file_ids only"

AZURE = replace(
    GENERIC,
    name="azure",
    idle=IdleLimit(20, Severity.WARNING, _SHELLS),
    gaps=(
        Gap(
            Feature.ALLOWLIST,
            Severity.WARNING,  # its reference takes the field, its prose says that it opens nothing
            BEYOND,
            "hosted containers have no outbound network there, so an allowlist opens nothing",
            "leave network_policy out, or have the program outside of the container fetch what it needs",
            _SHELLS,
        ),
        Gap(
            Feature.DOMAIN_SECRETS,
            Severity.ERROR,
            BEYOND,
            "its network policy has no domain_secrets",
            "leave domain_secrets out",
            "learn.microsoft.com, Foundry reference containers, 2026",
        ),
    ),
    lifetime_minutes=60,  # _SHELLS: deleted one hour after its creation regardless
)

OCI = replace(
    GENERIC,
    name="oci",
    idle=IdleLimit(20, Severity.WARNING, _ORACLE),
    gaps=(
        Gap(
            Feature.NETWORK_POLICY,
            Severity.ERROR,
            BEYOND,
            "network_policy is not supported there",
            "leave it out: its containers have no external network in any case",
            _ORACLE,
        ),
        Gap(
            Feature.SKILLS,
            Severity.ERROR,
            BEYOND,
            "skills are not supported there",
            "leave them out",
            _ORACLE,
        ),
    ),
    memory_pool_gb=64,  # _ORACLE: for each tenancy, raised by a service request
)


def _dropped(feature: Feature) -> Gap:
    return Gap(
        feature,
        Severity.WARNING,
        DROPPED,
        f"the gateway drops {feature.value} in silence, so the container may not have it",
        "talk to the provider itself, or leave it out and take its default",
        _GATEWAY,
    )


LITELLM = replace(
    GENERIC,
    name="litellm",
    list_lag=75.0,  # it caches lists for 60 s (LiteLLM's source, September 2026)
    gaps=(
        _dropped(Feature.MEMORY_LIMIT),
        _dropped(Feature.NETWORK_POLICY),
        _dropped(Feature.DOMAIN_SECRETS),
        _dropped(Feature.SKILLS),
        Gap(
            Feature.FILE_ID,
            Severity.ERROR,
            BEYOND,
            "the gateway takes uploads only, no file_id",
            "give the file a source",
            "LiteLLM's source, September 2026: 400 missing `file`",
        ),
    ),
)

PROFILES = {profile.name: profile for profile in (OPENAI, AZURE, OCI, LITELLM, GENERIC)}
"""By the names that `--provider` takes."""

_HOSTS = (
    ("openai.com", OPENAI),
    ("*.openai.com", OPENAI),
    ("*.openai.azure.com", AZURE),
    ("*.services.ai.azure.com", AZURE),
    ("inference.generativeai.*.oci.oraclecloud.com", OCI),
)
"""A gateway stands anywhere, so LiteLLM cannot be guessed."""


def profile_for(host: str) -> Profile:
    """Guesses the profile from the target's host name."""
    return next((profile for glob, profile in _HOSTS if fnmatchcase(host.lower(), glob)), GENERIC)
