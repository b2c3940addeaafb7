"""The parts of the page: figures, containers, faults, requests. They read, and touch nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from reconciler.emulator.page.html import Html, table, tag, text
from reconciler.emulator.service import Service
from reconciler.emulator.store.overview import count_by_status, count_totals, first_files, newest_containers
from reconciler.emulator.store.rows import Container, File

CONTAINERS = 100
FILES = 3
REQUESTS = 40
_SHOWN_PARAMETERS = ("limit", "order", "after", "name")
"""Only what lists take: somebody may have put a key into a query."""

_FAILED, _BROKEN = 400, 500
_MANGLED = re.compile("([0-9a-f]{4})[0-9a-f]{28}-")
_MINUTE = 60


def tiles(service: Service) -> Html:
    """The figures on top."""
    totals = count_totals(service.database)
    figures: dict[str, object] = {"running": 0, **count_by_status(service.database)}
    figures |= {"files in containers": totals["files"], "uploaded files": totals["uploads"]}
    figures |= {"requests": f"{sum(service.log.counts().values()):,}"}
    items = (
        tag(
            "li",
            tag("strong", f"{value:,}" if isinstance(value, int) else value),
            tag("span", name, class_="soft"),
        )
        for name, value in figures.items()
    )
    return tag("ul", *items, class_="tiles")


def containers(service: Service) -> Html:
    """The newest containers with their files and the time they have left."""
    rows = newest_containers(service.database, CONTAINERS)
    total = sum(count_by_status(service.database).values())
    more = f", the newest {CONTAINERS} of {total:,}" if total > len(rows) else ""
    if not rows:
        return empty("Containers", "none yet: create one with any OpenAI client, or with reconciler apply")
    heads = ("Name", "Status", "Expires", "Memory", "Network", "Files", "Created")
    return table(f"Containers{more}", heads, (_container(service, row) for row in rows))


def faults(service: Service) -> Html:
    """What is going wrong on purpose."""
    rows: list[tuple[object, ...]] = [
        (tag("code", rule["endpoint"]), rule["description"], _how_often(rule), rule["seen"], rule["fired"])
        for rule in service.faults.describe()
    ]
    lag = service.lag
    if lag.create or lag.delete:
        what = "lists of containers and files" if lag.files else "lists of containers"
        described = f"new rows are listed after {lag.create:g} s, deleted ones for {lag.delete:g} s"
        rows.append((what, described, "always", "", ""))
    if not rows:
        return empty("Faults", "none")
    heads = ("Requests", "Fault", "How often", "Seen", "Met")
    return table(f"Faults, drawn with seed {service.faults.seed}", heads, rows)


def requests(service: Service) -> Html:
    """The newest requests."""
    entries = service.log.newest(REQUESTS)
    if not entries:
        return empty("Requests", "none yet")
    heads = ("Time", "Request", "Answer", "Faults met")
    return table(f"Requests, the newest {len(entries)}", heads, (_request(entry) for entry in entries))


def empty(title: str, sentence: str) -> Html:
    """A section with nothing in it."""
    return table(title, (), [(tag("span", sentence, class_="soft"),)])


def moment(second: float) -> str:
    """A second of the emulator's clock for people, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _container(service: Service, row: Container) -> Iterator[object]:
    name = text(row.name) if row.name else tag("span", "(no name)", class_="soft")
    yield tag("td", name, tag("span", row.id, class_="id mono"), class_="name")
    yield tag("span", row.status or "unknown", class_=None if row.alive else "soft")
    yield tag("td", *_expiry(row, service.clock.now()), class_="tight")
    yield row.memory_limit or ""
    yield _network(row)
    yield _files(*first_files(service.database, row, FILES))
    yield tag("td", moment(row.created_at), class_="tight soft")


def _expiry(row: Container, now: float) -> Iterator[Html]:
    if row.expires_at is None or row.minutes is None:
        yield tag("span", "never" if row.alive else "—", class_="soft")
        return
    left = max(0, round(row.expires_at - now))
    whole = row.minutes * _MINUTE
    yield tag(
        "span", f"in {left // _MINUTE}:{left % _MINUTE:02}", class_="warn" if left < whole / 4 else None
    )
    yield tag(
        "meter", min=0, max=whole, low=whole // 4, value=min(left, whole), title=f"of {row.minutes} minutes"
    )


def _network(row: Container) -> str:
    if row.network_policy is None:
        return ""
    return "disabled" if '"disabled"' in row.network_policy else "allowlist"


def _files(files: list[File], total: int) -> Html:
    if not total:
        return tag("span", "—", class_="soft")
    items = [tag("li", tag("span", _short(file.path), class_="mono"), _about(file)) for file in files]
    if total > len(files):
        items.append(tag("li", f"and {total - len(files):,} more", class_="soft"))
    return tag("ul", *items, class_="files")


def _short(path: str) -> str:
    """A path without its folder, and with a few of the 32 digits that the server put before its name."""
    return _MANGLED.sub(r"\1…-", path.removeprefix("/mnt/data/"), count=1)


def _about(file: File) -> Html:
    size = "size unknown" if file.bytes is None else f"{file.bytes:,} B"
    by = "" if file.source == "user" else f", {file.source}"
    return tag("span", f" {size}{by}", class_="soft")


def _how_often(rule: dict[str, Any]) -> str:
    times, probability = rule.get("times"), rule.get("probability", 1)
    parts = [
        f"{100 * probability:g} %" if probability < 1 else "",
        f"skip {rule['skip']}" if rule.get("skip") else "",
        "once" if times == 1 else f"{times} times at most" if times else "",
        f"without {rule['without_header']}" if rule.get("without_header") else "",
    ]
    return ", ".join(part for part in parts if part) or "always"


def _request(entry: dict[str, Any]) -> Iterator[object]:
    yield tag("td", moment(entry["time"])[11:], class_="tight soft")
    yield tag("code", f"{entry['method']} {entry['path']}{_query(entry['query'])}")
    status = entry["status"]
    bad = status is None or status >= _BROKEN
    label = "no answer" if status is None else status
    yield tag(
        "td",
        tag("span", label, class_="bad" if bad else "warn" if status >= _FAILED else "good"),
        class_="tight",
    )
    yield Html(" ".join(tag("span", fault, class_="chip") for fault in entry["faults"]))


def _query(query: str) -> str:
    pairs = [pair for pair in parse_qsl(query, encoding="latin-1") if pair[0] in _SHOWN_PARAMETERS]
    return "?" + "&".join(f"{key}={value}" for key, value in pairs) if pairs else ""
