"""The data of the benches: containers with files as a server shows them, and their manifest."""

from __future__ import annotations

import json
from hashlib import md5
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from bench.measuring import Server

PREFIX = "bench-"
SHARED = 100
"""Local files that containers share; every other file of a container is text in its manifest."""

AT_ONCE = 1000
AN_HOUR = 3600
SETTLED = 60
"""Seconds since somebody used the containers."""


def name_of(number: int) -> str:
    """The name of a container."""
    return f"{PREFIX}{number:05}"


def contents(number: int, file: int) -> tuple[str, str]:
    """The name and the text of a file: the first lies in a local file, the others in the manifest."""
    if file == 0:
        return f"prices-{number % SHARED:02}.csv", f"item,price\nbench,{number % SHARED:02}\n" * 20
    return f"settings-{file}.json", json.dumps({"container": name_of(number), "file": file})


def write_manifest(folder: Path, containers: int, files: int, compare: str) -> Path:
    """Writes the manifest with its local files, and what the script wants of them; returns the manifest."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    lines = [
        "version: 1",
        "scope:",
        f"  prefix: {PREFIX}",
        "  prune: true",
        f"  compare: {compare}",
        "containers:",
    ]
    wanted: dict[str, dict[str, int]] = {}
    for number in range(containers):
        lines += [
            f"  - name: {name_of(number)}",
            "    memory_limit: 1g",
            "    files:" if files else "    files: []",
        ]
        sizes = wanted[name_of(number)] = {}
        for file in range(files):
            path, text = contents(number, file)
            sizes[path] = len(text)
            if file == 0:
                (data / path).write_text(text, encoding="utf-8")
                lines.append(f"      - {{path: {path}, source: data/{path}}}")
            else:
                lines.append(f"      - {{path: {path}, content: '{text}'}}")
    (folder / "wanted.json").write_text(json.dumps(wanted), encoding="utf-8")
    manifest = folder / "bench.yaml"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def plant(server: Server, containers: int, files: int) -> list[str]:
    """Puts the containers into the emulator as if they had been made an hour ago, and returns their ids."""
    now = int(server.control("GET", "/clock")["now"])
    ids: list[str] = []
    for begin in range(0, containers, AT_ONCE):
        numbers = range(begin, min(containers, begin + AT_ONCE))
        rows = [_row(number, files, now) for number in numbers]
        ids += [row["id"] for row in server.control("POST", "/containers", {"containers": rows})["data"]]
    return ids


def use(server: Server, ids: list[str]) -> None:
    """Has somebody use containers: each gets a file of its session."""
    now = int(server.control("GET", "/clock")["now"])
    for container in ids:
        file = {"path": "/mnt/data/notes.txt", "source": "assistant", "content": "a session's notes"}
        server.control("POST", f"/containers/{container}", {"last_active_at": now, "files": [file]})


def _row(number: int, files: int, now: int) -> dict[str, Any]:
    """A row that holds together: its files are as old as itself, so that nobody distrusts its last use."""
    created = now - AN_HOUR + number // 10
    rows = [contents(number, file) for file in range(files)]
    return {
        "name": name_of(number),
        "status": "running",
        "created_at": created,
        "last_active_at": now - SETTLED,
        "minutes": 20,
        "memory_limit": "1g",
        "files": [
            {"path": _mangled(number, path), "source": "user", "content": text, "created_at": created}
            for path, text in rows
        ],
    }


def _mangled(number: int, path: str) -> str:
    digest = md5(f"{number}/{path}".encode(), usedforsecurity=False).hexdigest()
    return f"/mnt/data/{digest}-{path}"
