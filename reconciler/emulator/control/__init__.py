"""``/_emulator/``: what a test or a person does to the emulator that no client of the API could do.

Every request carries the control key in ``X-Emulator-Key``; without a control key the tree does not exist.

* ``GET|POST /clock``: time; set, advance, freeze.
* ``GET|DELETE /log``: every request to the API, and exact counts by ``METHOD template`` and by name.
* ``GET|POST|DELETE /faults``: rules of harm, and rate limits.
* ``GET|POST /lag``: how long lists lag behind creates and deletes.
* ``GET|POST /containers``: every row without touching; plant rows.
* ``POST /containers/{container_id}``: change a row behind everybody's back.
* ``POST /containers/{container_id}/files``: plant files.
* ``POST /reset``: no rows and no log; faults and lag as the server was started.
"""
