"""Which certificates are trusted: those that httpx2 trusts, without loading it where it is plain which.

Python's own default context is stricter since 3.13 (`VERIFY_X509_STRICT`) and refuses certificates of
companies that httpx2 accepts. So it is not used: what uploads reach must be what lists reach.
"""

from __future__ import annotations

import os
import ssl
import sys


def trusted() -> ssl.SSLContext:
    """A context with the system's certificates; where it is not plain which these are, that of httpx2."""
    paths = ssl.get_default_verify_paths()  # None where there is no such file or folder
    if (
        sys.platform != "linux"
        or "SSL_CERT_FILE" in os.environ
        or "SSL_CERT_DIR" in os.environ
        or not paths.cafile
    ):
        import httpx2  # noqa: PLC0415 - knows the rules of all of these

        return httpx2.create_ssl_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(paths.cafile, paths.capath)
    return context
