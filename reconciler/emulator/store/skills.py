"""Skills and their versions in storage.

The latest version is the one of the highest number; the default is chosen, and is the first until then.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.store.database import Database
from reconciler.emulator.store.keyset import insert_row, select_page
from reconciler.emulator.store.rows import Page, Skill, SkillVersion


class Skills:
    """The skills of a data file. Whoever writes opens the transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, skill_id: str) -> Skill | None:
        """The row of an id."""
        row = self._database.one("SELECT * FROM skill WHERE id = ?", [skill_id])
        return None if row is None else Skill._make(row)

    def position(self, skill_id: str) -> tuple[int, int] | None:
        """Where a row stands in the list of skills, for a cursor."""
        row = self.find(skill_id)
        return None if row is None else (row.created_at, row.seq)

    def page(self, page: Page) -> tuple[list[Skill], bool]:
        """One page of the list of skills, and whether more follow."""
        rows, more = select_page(self._database, "skill", page)
        return [Skill._make(row) for row in rows], more

    def insert(self, skill_id: str, created_at: int) -> Skill:
        """Insert a skill, whose first version is then to be added."""
        values = {"id": skill_id, "created_at": created_at, "default_version": 1, "last_number": 0}
        return Skill._make(insert_row(self._database, "skill", values))

    def set_default(self, skill: Skill, number: int) -> Skill:
        """Choose the default version."""
        self._database.run("UPDATE skill SET default_version = ? WHERE seq = ?", [number, skill.seq])
        return skill._replace(default_version=number)

    def delete(self, skill: Skill) -> None:
        """Remove a skill with all its versions."""
        self._database.run("DELETE FROM skill WHERE seq = ?", [skill.seq])

    def version(self, skill: Skill, number: int) -> SkillVersion | None:
        """The version of a number."""
        row = self._database.one(
            "SELECT * FROM skill_version WHERE skill = ? AND number = ?", [skill.seq, number]
        )
        return None if row is None else SkillVersion._make(row)

    def latest(self, skill: Skill) -> SkillVersion:
        """The version of the highest number; a skill has at least one."""
        row = self._database.one(
            "SELECT * FROM skill_version WHERE skill = ? ORDER BY number DESC LIMIT 1", [skill.seq]
        )
        return SkillVersion._make(row)

    def version_position(self, skill: Skill, version_id: str) -> tuple[int, int] | None:
        """Where a version stands in the list of its skill, for a cursor."""
        row: tuple[int, int] | None = self._database.one(
            "SELECT number, seq FROM skill_version WHERE skill = ? AND id = ?", [skill.seq, version_id]
        )
        return row

    def versions(self, skill: Skill, page: Page) -> tuple[list[SkillVersion], bool]:
        """One page of a skill's versions by number, and whether more follow."""
        conditions = (("skill = ?", skill.seq),)
        rows, more = select_page(self._database, "skill_version", page, conditions, key="number")
        return [SkillVersion._make(row) for row in rows], more

    def count(self, skill: Skill) -> int:
        """How many versions a skill has."""
        return int(self._database.one("SELECT count(*) FROM skill_version WHERE skill = ?", [skill.seq])[0])

    def add_version(self, skill: Skill, values: Mapping[str, Any]) -> SkillVersion:
        """Insert a version from column values other than ``seq``, ``skill`` and ``number``."""
        number = self._database.one(
            "UPDATE skill SET last_number = last_number + 1 WHERE seq = ? RETURNING last_number", [skill.seq]
        )[0]
        row = insert_row(self._database, "skill_version", {**values, "skill": skill.seq, "number": number})
        return SkillVersion._make(row)

    def delete_version(self, row: SkillVersion) -> None:
        """Remove a version."""
        self._database.run("DELETE FROM skill_version WHERE seq = ?", [row.seq])

    def clear(self) -> None:
        """Remove every skill."""
        self._database.run("DELETE FROM skill")
