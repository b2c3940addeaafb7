"""What a server is started with, checked and put in place; a reset puts it in place again."""

from fnmatch import fnmatchcase

from reconciler.emulator.endpoints.table import CONTAINER_ROUTES, FILE_ROUTES, SKILL_ROUTES
from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.faults.parse import Parsed, parse_rules
from reconciler.emulator.service import Service
from reconciler.emulator.settings import Settings
from reconciler.emulator.store.database import Database
from reconciler.emulator.wire.errors import ApiError

_ENDPOINTS = tuple(
    f"{method} {route.template}"
    for route in CONTAINER_ROUTES + FILE_ROUTES + SKILL_ROUTES
    for method in route.methods
)


def check_lines(lines: tuple[str, ...]) -> Parsed:
    """The faults of lines of text.

    Raises:
        EmulatorError: A line makes no sense, or is about no endpoint.
    """
    parsed = Parsed([], [])
    for line in lines:
        try:
            rules, limits = parse_rules([line])
        except ApiError as error:
            reason = str(error).removeprefix("Invalid 'rules[0]': ").removesuffix(".")
            raise EmulatorError(f"fault {line!r}: {reason}") from error
        endpoint = rules[0].endpoint if rules else limits[0].endpoint
        if not any(fnmatchcase(known, endpoint) for known in _ENDPOINTS):
            expected = ", ".join(_ENDPOINTS)
            raise EmulatorError(f"fault {line!r}: no endpoint is {endpoint!r}; expected one of {expected}")
        parsed.rules.extend(rules)
        parsed.limits.extend(limits)
    return parsed


def armed(settings: Settings, database: Database) -> Service:
    """A service as its settings want it."""
    service = Service(settings, database)
    arm(service)
    return service


def arm(service: Service) -> None:
    """Put faults, limits and lag back to what the settings say."""
    settings = service.settings
    service.faults.clear()
    if settings.seed is not None:
        service.faults.reseed(settings.seed)
    rules, limits = check_lines(settings.faults)
    if settings.rate_limit is not None:
        limits += check_lines((f"*: rate-limit {settings.rate_limit}",)).limits
    service.faults.add(rules, limits)
    service.lag.create, service.lag.delete = settings.list_lag, settings.delete_lag
    service.lag.files = settings.lag_files
    service.files.lag.clear()
