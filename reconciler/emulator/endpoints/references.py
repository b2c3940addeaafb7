"""What a create refers to: files of the Files API, and skills with their versions."""

from collections.abc import Sequence

from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Skill, SkillVersion, Upload
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.skills import SkillReference, Version

_HIGHEST = 2**53


def find_uploads(service: Service, file_ids: Sequence[str]) -> list[Upload]:
    """The files of a create's ``file_ids``.

    Raises:
        ApiError: 404 naming the first that is unknown.
    """
    return [find_upload(service, file_id, f"file_ids[{index}]") for index, file_id in enumerate(file_ids)]


def find_upload(service: Service, file_id: str, param: str | None = "id") -> Upload:
    """A file of the Files API.

    Raises:
        ApiError: 404.
    """
    row = service.uploads.find(file_id)
    if row is None:
        raise errors.unknown_file_reference(file_id, param)
    return row


def check_skills(service: Service, references: Sequence[SkillReference]) -> None:
    """Check that every reference resolves; one to a skill nobody uploaded may be to a curated one.

    Raises:
        ApiError: 400 for a version that a known skill does not have, and with ``strict_skills`` for a skill
            that is unknown.
    """
    for reference in references:
        skill = service.skills.find(reference.skill_id)
        if skill is None and service.settings.strict_skills:
            raise _unresolved(f"{reference.param}.skill_id", f"Skill '{reference.skill_id}' does not exist.")
        if skill is not None and resolve(service, skill, reference.version) is None:
            raise _unresolved(
                f"{reference.param}.version",
                f"Version '{reference.version}' of skill '{skill.id}' does not exist.",
            )


def resolve(service: Service, skill: Skill, version: Version | None) -> SkillVersion | None:
    """The version a reference means: the default one when it names none."""
    if version == "latest":
        return service.skills.latest(skill)
    number = skill.default_version if version is None else version
    return service.skills.version(skill, number) if number < _HIGHEST else None


def _unresolved(param: str, message: str) -> errors.ApiError:
    return errors.ApiError(400, message, param=param, code="invalid_value")
