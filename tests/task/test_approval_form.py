"""The text of the form that a person is asked in, and what the results are called there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidResultsError
from airflow_provider_modelslab.protocol.page_paths import TaskPages
from airflow_provider_modelslab.task.approval_form import MOST, ApprovalForm
from airflow_provider_modelslab.task.results_to_show import read_results, shown_part
from airflow_provider_modelslab.task.selection_options import (
    NONE,
    as_options,
    chosen_results,
    last_part,
    option_names,
)
from tests.task.face_swaps import ROOT, face_swap, without

RUN = "modelslab/dags/d/runs/r"
TASK = "modelslab/dags/d/runs/r/tasks/look/-1"


def form(*results: dict[str, Any], roots: Sequence[str] = (ROOT,), body: str | None = None) -> str:
    return ApprovalForm(results, option_names(results), TaskPages("d", "r", "look"), roots).text(body)


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")][2:]


def cells(text: str, row: int = 0) -> list[str]:
    return [cell.strip() for cell in rows(text)[row].replace(r"\|", "").split("|")[1:-1]]


def test_a_row_shows_face_target_and_result() -> None:
    result = f"{TASK}/results/0"
    assert cells(form(face_swap())) == [
        "**7 group.jpg**",
        f"[![0.jpg]({result}/files/0/thumbnail)]({result}/files/0)",
        f"[![group.jpg]({result}/inputs/image)]({result}/inputs/image)",
        f"[![face.jpg]({result}/inputs/face)]({result}/inputs/face)",
    ]


def test_the_author_s_body_stands_above_the_table() -> None:
    text = form(face_swap(), body="Look at the **ears**.")
    assert text.startswith("Look at the **ears**.\n\n| Face swap | Result | Target | Face |\n| --- |")


def test_each_row_leads_to_its_own_pictures() -> None:
    assert f"{TASK}/results/1/files/0/thumbnail" in cells(form(face_swap("7"), face_swap("8")), 1)[1]


def test_a_film_has_its_poster_and_a_link_and_its_target_a_link() -> None:
    _, result, target, _ = cells(form(face_swap(file="0.mp4", target="clip.mp4")))
    assert target == f"[clip.mp4]({TASK}/results/0/inputs/video)"
    page = f"{TASK}/results/0/files/0"
    assert result == f"[![0.mp4]({page}/thumbnail)]({page}) [Play 0.mp4]({page})"


def test_an_input_that_lies_elsewhere_is_told_by_its_name_and_one_that_is_not_known_by_a_dash() -> None:
    public = face_swap(inputs={"face": "https://example.com/a%20face.jpg?size=2"})
    assert cells(form(public))[2:] == ["–", "a face.jpg"]  # noqa: RUF001 - as the form has it
    assert cells(form(without(face_swap(), "inputs")))[2:] == ["–", "–"]  # noqa: RUF001


@pytest.mark.parametrize("roots", [(), ("s3://other@bucket/",)])
def test_without_a_root_there_are_words_and_the_very_line_to_set(roots: tuple[str, ...]) -> None:
    text = form(face_swap("7"), face_swap("8"), roots=roots)
    assert "![" not in text
    assert cells(text)[1:] == [
        f"`{ROOT}7/0.jpg`, 34,211 bytes, image/jpg, sha256 `{'ab' * 32}`",
        "group.jpg",
        "face.jpg",
    ]
    assert f"`preview_roots = {'…, ' if roots else ''}{ROOT}`" in text
    assert "2 of 2" in text
    assert "`[modelslab]`" in text


def test_where_all_pictures_are_shown_nothing_is_said_of_settings() -> None:
    assert "preview_roots" not in form(face_swap())


def test_what_was_not_saved_says_so() -> None:
    text = form(without(face_swap(), "files", "manifest"), face_swap("8"))
    assert cells(text)[1] == "not saved"
    assert "1 of 2, whose files were not saved" in text
    assert "token" not in text


def test_what_the_api_flagged_and_the_consent_are_told_in_words() -> None:
    name = cells(form(face_swap(nsfw_content_detected=[False, True], consent_reference="form|12")))[0]
    assert name == "**7 group.jpg** · **not safe for work, says the API (file 2 of 2)** · consent: form12"
    assert "not safe" not in form(face_swap(nsfw_content_detected=[False]))


def test_of_more_than_twenty_the_first_are_shown_and_a_link_to_all() -> None:
    text = form(*(face_swap(str(number)) for number in range(1, MOST + 3)))
    assert len(rows(text)) == MOST
    assert (
        f"The first 20 of 22 face swaps. [All 22 of them]({TASK}), and [the contact sheet of this run]({RUN})"
        in text
    )
    assert "All" not in form(*(face_swap(str(number)) for number in range(1, MOST + 1)))


def test_no_name_ends_a_cell_or_begins_anything() -> None:
    hostile = 'a|b`c\n| x | <img src="x"> ![y](z) **'
    text = form(face_swap(target=hostile, consent_reference=hostile), roots=())
    assert len(rows(text)) == 1
    assert len(cells(text)) == 4
    assert "<img" not in text.replace(r"\<", "")
    assert "![y](" not in text.replace(r"\!", "")


def test_results_are_read_of_one_a_list_and_lists_in_lists_in_order() -> None:
    one, two, three = face_swap("1"), face_swap("2"), face_swap("3")
    assert read_results(one) == [one]
    assert read_results(iter([one, [two, three]])) == [one, two, three]
    assert read_results([]) == read_results([[], []]) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Among the results is nothing"),
        ([face_swap(), None], "Among the results is nothing"),
        (7, "a value of type int"),
        ("[{'id': '7'}]", "render_template_as_native_obj"),
        ("7", "Pass the output of the task"),
        ({"files": []}, "without an id"),
        ({"id": "7", "status": "processing"}, "request 7: what was given of it names no files"),
    ],
)
def test_anything_else_is_refused_with_what_to_pass(value: Any, words: str) -> None:
    with pytest.raises(InvalidResultsError, match=words.replace("[", r"\[")):
        read_results(value)


def test_the_pages_get_no_more_of_a_result_than_they_show() -> None:
    assert set(shown_part(face_swap())) == {"id", "manifest", "files", "inputs", "generationTime"}


def test_options_are_named_by_request_and_target_or_file() -> None:
    unknown = without(face_swap("9"), "inputs")
    bare = without(face_swap("10"), "inputs", "files")
    own = face_swap("11", target="11-0.jpg")
    assert option_names([face_swap("8"), unknown, bare, own]) == ["8 group.jpg", "9 0.jpg", "10", "11"]


def test_equal_names_and_those_with_marks_are_told_apart() -> None:
    targets = ["a.jpg", "a.jpg", "a|[b].jpg", "a[|b].jpg", "a.jpg (2)"]
    names = option_names([face_swap("7", target=target) for target in targets])
    assert names == ["7 a.jpg", "7 a.jpg (2)", "7 a__b_.jpg", "7 a__b_.jpg (2)", "7 a.jpg (2) (2)"]


def test_what_is_chosen_comes_in_the_order_of_the_results() -> None:
    results = [face_swap("1"), face_swap("2"), face_swap("3")]
    names = option_names(results)
    assert chosen_results([names[2], names[0]], names, results) == [results[0], results[2]]
    assert chosen_results([NONE], names, results) == []
    with pytest.raises(ValueError, match="together with others"):
        chosen_results([NONE, names[0]], names, results)


def test_defaults_are_options_or_request_ids_and_no_defaults_the_option_that_says_so() -> None:
    results = [face_swap("1"), face_swap("2"), face_swap("2")]
    names = option_names(results)
    assert as_options(["1", "1 group.jpg"], names, results) == ["1 group.jpg"]
    assert as_options(["2"], names, results) == ["2 group.jpg", "2 group.jpg (2)"]
    assert as_options([], names, results) == [NONE]
    assert as_options(["9"], names, results) == ["9"]


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("s3://a@b/c/d%20e.jpg", "d e.jpg"),
        ("https://example.com/a.jpg?x=/y", "a.jpg"),
        ("/data/a.jpg", "a.jpg"),
        ("data:image/jpeg;base64,AAAA", "(the picture itself)"),
        ("", "(no name)"),
    ],
)
def test_a_file_is_called_by_the_last_part_of_its_uri(uri: str, name: str) -> None:
    assert last_part(uri) == name
