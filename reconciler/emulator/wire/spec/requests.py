"""What requests hold, with the limits of ``wire.create``, ``wire.skills``, ``wire.form`` and the settings."""

from typing import Any

from reconciler.emulator.settings import Settings
from reconciler.emulator.wire.bundle import MAX_FILES
from reconciler.emulator.wire.create import FIELDS, MEMORY_LIMITS, POLICY_FIELDS, SECRET_CHARACTERS
from reconciler.emulator.wire.form import FILE_SECONDS, PURPOSES
from reconciler.emulator.wire.skills import BUNDLE_CHARACTERS, SKILL_ID_CHARACTERS, VERSION_PATTERN
from reconciler.emulator.wire.spec.shapes import BINARY, TEXT, Schema, array, one_of, record, ref, text, union

_VERSION: Schema = {
    "anyOf": [{"type": "string", "pattern": f"^({VERSION_PATTERN})$"}, {"type": "integer", "minimum": 1}],
    "description": "A positive integer or 'latest'; the skill's default version when it is left out.",
}


def request_schemas(settings: Settings) -> dict[str, Schema]:
    """The components of request bodies."""
    schemas = {
        "CreateContainer": _create(settings),
        "CreateContainerFile": record({"file_id": TEXT}),
        "UploadContainerFile": _upload(settings),
        "CreateFile": _file(),
    }
    if "network_policy" in _kept(settings):
        schemas |= _policies(settings)
    if "skills" not in settings.refused_fields:
        schemas |= _skills()
    return schemas


def _kept(settings: Settings) -> tuple[str, ...]:
    kept = FIELDS if settings.kept_fields is None else settings.kept_fields
    return tuple(key for key in FIELDS if key in kept and key not in settings.refused_fields)


def _create(settings: Settings) -> Schema:
    minutes = {"type": "integer", "minimum": 1, "maximum": settings.max_minutes}
    fields: dict[str, Schema] = {
        "name": TEXT,
        "expires_after": record({"anchor": one_of("last_active_at"), "minutes": minutes}),
        "file_ids": array(TEXT),
        "memory_limit": one_of(*MEMORY_LIMITS),
        "network_policy": union({"disabled": "NetworkDisabled", "allowlist": "NetworkAllowlist"}),
        "skills": array(union({"skill_reference": "SkillReference", "inline": "InlineSkill"})),
    }
    properties = {key: fields[key] for key in _kept(settings)}
    optional = tuple(key for key in properties if key != "name")
    return record(properties, optional=optional, more=settings.kept_fields is not None)


def _policies(settings: Settings) -> dict[str, Schema]:
    domain = TEXT if settings.organization_domains is None else one_of(*settings.organization_domains)
    secret = record(
        {"domain": text(least=1), "name": text(least=1), "value": text(least=1, most=SECRET_CHARACTERS)}
    )
    fields: dict[str, Schema] = {
        "type": one_of("allowlist"),
        "allowed_domains": array(domain, least=1),
        "domain_secrets": array(secret, least=1),
    }
    known = [key for key in POLICY_FIELDS if f"network_policy.{key}" not in settings.refused_fields]
    return {
        "NetworkDisabled": record({"type": one_of("disabled")}),
        "NetworkAllowlist": record({key: fields[key] for key in known}, optional=("domain_secrets",)),
    }


def _skills() -> dict[str, Schema]:
    bundle = text(least=1, most=BUNDLE_CHARACTERS) | {
        "format": "skill-bundle",
        "contentEncoding": "base64",
        "contentMediaType": "application/zip",
        "description": "A zip of one folder with exactly one SKILL.md, in base64.",
    }
    source = record({"type": one_of("base64"), "media_type": one_of("application/zip"), "data": bundle})
    skill_id = text(least=1, most=SKILL_ID_CHARACTERS)
    named = {"name": TEXT, "description": TEXT}
    zipped = BINARY | {"contentMediaType": "application/zip", "description": "A skill as one zip."}
    folder = array(BINARY, least=1, most=MAX_FILES) | {"description": "A folder, each file with its path."}
    default: dict[str, Schema] = {"default": {"type": "boolean"}}
    return {
        "SkillReference": record(
            {"type": one_of("skill_reference"), "skill_id": skill_id, "version": _VERSION},
            optional=("version",),
        ),
        "InlineSkill": record({"type": one_of("inline"), **named, "source": source}),
        "CreateSkill": {"oneOf": [record({"files": zipped}), record({"files[]": folder})]},
        "CreateSkillVersion": {
            "oneOf": [
                record({"files": zipped} | default, optional=("default",)),
                record({"files[]": folder} | default, optional=("default",)),
            ]
        },
        "SetDefaultVersion": record({"default_version": _VERSION}),
    }


def _upload(settings: Settings) -> Schema:
    if not settings.json_file_id:
        return record({"file": BINARY})
    return {"oneOf": [record({"file": BINARY}), record({"file_id": text(most=4096)})]}


def _file() -> Schema:
    least, most = FILE_SECONDS
    seconds = {"type": "integer", "minimum": least, "maximum": most}
    expiry = record({"anchor": one_of("created_at"), "seconds": seconds})
    return record(
        {"file": BINARY, "purpose": one_of(*PURPOSES), "expires_after": expiry}, optional=("expires_after",)
    )


def body(kind: str, name: str) -> dict[str, Any]:
    """One content type of a request body."""
    described: dict[str, Any] = {"schema": ref(name)}
    if name.startswith("CreateSkill"):
        described["encoding"] = {"files": {"contentType": "application/zip"}}
    return {kind: described}
