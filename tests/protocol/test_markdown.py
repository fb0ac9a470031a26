"""Any text is shown as it is, and stays in its cell."""

from __future__ import annotations

from airflow_provider_modelslab.protocol import markdown
from airflow_provider_modelslab.protocol.page_paths import TaskPages


def test_what_begins_something_in_markdown_is_escaped_and_lines_are_one() -> None:
    assert markdown.plain("a|b [c](d) <img> `e`\n*f*") == r"a\|b \[c\](d) \<img\> \`e\` \*f\*"
    assert markdown.plain("a\u202eb\0") == "a b"


def test_a_code_span_ends_where_its_text_does() -> None:
    assert markdown.code("s3://a@b/c_d") == "`s3://a@b/c_d`"
    assert markdown.code("a|b") == r"`a\|b`"
    assert markdown.code("a`b|c", in_table=False) == "``a`b|c``"
    assert markdown.code("`a`", in_table=False) == "`` `a` ``"


def test_in_a_table_what_could_break_out_of_a_code_span_is_in_none() -> None:
    for evil in (r"x\|**bold** [here](https://evil/)", "a`|b"):
        assert markdown.code(evil) == markdown.plain(evil)


def test_no_address_becomes_a_link() -> None:
    for address in ("https://evil.example", "HTTP://evil", "www.evil.example", "a@evil.example"):
        assert markdown.plain(address) != address
        assert markdown.plain(address).replace("\N{WORD JOINER}", "") == address


def test_a_picture_leads_to_its_page() -> None:
    assert markdown.picture("a]b", "small", "large") == r"[![a\]b](small)](large)"


def test_a_table_has_a_line_for_each_row() -> None:
    assert markdown.table(["A", "B"], [["1", "2"]]) == "| A | B |\n| --- | --- |\n| 1 | 2 |"


def test_the_pages_of_a_task_are_relative_to_airflow_s_base_url() -> None:
    pages = TaskPages("a dag", "manual__2026-01-01T00:00:00+00:00", "group.tâche", 2)
    task = "modelslab/dags/a%20dag/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/group.t%C3%A2che/2"
    assert pages.task == task
    assert pages.thumbnail(3, 0) == f"{pages.file(3, 0)}/thumbnail" == f"{task}/results/3/files/0/thumbnail"
    assert pages.input(3, "face") == f"{task}/results/3/inputs/face"
