"""Every endpoint by path and method, as the API reference lists them."""

from reconciler.emulator.endpoints import (
    containers,
    file_store,
    files,
    openapi,
    skill_versions,
    skills,
    uploads,
)
from reconciler.emulator.http.routes import Route
from reconciler.emulator.settings import Settings

CONTAINER_ROUTES = (
    Route("/containers", {"GET": containers.list_containers, "POST": containers.create_container}),
    Route(
        "/containers/{container_id}",
        {"GET": containers.retrieve_container, "DELETE": containers.delete_container},
    ),
    Route("/containers/{container_id}/files", {"GET": files.list_files, "POST": uploads.add_file}),
    Route(
        "/containers/{container_id}/files/{file_id}",
        {"GET": files.retrieve_file, "DELETE": files.delete_file},
    ),
    Route("/containers/{container_id}/files/{file_id}/content", {"GET": files.download_file}),
)
FILE_ROUTES = (
    Route("/files", {"GET": file_store.list_uploads, "POST": file_store.upload_file}),
    Route("/files/{file_id}", {"GET": file_store.retrieve_upload, "DELETE": file_store.delete_upload}),
    Route("/files/{file_id}/content", {"GET": file_store.download_upload}),
)
SKILL_ROUTES = (
    Route("/skills", {"GET": skills.list_skills, "POST": skills.create_skill}),
    Route(
        "/skills/{skill_id}",
        {"GET": skills.retrieve_skill, "POST": skills.set_default_version, "DELETE": skills.delete_skill},
    ),
    Route("/skills/{skill_id}/content", {"GET": skills.download_skill}),
    Route(
        "/skills/{skill_id}/versions",
        {"GET": skill_versions.list_versions, "POST": skill_versions.create_version},
    ),
    Route(
        "/skills/{skill_id}/versions/{version}",
        {"GET": skill_versions.retrieve_version, "DELETE": skill_versions.delete_version},
    ),
    Route("/skills/{skill_id}/versions/{version}/content", {"GET": skill_versions.download_version}),
)
OPEN_ROUTES = (Route("/openapi.json", {"GET": openapi.show_document}),)
"""What is answered without a key, beside the API and not below it."""


def api_routes(settings: Settings) -> tuple[Route, ...]:
    """The endpoints this server has."""
    has_skills = "skills" not in settings.refused_fields
    return CONTAINER_ROUTES + FILE_ROUTES + (SKILL_ROUTES if has_skills else ())
