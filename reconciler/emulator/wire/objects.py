"""The objects of the API's answers, made of stored rows."""

import json
from collections.abc import Sequence
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.settings import Settings
from reconciler.emulator.store.rows import Container, File, Skill, SkillVersion, Upload
from reconciler.emulator.wire.create import DISABLED

DISABLED_TEXT = json.dumps(DISABLED)


def container_object(row: Container, settings: Settings) -> dict[str, Any]:
    """A ContainerResource; secrets, skills and file ids are never part of it."""
    shown: dict[str, Any] = {
        "id": shown_id(row.id, settings),
        "object": "container",
        "created_at": row.created_at,
        "status": row.status,
        "expires_after": {"anchor": "last_active_at", "minutes": row.minutes},
        "last_active_at": row.last_active_at,
        "name": row.name,
    }
    if settings.show_memory_limit:
        shown["memory_limit"] = row.memory_limit
    if settings.show_network_policy and row.network_policy is not None:
        default = row.network_policy == DISABLED_TEXT
        if settings.show_default_network_policy or not default:
            shown["network_policy"] = dict(DISABLED) if default else json.loads(row.network_policy)
    return shown if row.shown is None else planted(shown, row.shown)


def shown_id(container_id: str, settings: Settings) -> str:
    """A container's id as this server shows it."""
    return ids.wrapped_id(container_id) if settings.long_ids else container_id


def file_object(row: File, container_id: str) -> dict[str, Any]:
    """A ContainerFileResource."""
    shown = {
        "id": row.id,
        "object": "container.file",
        "created_at": row.created_at,
        "bytes": row.bytes,
        "container_id": container_id,
        "path": row.path,
        "source": row.source,
    }
    return shown if row.shown is None else planted(shown, row.shown)


def upload_object(row: Upload) -> dict[str, Any]:
    """A file of the Files API."""
    shown = {
        "id": row.id,
        "object": "file",
        "bytes": row.bytes,
        "created_at": row.created_at,
        "filename": row.filename,
        "purpose": row.purpose,
        "status": "processed",
    }
    return shown if row.expires_at is None else {**shown, "expires_at": row.expires_at}


def skill_object(row: Skill, default: SkillVersion, latest: SkillVersion) -> dict[str, Any]:
    """A skill, which is called what its default version is called."""
    return {
        "id": row.id,
        "object": "skill",
        "created_at": row.created_at,
        "name": default.name,
        "description": default.description,
        "default_version": str(default.number),
        "latest_version": str(latest.number),
    }


def skill_version_object(row: SkillVersion, skill_id: str) -> dict[str, Any]:
    """One version of a skill."""
    return {
        "id": row.id,
        "object": "skill.version",
        "skill_id": skill_id,
        "version": str(row.number),
        "created_at": row.created_at,
        "name": row.name,
        "description": row.description,
    }


def list_object(data: Sequence[dict[str, Any]], *, more: bool) -> dict[str, Any]:
    """A list; its ends are text also when it is empty, as the spec requires."""
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
        "has_more": more,
    }


def deletion_object(deleted_id: str, kind: str) -> dict[str, Any]:
    """What a delete answers; ``kind`` is ``container``, ``container.file`` or ``skill``."""
    return {"id": deleted_id, "object": f"{kind}.deleted", "deleted": True}


def planted(shown: dict[str, Any], changes: str) -> dict[str, Any]:
    """What a planted row shows: JSON ``{"fields": {...}, "omit": [...]}`` laid over the honest object."""
    change = json.loads(changes)
    shown |= change["fields"]
    for key in change["omit"]:
        shown.pop(key, None)
    return shown
