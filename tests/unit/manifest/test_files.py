"""Local files: looked at when a set is loaded, read when it is fingerprinted, each once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

from unit.manifest.folder import container, make_unreadable, short

from reconciler.manifest import fingerprint
from reconciler.model.spec import FileSpec

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

    from reconciler.model.scope import Desired

TWICE = """\
version: 1
containers:
  - {name: b, files: [{source: a.txt}, {path: inline, content: x}]}
  - {name: a, files: [{path: other, source: sub/../a.txt}]}
"""


def _specs(desired: Desired) -> dict[tuple[str, str], FileSpec]:
    return {
        (container.name, file.spec.path): file.spec
        for container in desired.containers
        for file in container.files or ()
    }


def test_every_file_gets_its_size_and_digest(folder: Folder) -> None:
    printed = fingerprint(folder.desired(TWICE))
    assert printed.diagnostics == ()
    of_a, of_x = sha256(b"a\n").hexdigest(), sha256(b"x").hexdigest()
    assert _specs(printed.desired) == {
        ("a", "other"): FileSpec("other", 2, of_a),
        ("b", "a.txt"): FileSpec("a.txt", 2, of_a),
        ("b", "inline"): FileSpec("inline", 1, of_x),
    }


def test_nothing_else_changes(folder: Folder) -> None:
    desired = folder.desired(container("files: [{path: inline, content: x}]\nmemory_limit: 4g"))
    assert fingerprint(desired).desired == desired


def test_large_files_are_read_in_pieces(folder: Folder) -> None:
    contents = os.urandom(3 * 1024 * 1024 + 1)
    folder.write("large.bin", contents)
    printed = fingerprint(folder.desired(container("files: [{source: large.bin}]")))
    (spec,) = _specs(printed.desired).values()
    assert spec == FileSpec("large.bin", len(contents), sha256(contents).hexdigest())


COUNTING = """\
import sys
opened = []
def remember(event, arguments):
    if event == "open" and arguments[1] is not None:
        opened.append(str(arguments[0]))
sys.addaudithook(remember)
from reconciler import manifest
loaded = manifest.load(["m.yaml"])
print(sum(path.endswith("shared.txt") for path in opened))
printed = manifest.fingerprint(loaded.desired)
print(sum(path.endswith("shared.txt") for path in opened))
print({file.spec.bytes for container in printed.desired.containers for file in container.files})
"""


def test_contents_are_read_by_fingerprint_alone_and_once(folder: Folder) -> None:
    folder.write("shared.txt", "x" * 100)
    text = "version: 1\ncontainers:\n" + "".join(
        f"  - {{name: c{i}, files: [{{source: {'./' * (i % 3)}shared.txt}}]}}\n" for i in range(50)
    )
    folder.write("m.yaml", text)
    ran = subprocess.run([sys.executable, "-c", COUNTING], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "1", "{100}"]


def test_a_file_that_changes_while_it_is_read_is_a_problem(folder: Folder) -> None:
    folder.write("busy.bin", bytes(32 * 1024 * 1024))
    desired = folder.desired(container("files: [{source: busy.bin}]"))
    started, done = threading.Event(), threading.Event()

    def touch() -> None:
        tick = 0
        while not done.is_set():
            os.utime("busy.bin", ns=(tick, tick))
            tick += 1
            started.set()

    writer = threading.Thread(target=touch)
    writer.start()
    started.wait()
    printed = fingerprint(desired)
    done.set()
    writer.join()
    assert [short(found) for found in printed.diagnostics] == ["4:13: file-changed"]


def test_a_file_that_vanished_is_one_problem_at_its_first_entry(folder: Folder) -> None:
    desired = folder.desired(TWICE)
    (folder.path / "a.txt").unlink()
    printed = fingerprint(desired)
    assert [short(found) for found in printed.diagnostics] == ["4:23: file-missing"]
    assert _specs(printed.desired)["b", "a.txt"] == FileSpec("a.txt", None)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder: Folder) -> None:
    desired = folder.desired(TWICE)
    (folder.path / "a.txt").unlink()
    os.mkfifo(folder.path / "a.txt")
    assert [found.code for found in fingerprint(desired).diagnostics] == ["not-a-file"]


def test_a_folder_in_the_place_of_a_file_is_a_problem(folder: Folder) -> None:
    desired = folder.desired(TWICE)
    (folder.path / "a.txt").unlink()
    (folder.path / "a.txt").mkdir()
    assert [found.code for found in fingerprint(desired).diagnostics] == ["file-unreadable"]


def test_a_pipe_as_source_is_a_problem(folder: Folder) -> None:
    os.mkfifo(folder.path / "pipe")
    assert folder.problems(container("files: [{source: pipe}]")) == ["4:22: not-a-file"]


def test_a_link_to_nothing_as_source_is_a_problem(folder: Folder) -> None:
    (folder.path / "link").symlink_to("gone")
    assert folder.problems(container("files: [{source: link}]")) == ["4:22: file-missing"]


def test_a_file_that_may_not_be_read_is_a_problem(folder: Folder) -> None:
    desired = folder.desired(container("files: [{source: a.txt}]"))
    make_unreadable(folder.path / "a.txt")
    assert folder.problems(container("files: [{source: a.txt}]")) == ["4:22: file-unreadable"]
    assert [found.code for found in fingerprint(desired).diagnostics] == ["file-unreadable"]
