"""Single changes of a text: found, named, told apart, and taken back."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.workspace.hunks import (
    Edit,
    Side,
    composed,
    names,
    patch_of,
    split_lines,
    standing_of,
    taken_back,
)


def edits(old: list[bytes], new: list[bytes]) -> list[Edit]:
    """What leads from one text to another."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    codes = matcher.get_opcodes()
    return [Edit(a, b, c, d) for tag, a, b, c, d in codes if tag != "equal"]


def lines(text: str) -> list[bytes]:
    return [letter.encode() + b"\n" for letter in text]


@pytest.mark.parametrize(
    "old, new, now, back",
    [
        ("abc", "aXc", "aXc", "abc"),
        ("abc", "aXc", "1aXc2", "1abc2"),
        ("abc", "ac", "1ac", "1abc"),
        ("abc", "ac", "Ac", "Abc"),
        ("ac", "aXYc", "aXYc!", "ac!"),
        ("abc", "", "", "abc"),
        ("", "XY", "0XY1", "01"),
    ],
)
def test_a_change_is_taken_back_where_its_lines_still_stand(
    old: str, new: str, now: str, back: str
):
    (edit,) = edits(lines(old), lines(new))
    since = edits(lines(new), lines(now))

    assert standing_of(edit, lines(old), lines(now), since) == "inPlace"
    assert taken_back(lines(old), lines(now), since, [edit]) == b"".join(lines(back))


@pytest.mark.parametrize(
    "old, new, now, standing",
    [
        ("abc", "aXc", "aYc", "changed"),
        ("abc", "aXYc", "aX0Yc", "changed"),
        ("abc", "aXYc", "aXc", "changed"),
        ("abc", "ac", "a0c", "changed"),
        ("abc", "aXc", "abc", "undone"),
        ("abc", "aXc", "0abc1", "undone"),
        ("abc", "ac", "abc", "undone"),
        ("ac", "aXc", "ac", "undone"),
    ],
)
def test_a_change_that_was_changed_since_is_told_from_one_that_is_gone(
    old: str, new: str, now: str, standing: str
):
    (edit,) = edits(lines(old), lines(new))
    since = edits(lines(new), lines(now))

    assert standing_of(edit, lines(old), lines(now), since) == standing


def test_a_line_that_is_not_the_last_any_more_gets_its_end():
    old, new, now = split_lines(b"a"), split_lines(b"A\nB\n"), split_lines(b"A\nB\nmine\n")
    (edit,) = edits(old, new)

    assert taken_back(old, now, edits(new, now), [edit]) == b"a\nmine\n"
    assert taken_back(old, new, [], [edit]) == b"a"


def test_a_patch_shows_lines_around_and_a_missing_end():
    old, new = split_lines(b"1\n2\n3\n4\nfive"), split_lines(b"1\n2\n3\n4\nFIVE\n")
    (edit,) = edits(old, new)

    assert patch_of(old, new, edit) == (
        "@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-five\n\\ No newline at end of file\n+FIVE\n"
    )


def test_names_do_not_depend_on_places_and_tell_like_from_like():
    old, new = lines("a-b-c"), lines("a+b+c")
    found = names(b"f", old, new, edits(old, new))
    later_old, later_new = lines("00a-b-c"), lines("00a+b+c")

    assert len(set(found)) == 2
    assert names(b"f", later_old, later_new, edits(later_old, later_new)) == found
    assert set(names(b"g", old, new, edits(old, new))).isdisjoint(found)


def test_what_others_did_in_between_is_told_apart():
    first, by_others, last = lines("abcdef"), lines("AbcdeF"), lines("AbXdeF")
    first = lines("abcdef")
    steps: list[tuple[Side, list[Edit]]] = [
        ("turn", edits(first, lines("Abcdef"))),
        ("others", edits(lines("Abcdef"), by_others)),
        ("turn", edits(by_others, last)),
    ]

    assert composed(6, steps) == [
        Edit(0, 1, 0, 1, "turn"),
        Edit(2, 3, 2, 3, "turn"),
        Edit(5, 6, 5, 6, "others"),
    ]


def test_lines_that_both_had_a_hand_in_are_nobody_s_alone():
    steps: list[tuple[Side, list[Edit]]] = [
        ("turn", edits(lines("abc"), lines("aXYc"))),
        ("others", edits(lines("aXYc"), lines("aXZc"))),
        ("turn", edits(lines("aXZc"), lines("aXZcd"))),
    ]

    assert composed(3, steps) == [Edit(1, 2, 1, 3, "both"), Edit(3, 3, 4, 5, "turn")]


TEXT = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"\n"]), max_size=12)


@given(TEXT, TEXT)
def test_with_all_changes_taken_back_the_text_is_as_it_was(old: list[bytes], new: list[bytes]):
    made = edits(old, new)

    assert all(standing_of(edit, old, new, []) == "inPlace" for edit in made)
    assert taken_back(old, new, [], made) == b"".join(old)


@given(TEXT, TEXT, TEXT)
def test_no_line_but_the_change_s_own_is_lost(old: list[bytes], new: list[bytes], now: list[bytes]):
    since = edits(new, now)
    here = [each for each in edits(old, new) if standing_of(each, old, now, since) == "inPlace"]
    left = split_lines(taken_back(old, now, since, here))
    removed = [line for edit in here for line in new[edit.new_start : edit.new_end]]
    added = [line for edit in here for line in old[edit.old_start : edit.old_end]]

    assert sorted(left + removed) == sorted(now + added)


@given(TEXT, st.lists(st.tuples(st.sampled_from(["turn", "others"]), TEXT), max_size=4))
def test_steps_compose_to_what_they_lead_to(
    old: list[bytes], steps: list[tuple[Side, list[bytes]]]
):
    texts = [old, *(text for _, text in steps)]
    told = [(side, edits(texts[place], text)) for place, (side, text) in enumerate(steps)]
    new = list(old)
    for edit in reversed(composed(len(old), told)):
        new[edit.old_start : edit.old_end] = texts[-1][edit.new_start : edit.new_end]

    assert new == texts[-1]
