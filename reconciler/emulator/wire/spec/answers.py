"""What answers hold: the objects of ``wire.objects``, and refusals in the settings' form."""

from reconciler.emulator.settings import Settings
from reconciler.emulator.wire.create import MEMORY_LIMITS
from reconciler.emulator.wire.form import PURPOSES
from reconciler.emulator.wire.spec.shapes import INTEGER, SECONDS, TEXT, Schema, array, one_of, record, ref

_TRUE: Schema = {"type": "boolean", "enum": [True]}
_SHORT: Schema = {"type": ["string", "null"]}


def answer_schemas(settings: Settings) -> dict[str, Schema]:
    """The components of answers."""
    schemas = {
        "Error": _error(settings),
        "Container": _container(settings),
        "ContainerFile": _container_file(),
        "File": _file(),
        "ContainerList": _list("Container"),
        "ContainerFileList": _list("ContainerFile"),
        "FileList": _list("File"),
        "ContainerDeleted": _deleted("container.deleted"),
        "ContainerFileDeleted": _deleted("container.file.deleted"),
        "FileDeleted": _deleted("file"),
    }
    if "skills" in settings.refused_fields:
        return schemas
    return schemas | {
        "Skill": _skill(),
        "SkillVersion": _skill_version(),
        "SkillList": _list("Skill"),
        "SkillVersionList": _list("SkillVersion"),
        "SkillDeleted": _deleted("skill.deleted"),
        "SkillVersionDeleted": _deleted("skill.version.deleted", version=TEXT),
    }


def _error(settings: Settings) -> Schema:
    inner: dict[str, Schema] = {"message": TEXT, "type": TEXT, "param": _SHORT, "code": _SHORT}
    if settings.error_envelope == "azure":
        return record(
            {"error": record({"code": _SHORT, "message": TEXT, "param": _SHORT, "details": array({})})}
        )
    if settings.error_envelope == "detail":
        return {"oneOf": [record({"error": record(inner)}), record({"detail": TEXT})]}
    return record({"error": record(inner)})


def _container(settings: Settings) -> Schema:
    policy = record(
        {"type": one_of("allowlist", "disabled"), "allowed_domains": array(TEXT)},
        optional=("allowed_domains",),
    )
    fields: dict[str, Schema] = {
        "id": TEXT,
        "object": one_of("container"),
        "name": TEXT,
        "created_at": SECONDS,
        "status": one_of("running", "expired"),
        "last_active_at": SECONDS,
        "expires_after": record({"anchor": one_of("last_active_at"), "minutes": INTEGER}),
    }
    if settings.show_memory_limit:
        fields["memory_limit"] = one_of(*MEMORY_LIMITS)
    if settings.show_network_policy:
        fields["network_policy"] = policy
    return record(fields, optional=() if settings.show_default_network_policy else ("network_policy",))


def _container_file() -> Schema:
    return record(
        {
            "id": TEXT,
            "object": one_of("container.file"),
            "container_id": TEXT,
            "created_at": SECONDS,
            "bytes": INTEGER,
            "path": TEXT,
            "source": one_of("user", "assistant"),
        }
    )


def _file() -> Schema:
    fields: dict[str, Schema] = {
        "id": TEXT,
        "object": one_of("file"),
        "bytes": INTEGER,
        "created_at": SECONDS,
        "expires_at": SECONDS,
        "filename": TEXT,
        "purpose": one_of(*PURPOSES),
        "status": one_of("processed"),
    }
    return record(fields, optional=("expires_at",))


def _skill() -> Schema:
    texts = dict.fromkeys(("id", "name", "description", "default_version", "latest_version"), TEXT)
    return record({"object": one_of("skill"), "created_at": SECONDS, **texts})


def _skill_version() -> Schema:
    texts = dict.fromkeys(("id", "skill_id", "version", "name", "description"), TEXT)
    return record({"object": one_of("skill.version"), "created_at": SECONDS, **texts})


def _list(name: str) -> Schema:
    ends = {"first_id": TEXT, "last_id": TEXT, "has_more": {"type": "boolean"}}
    return record({"object": one_of("list"), "data": array(ref(name)), **ends})


def _deleted(kind: str, **more: Schema) -> Schema:
    return record({"id": TEXT, "object": one_of(kind), "deleted": _TRUE, **more})
