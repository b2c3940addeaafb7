"""The nine endpoints by path and method, as the API reference lists them."""

from reconciler.emulator.endpoints import containers, files, uploads
from reconciler.emulator.http.routes import Route

API_ROUTES = (
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
