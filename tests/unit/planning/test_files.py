"""Files: every sentence of the rules, on a kept container."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    HEX,
    declared_file,
    entry,
    live_file,
    operations,
    plan_of,
    row,
    scope,
    state,
)
from support.builders import desired as a_set
from support.strategies import entries, law, live_files, shuffled

from reconciler.model.live import ASSISTANT, LiveFile, base_name
from reconciler.model.plan import Action, Change, FileOperation, Reason
from reconciler.model.spec import Compare, DesiredContainer
from reconciler.planning.files import decide_files, unread_contents

A = declared_file("a.txt")


def sync(
    one: DesiredContainer, *files: LiveFile, compare: Compare = Compare.DIGEST
) -> tuple[Action, set[Reason], list[str]]:
    """What happens to a container with these rows."""
    change = change_of(one, *files, compare=compare)
    return change.action, set(change.reasons), operations(change)


def change_of(one: DesiredContainer, *files: LiveFile, compare: Compare = Compare.DIGEST) -> Change:
    """The only change of the plan."""
    (change,) = plan_of(a_set(one, within=scope(compare=compare)), state(row(one.name, *files))).changes
    return change


def test_without_the_key_files_are_unmanaged() -> None:
    one = entry("ci-a", unmanaged=True, prune_files=True)
    assert sync(one, live_file("a.txt")) == (Action.KEEP, set(), [])


def test_a_right_file_is_kept_and_not_spoken_of() -> None:
    assert sync(entry("ci-a", A), live_file("a.txt")) == (Action.KEEP, set(), [])


def test_a_missing_file_is_uploaded() -> None:
    assert sync(entry("ci-a", A)) == (Action.SYNC, {Reason.FILE_MISSING}, ["upload a.txt -"])


@pytest.mark.parametrize("live", [b"wrong", b"longer than right", b""])
def test_a_changed_file_is_uploaded_and_the_old_row_deleted(live: bytes) -> None:
    expected = (Action.SYNC, {Reason.FILE_CHANGED}, ["upload a.txt -", "delete a.txt cfile_1"])
    assert sync(entry("ci-a", A), live_file("a.txt", live)) == expected


@pytest.mark.parametrize("before", [HEX, "file-abc123-"])
def test_a_mangled_name_is_the_name_it_was_uploaded_under(before: str) -> None:
    assert sync(entry("ci-a", A), live_file("a.txt", before=before)) == (Action.KEEP, set(), [])


@pytest.mark.parametrize("path", ["sub/a.txt", "A.txt", "a.txt ", "b-a.txt", "a.tx"])
def test_another_name_is_another_file(path: str) -> None:
    action, reasons, found = sync(entry("ci-a", A), live_file(path))
    assert (action, reasons) == (Action.SYNC, {Reason.FILE_MISSING, Reason.FILE_EXTRA})
    assert sorted(found) == sorted(["upload a.txt -", f"keep {path} cfile_1"])


def test_an_undeclared_file_of_the_user_is_reported() -> None:
    expected = (Action.KEEP, {Reason.FILE_EXTRA}, ["keep x.txt cfile_1"])
    assert sync(entry("ci-a"), live_file("x.txt")) == expected


def test_an_undeclared_file_of_the_user_is_deleted_where_the_manifest_says_so() -> None:
    expected = (Action.SYNC, {Reason.FILE_EXTRA}, ["delete x.txt cfile_1"])
    assert sync(entry("ci-a", prune_files=True), live_file("x.txt")) == expected


@pytest.mark.parametrize("data", [b"right", b"wrong", None])
def test_a_file_of_the_assistant_is_never_matched_or_deleted(data: bytes | None) -> None:
    made = live_file("a.txt", data, number=7, source=ASSISTANT)
    stray = live_file("x.txt", number=8, source=ASSISTANT)
    one = entry("ci-a", A, prune_files=True)
    assert sync(one, made, stray) == (Action.SYNC, {Reason.FILE_MISSING}, ["upload a.txt -"])
    assert sync(one, made, stray, live_file("a.txt")) == (Action.KEEP, set(), [])


def test_an_unknown_source_is_matched_like_a_user() -> None:
    assert sync(entry("ci-a", A), live_file("a.txt", source="tool")) == (Action.KEEP, set(), [])
    found = sync(entry("ci-a", A), live_file("a.txt", b"wrong", source="tool"))
    assert found == (Action.SYNC, {Reason.FILE_CHANGED}, ["upload a.txt -", "delete a.txt cfile_1"])


@pytest.mark.parametrize("source", ["tool", "", "User"])
def test_an_unknown_source_is_never_deleted_as_undeclared(source: str) -> None:
    one = entry("ci-a", prune_files=True)
    assert sync(one, live_file("x.txt", source=source)) == (Action.KEEP, set(), [])


def test_a_row_that_matches_nothing_and_hides_its_size_is_ignored() -> None:
    one = entry("ci-a", A, prune_files=True)
    bogus = live_file("x.txt, y.txt", number=2, size=None)
    assert sync(one, live_file("a.txt"), bogus) == (Action.KEEP, set(), [])


def test_a_hidden_size_of_a_declared_name_is_judged_by_its_contents() -> None:
    one = entry("ci-a", A)
    assert sync(one, live_file("a.txt", size=None)) == (Action.KEEP, set(), [])
    assert sync(one, live_file("a.txt", b"wrong", size=None))[1] == {Reason.FILE_CHANGED}


def test_of_several_rows_the_one_with_the_right_contents_is_kept() -> None:
    rows = (
        live_file("a.txt", b"wrong", number=1, created_at=BORN + 9),
        live_file("a.txt", b"right", number=2),
        live_file("a.txt", b"longer than right", number=3, created_at=BORN + 5),
    )
    expected = (
        Action.SYNC,
        {Reason.FILE_EXTRA},
        ["delete a.txt cfile_1", "delete a.txt cfile_3", "keep a.txt cfile_2"],
    )
    assert sync(entry("ci-a", A), *rows) == expected


def test_of_several_right_rows_the_newest_is_kept_then_the_lowest_id() -> None:
    rows = (
        live_file("a.txt", number=1),
        live_file("a.txt", number=3, created_at=BORN + 5),
        live_file("a.txt", number=2, created_at=BORN + 5),
    )
    found = sync(entry("ci-a", A), *rows)[2]
    assert found == ["delete a.txt cfile_1", "delete a.txt cfile_3", "keep a.txt cfile_2"]


def test_where_no_row_is_right_all_go() -> None:
    rows = (live_file("a.txt", b"wrong", number=1), live_file("a.txt", b"worse", number=2))
    assert sync(entry("ci-a", A), *rows) == (
        Action.SYNC,
        {Reason.FILE_CHANGED},
        ["upload a.txt -", "delete a.txt cfile_1", "delete a.txt cfile_2"],
    )


def test_contents_that_could_not_be_had_count_as_changed() -> None:
    found = sync(entry("ci-a", A), live_file("a.txt", known=False))
    assert found == (Action.SYNC, {Reason.FILE_CHANGED}, ["upload a.txt -", "delete a.txt cfile_1"])


def test_comparing_by_size_says_so_and_is_no_change() -> None:
    found = sync(entry("ci-a", A), live_file("a.txt", b"wrong", known=False), compare=Compare.SIZE)
    assert found == (Action.KEEP, {Reason.UNVERIFIABLE}, [])


def test_comparing_by_size_still_sees_another_size() -> None:
    found = sync(entry("ci-a", A), live_file("a.txt", b"other", size=4, known=False), compare=Compare.SIZE)
    assert found[:2] == (Action.SYNC, {Reason.FILE_CHANGED})


def test_comparing_by_size_uses_a_digest_that_is_known_anyway() -> None:
    one = entry("ci-a", A)
    assert sync(one, live_file("a.txt"), compare=Compare.SIZE) == (Action.KEEP, set(), [])
    assert sync(one, live_file("a.txt", b"wrong"), compare=Compare.SIZE)[1] == {Reason.FILE_CHANGED}


def test_comparing_by_size_keeps_the_newest_of_those_that_may_be_right() -> None:
    rows = (
        live_file("a.txt", number=1, known=False),
        live_file("a.txt", number=2, known=False, created_at=BORN + 1),
        live_file("a.txt", b"x", number=3, known=False, created_at=BORN + 2),
    )
    assert sync(entry("ci-a", A), *rows, compare=Compare.SIZE) == (
        Action.SYNC,
        {Reason.UNVERIFIABLE, Reason.FILE_EXTRA},
        ["delete a.txt cfile_1", "delete a.txt cfile_3", "keep a.txt cfile_2"],
    )


@pytest.mark.parametrize("path", ["/mnt/data/a.txt", "a.txt"])
def test_a_server_that_keeps_names_is_written_in_place(path: str) -> None:
    listed = replace(live_file("a.txt", b"wrong"), path=path)
    assert sync(entry("ci-a", A), listed) == (
        Action.SYNC,
        {Reason.FILE_CHANGED, Reason.IN_PLACE},
        ["upload a.txt -", "delete a.txt cfile_1"],
    )


def test_two_rows_on_one_path_are_in_place_and_two_paths_are_not() -> None:
    kept = live_file("a.txt", number=1, before="")
    beside = live_file("a.txt", b"wrong", number=2, before="")
    apart = live_file("a.txt", b"wrong", number=2)
    assert sync(entry("ci-a", A), kept, beside)[1] == {Reason.FILE_EXTRA, Reason.IN_PLACE}
    assert sync(entry("ci-a", A), kept, apart)[1] == {Reason.FILE_EXTRA}


def test_a_new_file_on_a_server_that_keeps_names_is_nothing_special() -> None:
    kept = live_file("b.txt", before="")
    one = entry("ci-a", A, declared_file("b.txt"))
    assert sync(one, kept)[1] == {Reason.FILE_MISSING}


def test_an_upload_shows_what_it_will_be_and_a_delete_what_it_was() -> None:
    change = change_of(entry("ci-a", A), live_file("a.txt", b"older"))
    upload, delete = change.files
    assert (upload.bytes, upload.sha256) == (A.spec.bytes, A.spec.sha256)
    assert (delete.bytes, delete.file_id) == (5, "cfile_1")
    assert delete.sha256 not in (None, upload.sha256)


FILES = st.lists(live_files(), max_size=6).map(
    lambda found: tuple(replace(file, id=f"cfile_{number}") for number, file in enumerate(found))
)


@given(entries("ci-a"), FILES, st.sampled_from(Compare), st.data())
@law
def test_the_order_of_rows_decides_nothing(
    one: DesiredContainer, files: tuple[LiveFile, ...], compare: Compare, data: st.DataObject
) -> None:
    again = data.draw(shuffled(files))
    assert decide_files(one, files, compare) == decide_files(one, again, compare)


@given(entries("ci-a"), FILES, st.sampled_from(Compare))
@law
def test_what_would_be_deleted_is_declared_or_pruned_and_never_the_assistants(
    one: DesiredContainer, files: tuple[LiveFile, ...], compare: Compare
) -> None:
    declared = {file.spec.path for file in one.files or ()}
    by_id = {file.id: file for file in files}
    for change in decide_files(one, files, compare).changes:
        if change.operation is FileOperation.DELETE:
            going = by_id[change.file_id or ""]
            assert going.source != ASSISTANT
            assert change.path in declared or (
                one.prune_files and going.source == "user" and going.spec.bytes is not None
            )


@given(entries("ci-a"), FILES)
@law
def test_reading_only_the_contents_that_are_asked_for_decides_the_same(
    one: DesiredContainer, files: tuple[LiveFile, ...]
) -> None:
    unread = tuple(replace(file, spec=replace(file.spec, sha256=None)) for file in files)
    asked = {file.id for file in unread_contents(one, unread)}
    partly = tuple(full if full.id in asked else bare for full, bare in zip(files, unread, strict=True))
    whole, seen = (decide_files(one, rows, Compare.DIGEST) for rows in (files, partly))
    assert seen.reasons == whole.reasons
    assert [(change.operation, change.path, change.file_id) for change in seen.changes] == [
        (change.operation, change.path, change.file_id) for change in whole.changes
    ]


def test_contents_are_asked_for_where_sizes_cannot_tell() -> None:
    one = entry("ci-a", A, declared_file("b.txt"))
    rows = (
        live_file("a.txt", number=1, known=False),
        live_file("a.txt", b"other size", number=2, known=False),
        live_file("a.txt", number=3),
        live_file("a.txt", number=4, known=False, source=ASSISTANT),
        live_file("b.txt", number=5, known=False, size=None),
        live_file("x.txt", number=6, known=False),
    )
    assert [file.id for file in unread_contents(one, rows)] == ["cfile_1", "cfile_5"]


def test_a_users_own_name_that_looks_mangled_counts_as_the_name_behind_it() -> None:
    """On a server that keeps names, `file-notes-todo.txt` cannot be told from a mangled `todo.txt`.

    So it is taken for one: it matches a declared `todo.txt`, and is replaced by that; what nobody declares
    is left alone as ever, under whatever name.
    """
    notes = live_file("todo.txt", b"mine", before="file-notes-")
    assert (notes.path, base_name(notes.path)) == ("/mnt/data/file-notes-todo.txt", "todo.txt")
    assert sync(entry("ci-a"), notes) == (Action.KEEP, {Reason.FILE_EXTRA}, ["keep todo.txt cfile_1"])
    assert sync(entry("ci-a", declared_file("todo.txt")), notes) == (
        Action.SYNC,
        {Reason.FILE_CHANGED},
        ["upload todo.txt -", "delete todo.txt cfile_1"],
    )
