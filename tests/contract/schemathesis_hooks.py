"""What a schema cannot say: contents that are skill bundles. Loaded by the checker in its own process."""

import io
from base64 import b64encode
from zipfile import ZipFile

import schemathesis
from hypothesis import strategies


def bundle(folder: str, text: str) -> bytes:
    """The smallest zip that is a skill."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(f"{folder}/SKILL.md", text)
    return packed.getvalue()


BUNDLES = strategies.builds(bundle, strategies.sampled_from(["cleaner", "日本語"]), strategies.text())
schemathesis.openapi.format("skill-bundle", BUNDLES.map(lambda data: b64encode(data).decode()))
schemathesis.openapi.media_type("application/zip", BUNDLES)
