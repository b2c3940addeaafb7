"""Settings by the name of a service, bundled from what is known of each.

A profile says what differs from the OpenAI API; single settings still override it. What is not known of a
service is left as the OpenAI API has it.
"""

from typing import Any, Literal, get_args

from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.settings import Settings

Profile = Literal["openai", "azure", "oci", "litellm"]
"""A service whose ways are known.

* ``openai``: the API itself.
* ``azure``: keys also in ``api-key``, below ``/openai`` and ``/openai/v1`` too, no ``domain_secrets``, a
  container is deleted an hour after its creation, errors without ``type``.
* ``oci``: no skills and no network policies, 64 GB of memory for all containers together.
* ``litellm``: a gateway. It drops what it does not know, wraps ids, shows a key only its own containers,
  filters pages after they were cut, caches the list for a minute, repeats failed requests, and answers
  ``{"detail": ...}``.
"""

PROFILES: dict[Profile, dict[str, Any]] = {
    "openai": {},
    "azure": {
        "base_paths": ("/v1", "/openai/v1", "/openai"),
        "accept_api_key_header": True,
        "refused_fields": ("network_policy.domain_secrets",),
        "lifetime_minutes": 60,
        "error_envelope": "azure",
    },
    "oci": {
        "base_paths": ("/v1", "/openai/v1"),
        "refused_fields": ("skills", "network_policy"),
        "show_network_policy": False,
        "memory_pool_gb": 64,
    },
    "litellm": {
        "base_paths": ("/v1", ""),
        "owner_filter": True,
        "name_filter": "ignored",
        "kept_fields": ("name", "expires_after", "file_ids"),
        "json_file_id": False,
        "show_memory_limit": False,
        "show_network_policy": False,
        "long_ids": True,
        "error_envelope": "detail",
        "gateway_retries": 2,
        "list_cache_seconds": 60,
    },
}


def profile_settings(profile: str, **overrides: Any) -> Settings:
    """The settings of a profile, with single ones overridden.

    Raises:
        EmulatorError: There is no such profile, or the settings make no sense.
    """
    for name in get_args(Profile):
        if name == profile:
            return Settings(**{**PROFILES[name], **overrides})
    raise EmulatorError(f"profile must be one of {', '.join(get_args(Profile))}, not {profile!r}")
