"""`python -m reconciler` and the `reconciler` script."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its code; Ctrl-C is caught from the first import on."""
    try:
        from reconciler.cli.main import run  # noqa: PLC0415 - inside, so that Ctrl-C is caught here too

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("reconciler: interrupted; nothing was changed\n")
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
