"""``/skills/{skill_id}/versions``: immutable; the default one stays as long as there is another."""

from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.endpoints.skills import (
    find_number,
    find_skill,
    read_skill,
    store_version,
    zip_response,
)
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Skill, SkillVersion
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.objects import list_object, skill_version_object
from reconciler.emulator.wire.query import SKILLS, parse_list_query
from reconciler.emulator.wire.skills import version_number


async def create_version(service: Service, request: Request) -> Response:
    """``POST /skills/{skill_id}/versions``."""
    find_skill(service, request.params[0])
    bundle, default = await read_skill(service, request, fields=("default",))
    with service.database.transaction():
        skill = find_skill(service, request.params[0])
        row = store_version(service, skill, bundle)
        if default:
            service.skills.set_default(skill, row.number)
    return _version(skill, row)


async def list_versions(service: Service, request: Request) -> Response:
    """``GET /skills/{skill_id}/versions``, by number."""
    skill = find_skill(service, request.params[0])
    query = parse_list_query(request.query, SKILLS)
    page = find_page(
        query,
        lambda version_id: service.skills.version_position(skill, version_id),
        service.settings.unknown_after,
    )
    rows: list[SkillVersion] = []
    more = False
    if page is not None:
        rows, more = service.skills.versions(skill, page)
    return Response(payload=list_object([skill_version_object(row, skill.id) for row in rows], more=more))


async def retrieve_version(service: Service, request: Request) -> Response:
    """``GET /skills/{skill_id}/versions/{version}``; the version may be ``latest``."""
    return _version(*_find_version(service, request))


async def download_version(service: Service, request: Request) -> Response:
    """``GET /skills/{skill_id}/versions/{version}/content``: its zip."""
    _, row = _find_version(service, request)
    return zip_response(service, row)


async def delete_version(service: Service, request: Request) -> Response:
    """``DELETE /skills/{skill_id}/versions/{version}``; with the last one goes the skill."""
    with service.database.transaction():
        skill, row = _find_version(service, request)
        if service.skills.count(skill) == 1:
            service.skills.delete(skill)
        elif row.number == skill.default_version:
            raise errors.ApiError(
                400, f"Version '{row.number}' is the default of skill '{skill.id}' and cannot be deleted."
            )
        else:
            service.skills.delete_version(row)
    deleted = {"id": row.id, "object": "skill.version.deleted", "deleted": True, "version": str(row.number)}
    return Response(payload=deleted)


def _find_version(service: Service, request: Request) -> tuple[Skill, SkillVersion]:
    skill_id, version = request.params
    skill = find_skill(service, skill_id)
    row: SkillVersion | None = None
    if version == "latest":
        row = service.skills.latest(skill)
    elif version.isascii() and version.isdecimal():
        row = find_number(service, skill, version_number(version))
    if row is None:
        raise errors.skill_version_not_found(version, skill_id)
    return skill, row


def _version(skill: Skill, row: SkillVersion) -> Response:
    return Response(payload=skill_version_object(row, skill.id))
