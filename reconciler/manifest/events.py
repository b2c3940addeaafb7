"""The events of the YAML parser, and what is noticed of them in passing where that is needed.

`yaml.parse` asks twice for each event, and does nothing else that is wanted here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import ScalarEvent

from reconciler.manifest.comments import SIGN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark
    from yaml.events import Event

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML was built with it."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def events_of(text: str, parser: type[yaml.SafeLoader], signed: list[tuple[int, int]]) -> Iterator[Event]:
    """The events of a text.

    Args:
        text: of a whole file.
        parser: of PyYAML.
        signed: gets where each scalar begins and ends in which `SIGN` stands, as indexes.
    """
    events: Iterator[Event] = iter(parser(text).get_event, None)
    if parser is not PARSER or PARSER is yaml.SafeLoader:
        events = _whole(events)  # the C parser refuses halves itself
    return _noticing(events, signed) if SIGN in text else events


def _whole(events: Iterator[Event]) -> Iterator[Event]:
    """Refuses half of a surrogate pair that an escape made."""
    for event in events:
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            raise MarkedYAMLError(problem="half of a surrogate pair", problem_mark=place_of(event))
        yield event


def _noticing(events: Iterator[Event], signed: list[tuple[int, int]]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, ScalarEvent) and SIGN in event.value:
            signed.append((place_of(event).index, cast("Mark", event.end_mark).index))
        yield event


def place_of(event: Event) -> Mark:
    """Where an event begins."""
    return cast("Mark", event.start_mark)  # no event of a parser comes without one
