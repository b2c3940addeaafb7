"""How far from its manifest a local file may lie: the one rule for every local path that a manifest names.

A manifest may come from somebody else's branch, and what it names is read and sent to a server. So a path
leads to what is in or below the manifest's own folder, by its text and by the links on its way; whatever
else is meant needs `--allow-outside`. What is checked here may be swapped for a link before it is read: this
rule is against manifests, not against somebody who writes into the folder at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest import paths
from reconciler.manifest.findings import Problem, quoted

if TYPE_CHECKING:
    from reconciler.model.asked import Reading

OUTSIDE = "outside-folder"
HINT = "--allow-outside permits it on the command line, where the manifests are to be trusted"


class Reach:
    """Judges the paths of one set; folders are resolved once."""

    def __init__(self, reading: Reading) -> None:
        self._everywhere = reading.allow_outside
        self._real: dict[str, str] = {}

    def problem(self, manifest: str, said: str) -> Problem | None:
        """What is against a path by where it leads; None where it may be read.

        Args:
            manifest: the file that names it, usable from the current folder.
            said: the path as the manifest writes it, relative to the folder of that file. It need not exist.
        """
        if self._everywhere:
            return None
        if paths.leaves_its_folder(said):
            return Problem(
                OUTSIDE, f"expected a path in or below the manifest's folder, found {quoted(said)}", HINT
            )
        return self.of_link(manifest, paths.beside(manifest, said))

    def of_link(self, manifest: str, path: str) -> Problem | None:
        """The same for a path that was found, of which only links on its way can lead outside."""
        if self._everywhere:
            return None
        base, real = self._folder(paths.folder(manifest)), self._resolved(path)
        if paths.is_within(real, base):
            return None
        message = f"{path} leads out of the manifest's folder through a link, to {real}"
        return Problem(OUTSIDE, message, HINT)

    def _resolved(self, path: str) -> str:
        """Resolves the folder once for all that lies in it; only a link itself takes more."""
        folder, name = paths.split(path)
        if name in {"", ".", ".."} or paths.is_link(path):
            return paths.real(path)
        return paths.join(self._folder(folder), name)

    def _folder(self, path: str) -> str:
        if path not in self._real:
            self._real[path] = paths.real(path or ".")
        return self._real[path]
