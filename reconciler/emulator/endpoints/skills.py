"""``/skills``: uploaded, listed, retrieved, downloaded, deleted, and given another default version."""

from reconciler.emulator import ids
from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import ZIP_TYPE, Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import BlobWriter, blob_size, read_blob
from reconciler.emulator.store.rows import Skill, SkillVersion
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.bundle import Bundle, check_bundle
from reconciler.emulator.wire.checks import check_object, required
from reconciler.emulator.wire.multipart import MULTIPART
from reconciler.emulator.wire.objects import deletion_object, list_object, skill_object
from reconciler.emulator.wire.query import SKILLS, parse_list_query
from reconciler.emulator.wire.skill_form import SkillForm
from reconciler.emulator.wire.skills import parse_version


async def create_skill(service: Service, request: Request) -> Response:
    """``POST /skills``: the skill with its first version, which is the default one."""
    bundle, _ = await read_skill(service, request, fields=())
    with service.database.transaction():
        skill = service.skills.insert(ids.skill_id(), service.second())
        store_version(service, skill, bundle)
    return _skill(service, skill)


async def list_skills(service: Service, request: Request) -> Response:
    """``GET /skills``."""
    query = parse_list_query(request.query, SKILLS)
    page = find_page(query, service.skills.position, service.settings.unknown_after)
    rows: list[Skill] = []
    more = False
    if page is not None:
        rows, more = service.skills.page(page)
    return Response(payload=list_object([_object(service, row) for row in rows], more=more))


async def retrieve_skill(service: Service, request: Request) -> Response:
    """``GET /skills/{skill_id}``."""
    return _skill(service, find_skill(service, request.params[0]))


async def set_default_version(service: Service, request: Request) -> Response:
    """``POST /skills/{skill_id}``: ``{"default_version": "2"}``."""
    body = check_object(await request.json(service.settings.max_json_bytes), None, ("default_version",))
    wanted = parse_version(required(body, "default_version", None), "default_version")
    with service.database.transaction():
        skill = find_skill(service, request.params[0])
        number = service.skills.latest(skill).number if wanted == "latest" else wanted
        if find_number(service, skill, number) is None:
            raise errors.ApiError(
                400,
                f"Version '{wanted}' of skill '{skill.id}' does not exist.",
                param="default_version",
                code="invalid_value",
            )
        skill = service.skills.set_default(skill, number)
    return _skill(service, skill)


async def delete_skill(service: Service, request: Request) -> Response:
    """``DELETE /skills/{skill_id}``, with all versions."""
    with service.database.transaction():
        skill = find_skill(service, request.params[0])
        service.skills.delete(skill)
    return Response(payload=deletion_object(skill.id, "skill"))


async def download_skill(service: Service, request: Request) -> Response:
    """``GET /skills/{skill_id}/content``: the zip of the default version."""
    skill = find_skill(service, request.params[0])
    return zip_response(service, _default(service, skill))


def find_skill(service: Service, skill_id: str) -> Skill:
    """The row of an id.

    Raises:
        ApiError: 404.
    """
    skill = service.skills.find(skill_id)
    if skill is None:
        raise errors.skill_not_found(skill_id)
    return skill


def find_number(service: Service, skill: Skill, number: int) -> SkillVersion | None:
    """A version by its number; none has one beyond the last that was given."""
    return service.skills.version(skill, number) if number <= skill.last_number else None


async def read_skill(service: Service, request: Request, *, fields: tuple[str, ...]) -> tuple[Bundle, bool]:
    """The checked bundle of an upload, and whether it is to be the default.

    Raises:
        ApiError: 400, or 413.
    """
    if request.content_kind != MULTIPART:
        raise errors.unsupported_content_type(request.header(b"content-type"), MULTIPART)
    form = SkillForm(request.header(b"content-type") or "", fields=fields)
    async for data in request.chunks(service.settings.max_json_bytes):
        form.feed(data)
    form.finish()
    return check_bundle(form.bundle(), "files"), form.default


def store_version(service: Service, skill: Skill, bundle: Bundle) -> SkillVersion:
    """Add a version; inside of a transaction."""
    writer = BlobWriter(service.database)
    writer.write(bundle.data)
    return service.skills.add_version(
        skill,
        {
            "id": ids.skill_version_id(),
            "created_at": service.second(),
            "name": bundle.name,
            "description": bundle.description,
            "blob": writer.finish().id,
        },
    )


def zip_response(service: Service, version: SkillVersion) -> Response:
    """The zip of a version, streamed."""
    stream = read_blob(service.database, version.blob)
    size = blob_size(service.database, version.blob)
    return Response(stream=stream, size=size, content_type=ZIP_TYPE)


def _default(service: Service, skill: Skill) -> SkillVersion:
    version = service.skills.version(skill, skill.default_version)
    return service.skills.latest(skill) if version is None else version


def _skill(service: Service, skill: Skill) -> Response:
    return Response(payload=_object(service, skill))


def _object(service: Service, skill: Skill) -> dict[str, object]:
    return skill_object(skill, _default(service, skill), service.skills.latest(skill))
