"""What a user would write without this tool, and what it is measured against: list, look into each, compare.

    python tests/bench/observe_script.py WANTED.json default|aiohttp

It lists the containers of the account, then the files of each declared one, 32 at a time, and compares their
sizes. It knows nothing of copies, expiry, lies of a list or lost replies, and prints what differs.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from openai import AsyncOpenAI, DefaultAioHttpClient

AT_ONCE = 32


async def main(wanted: dict[str, dict[str, int]], transport: str) -> None:
    """Prints the names whose files are not those that are wanted."""
    http_client = DefaultAioHttpClient() if transport == "aiohttp" else None
    async with AsyncOpenAI(http_client=http_client) as client:
        containers = {
            row.name: row.id async for row in client.containers.list(limit=100) if row.status == "running"
        }
        room = asyncio.Semaphore(AT_ONCE)

        async def differs(name: str) -> bool:
            async with room:
                found = {
                    file.path.removeprefix("/mnt/data/").partition("-")[2]: file.bytes
                    async for file in client.containers.files.list(containers[name], limit=100)
                    if file.source == "user"
                }
            return found != wanted[name]

        missing = [name for name in wanted if name not in containers]
        there = [name for name in wanted if name in containers]
        changed = [
            name
            for name, is_so in zip(there, await asyncio.gather(*map(differs, there)), strict=True)
            if is_so
        ]
    print(f"{len(missing)} missing, {len(changed)} changed")


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2]))
