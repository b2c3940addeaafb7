"""Every endpoint as the document describes it; a test holds this against the routes."""

from dataclasses import dataclass

from reconciler.emulator.wire.query import FILES, SKILLS, USUAL, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    Attributes:
        name: The operation's id, as the official document has it.
        says: What it does.
        answer: The component of a success, or the content type of one that is bytes.
        json: The component of a JSON body.
        form: The component of a multipart body.
        limits: What ``limit`` may be, for a list.
        filters: Further query parameters of a list.
    """

    name: str
    says: str
    answer: str
    json: str | None = None
    form: str | None = None
    limits: Limits | None = None
    filters: tuple[str, ...] = ()


BYTES = "application/octet-stream"
ZIP = "application/zip"
CONTENT_TYPES = (BYTES, ZIP)

_FILE = "/containers/{container_id}/files"
_VERSIONS = "/skills/{skill_id}/versions"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/containers"): Operation(
        name="ListContainers", says="List containers", answer="ContainerList", limits=USUAL, filters=("name",)
    ),
    ("POST", "/containers"): Operation(
        name="CreateContainer", says="Create a container", answer="Container", json="CreateContainer"
    ),
    ("GET", "/containers/{container_id}"): Operation(
        name="RetrieveContainer", says="Retrieve a container", answer="Container"
    ),
    ("DELETE", "/containers/{container_id}"): Operation(
        name="DeleteContainer", says="Delete a container", answer="ContainerDeleted"
    ),
    ("GET", _FILE): Operation(
        name="ListContainerFiles", says="List a container's files", answer="ContainerFileList", limits=USUAL
    ),
    ("POST", _FILE): Operation(
        name="CreateContainerFile",
        says="Upload a file, or attach one of the Files API",
        answer="ContainerFile",
        json="CreateContainerFile",
        form="UploadContainerFile",
    ),
    ("GET", f"{_FILE}/{{file_id}}"): Operation(
        name="RetrieveContainerFile", says="Retrieve a container's file", answer="ContainerFile"
    ),
    ("DELETE", f"{_FILE}/{{file_id}}"): Operation(
        name="DeleteContainerFile", says="Delete a container's file", answer="ContainerFileDeleted"
    ),
    ("GET", f"{_FILE}/{{file_id}}/content"): Operation(
        name="RetrieveContainerFileContent", says="Download a container's file", answer=BYTES
    ),
    ("GET", "/files"): Operation(
        name="listFiles", says="List files", answer="FileList", limits=FILES, filters=("purpose",)
    ),
    ("POST", "/files"): Operation(name="createFile", says="Upload a file", answer="File", form="CreateFile"),
    ("GET", "/files/{file_id}"): Operation(name="retrieveFile", says="Retrieve a file", answer="File"),
    ("DELETE", "/files/{file_id}"): Operation(name="deleteFile", says="Delete a file", answer="FileDeleted"),
    ("GET", "/files/{file_id}/content"): Operation(name="downloadFile", says="Download a file", answer=BYTES),
    ("GET", "/skills"): Operation(name="ListSkills", says="List skills", answer="SkillList", limits=SKILLS),
    ("POST", "/skills"): Operation(
        name="CreateSkill", says="Upload a skill", answer="Skill", form="CreateSkill"
    ),
    ("GET", "/skills/{skill_id}"): Operation(name="GetSkill", says="Retrieve a skill", answer="Skill"),
    ("POST", "/skills/{skill_id}"): Operation(
        name="UpdateSkillDefaultVersion", says="Choose the default", answer="Skill", json="SetDefaultVersion"
    ),
    ("DELETE", "/skills/{skill_id}"): Operation(
        name="DeleteSkill", says="Delete a skill", answer="SkillDeleted"
    ),
    ("GET", "/skills/{skill_id}/content"): Operation(
        name="GetSkillContent", says="Download a skill's default version", answer=ZIP
    ),
    ("GET", _VERSIONS): Operation(
        name="ListSkillVersions", says="List a skill's versions", answer="SkillVersionList", limits=SKILLS
    ),
    ("POST", _VERSIONS): Operation(
        name="CreateSkillVersion", says="Upload a version", answer="SkillVersion", form="CreateSkillVersion"
    ),
    ("GET", f"{_VERSIONS}/{{version}}"): Operation(
        name="GetSkillVersion", says="Retrieve a version", answer="SkillVersion"
    ),
    ("DELETE", f"{_VERSIONS}/{{version}}"): Operation(
        name="DeleteSkillVersion", says="Delete a version", answer="SkillVersionDeleted"
    ),
    ("GET", f"{_VERSIONS}/{{version}}/content"): Operation(
        name="GetSkillVersionContent", says="Download a version", answer=ZIP
    ),
}
