"""`reconciler emulator`: serves until a signal."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from pathlib import Path
from secrets import randbits
from typing import TYPE_CHECKING, Any

from reconciler.emulator import EmulatorError, Settings, profile_settings
from reconciler.emulator import serve as serve_emulator
from reconciler.model.exit_codes import ExitCode
from reconciler.render.escape import safe

if TYPE_CHECKING:
    import argparse

    from reconciler.emulator import Address


def serve(options: argparse.Namespace) -> int:
    """Runs the emulator in the foreground; its base URL is the only line on stdout."""
    try:
        settings = _settings(options)
    except EmulatorError as error:
        sys.stderr.write(f"reconciler emulator: error: {safe(str(error), 800)}\n")
        return ExitCode.USAGE
    try:
        serve_emulator(settings, on_ready=lambda address: _announce(address, settings))
    except EmulatorError as error:
        sys.stderr.write(f"reconciler: the emulator cannot start: {safe(str(error), 400)}\n")
        return ExitCode.ERROR
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    return profile_settings(
        options.profile,
        data=Path(options.data) if options.data else None,
        host=options.host,
        port=options.port,
        api_keys=tuple(options.api_key),
        control_key=options.control_key,
        status_page=not options.no_page,
        faults=tuple(options.fault),
        seed=_seed(options),
        rate_limit=options.rate_limit,
        list_lag=options.list_lag,
        delete_lag=options.delete_lag,
        lag_files=options.lag_files,
        **_overrides(options),
    )


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """The points of the profile that were given otherwise; what was not given stays the profile's."""
    domains = options.allow_domain
    given = {
        "path_mode": options.path_mode,
        "name_filter": options.name_filter,
        "expired_answer": options.expired_answer,
        "expired_is_gone": options.expired_gone,
        "touch_on_list": options.touch_on_list,
        "touch_on_file_list": False if options.no_touch_on_file_list else None,
        "max_minutes": options.max_minutes,
        "lifetime_minutes": options.lifetime,
        "memory_pool_gb": options.memory_pool,
        "organization_domains": None if domains is None else tuple(domains),
        "strict_skills": options.strict_skills,
    }
    return {name: value for name, value in given.items() if value is not None}


def _seed(options: argparse.Namespace) -> int | None:
    """The seed that was given; where faults need one, one that can be told and given again."""
    if options.seed is None and options.fault:
        return randbits(32)
    seed: int | None = options.seed
    return seed


def _announce(address: Address, settings: Settings) -> None:
    sys.stdout.write(f"{address.base_url}\n")
    sys.stdout.flush()
    key = "with one of the given keys" if settings.api_keys else "any OPENAI_API_KEY works"
    _say(f"serving; set OPENAI_BASE_URL to the line above, {key}")
    if settings.status_page:
        _say(f"what it holds and does is shown at {address.root_url}/")
    if settings.faults:
        _say(f"faults are drawn with --seed {settings.seed}")
    if not _is_local(settings.host):
        _say(
            f"warning: listening on {settings.host}: whoever reaches this machine can read, write and "
            "delete; leave --host out to serve this machine alone"
        )


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say(sentence: str) -> None:
    sys.stderr.write(f"emulator: {safe(sentence, 400)}\n")
    sys.stderr.flush()
