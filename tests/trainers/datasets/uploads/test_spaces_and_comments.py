"""Tables as instruments and old archives write them: columns parted by spaces, comments above the rows."""

import pytest

from tests.trainers.datasets.uploads.made import written
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid

# as UCI has them
CARS = "".join(
    f'18.0   {8 + i % 3}   307.0      35{i:02}.   1\t"chevrolet chevelle {i}"\n' for i in range(30)
)
EVEN = "15.26\t14.84\t0.871\t1\n"
UNEVEN = "14.11\t14.1\t\t0.8911\t1\n"


def found(folder, content, **options):
    return read_table(written(folder, content), folder, **options)


def names(findings) -> list[str]:
    return [column.name for column in findings.columns]


def test_columns_are_parted_by_runs_of_spaces_and_quotes_hold_words_together(tmp_path):
    findings = found(tmp_path, CARS, has_header=False)

    assert findings.preview[1] == ("18.0", "9", "307.0", "3501.", "1", "chevrolet chevelle 1")
    assert any("spaces" in note for note in findings.notes)


@pytest.mark.parametrize("place", [3, 40])
def test_two_tabs_may_stand_for_one(tmp_path, place):
    findings = found(tmp_path, EVEN * place + UNEVEN + EVEN * 60, has_header=False)

    assert (findings.n_rows, len(findings.columns)) == (61 + place, 4)
    assert findings.preview[0] == ("15.26", "14.84", "0.871", "1")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("  x   y\n 1.0  2.0\n 3.5  4\n", ["x", "y"]),
        ("first name\tage\nAnn Lee\t5\nBob Ray\t6\n", ["first name", "age"]),
        ("a\tb\n1 234\t5 678\n2 345\t6 789\n", ["a", "b"]),
        ("a;b\n1 234;5 678\n2 345;6 789\n", ["a", "b"]),
        ("a b,c d\n1 2,3 4\n", ["a b", "c d"]),
        ("a\tb\n1\t\n2\t3\n", ["a", "b"]),
    ],
)
def test_spaces_part_columns_only_where_nothing_else_does(tmp_path, content, header):
    assert names(found(tmp_path, content)) == header


def test_words_of_a_text_are_no_columns(tmp_path):
    with pytest.raises(DatasetInvalid, match="only one column"):
        found(tmp_path, "hello world\nfoo bar\nbaz qux\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "   "])
@pytest.mark.parametrize("n_before", [3, 30])
@pytest.mark.parametrize("above", ["", "# by Ann\n\n# of 2024\n"])
def test_a_wrong_number_of_fields_is_said_with_its_line(tmp_path, delimiter, n_before, above):
    lines = ["a,b", *["1,2"] * n_before, "1,2,3", *["1,2"] * 5]
    content = above + "\n".join(lines).replace(",", delimiter) + "\n"
    line = n_before + 2 + above.count("\n")

    with pytest.raises(DatasetInvalid, match=rf"Line {line} has 3 fields, but the header has 2\."):
        found(tmp_path, content)


@pytest.mark.parametrize("mark", "#%;")
@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_comments_above_the_rows_are_skipped_and_said(tmp_path, mark, delimiter):
    above = f"{mark} Made by a probe, 2024\n\n{mark}{mark} in °C\n"
    findings = found(tmp_path, above + "a,b\n1,2\n3,4\n".replace(",", delimiter))

    assert (names(findings), findings.n_rows) == (["a", "b"], 2)
    assert any("Skipped 3 lines" in note and mark in note for note in findings.notes)


def test_a_comment_that_names_the_columns_does_so(tmp_path):
    findings = found(tmp_path, "# probe\n#id,size\n1,2\n3,4\n")

    assert (names(findings), findings.n_rows) == (["id", "size"], 2)
    assert any("line 2" in note for note in findings.notes)


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (";a;b\n0;1;2\n1;2;3\n", ["column 1", "a", "b"]),
        ("#a,b\nx,y\nz,w\n", ["x", "y"]),
        ("tag,n\n#one,1\n#two,2\n", ["tag", "n"]),
        ("sep=;\na;b\n0;1\n1;2\n", ["a", "b"]),
    ],
)
def test_lines_that_only_look_like_comments_are_rows(tmp_path, content, header):
    findings = found(tmp_path, content)

    assert names(findings) == header


def test_numbers_in_the_place_of_names_are_asked_about(tmp_path):
    with pytest.raises(DatasetInvalid, match="it is no header"):
        found(tmp_path, "1 2 2\n3 4 5\n")
