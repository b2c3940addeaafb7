"""The control tree by path and method."""

from reconciler.emulator.control import clock, faults, observe, plant
from reconciler.emulator.http.routes import Route

CONTROL_ROUTES = (
    Route("/clock", {"GET": clock.show_clock, "POST": clock.set_clock}),
    Route("/log", {"GET": observe.show_log, "DELETE": observe.clear_log}),
    Route(
        "/faults",
        {"GET": faults.show_faults, "POST": faults.add_faults, "DELETE": faults.clear_faults},
    ),
    Route("/lag", {"GET": faults.show_lag, "POST": faults.set_lag}),
    Route("/reset", {"POST": observe.reset}),
    Route("/containers", {"GET": observe.show_containers, "POST": plant.plant_containers}),
    Route("/containers/{container_id}", {"POST": plant.change_container}),
    Route("/containers/{container_id}/files", {"POST": plant.plant_files}),
)
