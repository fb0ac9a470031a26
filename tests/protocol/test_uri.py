"""URLs as a person gives them, and as they are sent."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.uri import as_uri

SIGNED = (
    "https://bucket.s3.amazonaws.com/a/face%20one.jpg?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1"
    "&X-Amz-Signature=0a+b%2b~-_.!*'()&response-content-disposition=inline;a=1,2:3/@$#top"
)


@pytest.mark.parametrize(
    "url",
    [
        SIGNED,
        "https://example.com",
        "https://example.com?x",
        "https://example.com/?",
        "HTTP://Example.COM:8080//a/./b/../c;v=1",
        "https://user:pa%20ss@example.com/x",
        "http://[2001:DB8::1]:9/x",
        "http://models_lab:8000/x",
        "https://xn--bcher-kva.example/x",
    ],
)
def test_what_is_a_uri_already_is_left_as_it_is_to_the_last_character(url: str) -> None:
    assert as_uri(url) == url


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("/Müller.jpg", "/M%C3%BCller.jpg"),
        ("/Mu\u0308ller.jpg", "/Mu%CC%88ller.jpg"),  # as macOS spells it; the file has that name
        ("/写真 1.jpg", "/%E5%86%99%E7%9C%9F%201.jpg"),
        ("/a\u00a0b\u3000c\u200bd", "/a%C2%A0b%E3%80%80c%E2%80%8Bd"),
        ("/😀.png", "/%F0%9F%98%80.png"),
        ("/a[1].jpg", "/a%5B1%5D.jpg"),
        ('/a|b{c}d\\e^f`g"h<i>', "/a%7Cb%7Bc%7Dd%5Ce%5Ef%60g%22h%3Ci%3E"),
        ("/100%.jpg?at=50%&to=%zz&of=%2f", "/100%25.jpg?at=50%25&to=%25zz&of=%2f"),
        ("/x?name=ä b&ids[]=1", "/x?name=%C3%A4%20b&ids%5B%5D=1"),
        ("/x?a=1#ä b#c", "/x?a=1#%C3%A4%20b%23c"),
    ],
)
def test_what_is_no_part_of_a_uri_is_percent_encoded_as_utf_8(given: str, sent: str) -> None:
    assert as_uri(f"https://example.com{given}") == f"https://example.com{sent}"
    assert as_uri(f"https://example.com{sent}") == f"https://example.com{sent}"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("Bücher.Example:8080", "xn--bcher-kva.example:8080"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("example。com", "example.com"),
        ("ü b:p w@example.com", "%C3%BC%20b:p%20w@example.com"),
    ],
)
def test_a_host_is_sent_as_the_dns_has_it_and_a_user_encoded(given: str, sent: str) -> None:
    assert as_uri(f"https://{given}/x") == f"https://{sent}/x"


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com/x", "ftp://example.com/x", "https:/example.com", "https://", "https:///x"),
        *("https://a b/x", "https://a|b/x", "https://[::1/x", "https://[::1]x/", "https://h:port/x"),
        *("https://h:99999/x", "https://h\uff0fx/y", f"https://{'ä' * 70}.example/x", "https://😀.example/"),
        *("https://h/a\nb", "https://h/a\tb", "https://h/a\0b", "https://h/a\x7fb", "https://h/a\x85b"),
        *("https://h/a\u2028b", "https://h/a\ud800b", " https://h/x", "https://h/x\n"),
    ],
)
def test_what_is_no_url_of_a_server_or_has_control_characters_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whose text is not shown
        as_uri(url)
