"""Keys, tokens and signatures are left out of what is told, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_modelslab.http.body import LONGEST
from airflow_provider_modelslab.protocol.redact import (
    is_secret_field,
    scrub,
    server_of,
    shown,
    without_query,
    without_secret,
    without_signature,
    without_tokens,
)

KEYS = ["plain-key/with/slashes", 'a "quoted" \\ key', "ключ-из-букв", "\U0001f600" * 8, "\ud83d-half-a-pair"]

texts = (
    st.text() | st.sampled_from(KEYS) | st.tuples(st.text(), st.sampled_from(KEYS), st.text()).map("".join)
)
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


def holds(value: Any, secret: str) -> bool:
    if isinstance(value, dict):
        return any(holds(part, secret) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(holds(part, secret) for part in value)
    return isinstance(value, str) and secret in value


@settings(max_examples=50)
@given(values, st.sampled_from(KEYS))
def test_nothing_with_the_secret_in_it_remains(value: Any, key: str) -> None:
    cleaned = without_secret(value, key)
    assert not holds(cleaned, key)
    assert holds(value, key) or cleaned == value


@pytest.mark.parametrize("key", KEYS)
def test_a_secret_is_found_however_the_answer_escapes_it(key: str) -> None:
    body = json.dumps({"message": f"bad {key}!"}).replace("/", r"\/")
    assert without_secret(json.loads(body), key) == {"message": "bad ***!"}


def lower_escapes(url: str) -> str:
    return re.sub("%..", lambda escape: escape[0].lower(), url)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "in a URL": lambda key: quote(key.encode(errors="surrogatepass"), safe=""),
    "in a path": lambda key: quote(key.encode(errors="surrogatepass")),
    "in a form": lambda key: quote_plus(key.encode(errors="surrogatepass")),
    "in a URL, in lower case": lambda key: lower_escapes(quote(key.encode(errors="surrogatepass"))),
    "in a URL in a URL": lambda key: quote(quote(key.encode(errors="surrogatepass"), safe=""), safe=""),
    "in JSON": json.dumps,
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key)),
    "as PHP writes it": lambda key: json.dumps({"key": key}).replace("/", r"\/"),
    "in HTML": html.escape,
    "in a header": lambda key: key.encode(errors="surrogatepass").decode("latin-1"),
    "in base64": lambda key: base64.b64encode(key.encode(errors="surrogatepass")).decode(),
    "in base64 after a colon": lambda key: base64.b64encode(
        b":" + key.encode(errors="surrogatepass") + b"!"
    ).decode(),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(
        b"::" + key.encode(errors="surrogatepass") + b"!"
    ).decode(),
}


@pytest.mark.parametrize("key", [*KEYS, "LEAK+/???~canary=é", "plainlettersanddigits42"])
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_however_it_is_spelled(spell: Callable[[str], str], key: str) -> None:
    spelled = spell(key)
    cleaned = without_secret({"message": f"bad {spelled}!", "meta": {spelled: [spelled]}}, key)
    assert cleaned["message"].startswith("bad ")
    left = cleaned["message"].removeprefix("bad ").removesuffix("!")
    assert "***" in left
    assert len(left.replace("***", "")) <= len(spelled) - len(key) + 4  # what is around it, such as quotes
    assert spelled not in json.dumps(cleaned, ensure_ascii=False)


@pytest.mark.parametrize("text", ["plainlettersanddigits", "PLAINLETTERSANDDIGITS42", "%70lainletters", ""])
def test_what_is_not_the_secret_stays(text: str) -> None:
    value = {"message": text, text: [text, 1, None]}
    assert without_secret(value, "plainlettersanddigits42") is value


def test_a_short_secret_would_be_found_in_innocent_words() -> None:
    value = {"message": "seven is a number"}
    assert without_secret(value, "seven") is value


@pytest.mark.thorough
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "key", [*KEYS, "plainlettersanddigits42", "\\" * 8 + "a" + "\\" * 8, "%" * 12, "&" * 12]
)
@pytest.mark.parametrize("end", ["", "x"])
def test_no_text_holds_the_search_up(key: str, end: str) -> None:
    hostile = ["\\" * 100_000, "%25" * 50_000, "&#0000000" * 15_000, key[:-1] * 5_000, "&amp;" * 25_000]
    for text in hostile:
        assert key not in without_secret({"message": text + end}, key)["message"]


ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a URL": lambda key: quote(key, safe=""),
    "in a URL in a URL": lambda key: quote(quote(key, safe=""), safe=""),
    "in HTML": html.escape,
    "in HTML as PHP writes it": lambda key: html.escape(key).replace("&#x27;", "&#039;"),
    "in HTML by numbers": lambda key: re.sub("[^A-Za-z0-9]", lambda char: f"&#{ord(char[0])};", key),
    "in HTML by hexadecimal numbers": lambda key: re.sub(
        "[^A-Za-z0-9]", lambda char: f"&#x{ord(char[0]):X};", key
    ),
    "in a header": lambda key: key.encode().decode("latin-1"),
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON as it is": lambda key: json.dumps(key, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key))[3:-3],
}
keys = st.text(st.characters(codec="utf-8", exclude_characters="«»\\"), min_size=8, max_size=12)


@settings(max_examples=5)
@example("LEAK+/???~canary=é")
@example("a 'quoted' key")
@example('a "quoted" & <marked> key, 100%')
@example("Ends with Ã")
@given(keys)
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_of_any_secret_nothing_is_left_and_of_the_rest_everything(
    encode: Callable[[str], str], key: str
) -> None:
    spelled = encode(key)
    cleaned = without_secret({f"«{spelled}»": ["«", f"«{spelled}»", spelled]}, key)
    assert cleaned == {"«***»": ["«", "«***»", "***"]}


@settings(max_examples=15)
@given(keys, st.sampled_from(["", "!", "!!"]))
@pytest.mark.parametrize("prefix", ["", ":", "::", ":::"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_of_base64_everything_that_is_the_secret_s_alone_is_blotted_out(
    encode: Callable[[bytes], bytes], prefix: str, key: str, end: str
) -> None:
    before, raw = len(prefix), len(key.encode())
    text = encode(f"{prefix}{key}{end}".encode()).decode()
    first, last = -(-before * 8 // 6), (before + raw) * 8 // 6  # six bits to a character
    assert without_secret([text], key) == [f"{text[:first]}***{text[last:]}"]


@settings(max_examples=30)
@given(st.text("abcXYZ019-_./+=", min_size=8, max_size=12), st.data())
def test_what_is_one_character_off_the_secret_stays(key: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(st.sampled_from("abcxyzXYZ019-_./+=").filter(lambda char: char != key[at]))
    value = {"message": key[:at] + other + key[at + 1 :], key[1:]: [key[:-1]]}
    assert without_secret(value, key) == value


@pytest.mark.parametrize("key", ["two\\\\backslashes", "line\nbreak\r\nand\ttab", "page\fand\bback"])
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_with_odd_characters_is_found_as_well(spell: Callable[[str], str], key: str) -> None:
    cleaned = without_secret({"message": spell(key)}, key)["message"]
    assert "***" in cleaned
    assert not {"two", "back", "line", "break", "page"} & set(cleaned.split("***"))
    assert len(cleaned) < len(spell(key))


def test_a_secret_of_eight_characters_is_found_and_one_of_seven_left_alone() -> None:
    assert without_secret("is 12345678 it", "12345678") == "is *** it"
    assert without_secret("is 1234567 it", "1234567") == "is 1234567 it"


def test_a_secret_without_letters_and_digits_in_a_row_is_found_too() -> None:
    assert without_secret(["a-b-c-d-e-f"], "a-b-c-d-e-f") == ["***"]
    assert without_secret(["%2D" * 8, "%252d" * 8], "--------") == ["***", "***"]


def test_a_secret_spelled_in_every_way_at_once_is_found_in_each() -> None:
    key = "LEAK+/???~canary=é"
    encoders = (base64.b64encode, base64.urlsafe_b64encode)
    encoded = [encode(b":" * before + key.encode()).decode() for encode in encoders for before in range(3)]
    cleaned = without_secret([key, *(spell(key) for spell in SPELLINGS.values()), *encoded], key)
    assert all("***" in text for text in cleaned)


@pytest.mark.thorough
@pytest.mark.timeout(20)
def test_the_largest_answers_are_searched_at_once() -> None:
    key = "plainlettersanddigits42"
    for said in ("nothing", key):
        many = [said, *({"name": f"value {number}"} for number in range(50_000))]
        assert key not in without_secret(many, key)
        assert key not in without_secret({"output": "iVBORw0KGgo/" * (LONGEST // 12) + said}, key)["output"]


@pytest.mark.parametrize("name", ["key", "Api_Key", "apikey", "x-api-key", "TOKEN", "access_token", "passwd"])
def test_a_field_that_is_named_like_a_secret_is_one(name: str) -> None:
    assert is_secret_field(name)
    assert not is_secret_field(f"{name}s")


def test_what_is_kept_is_scrubbed_at_every_depth() -> None:
    meta = {
        "api_key": "x",
        "x-api-key": "x",
        "Authorization": "x",
        "nested": [{"access_token": "x", "file_prefix": "p", "watermark_image": None, "n": 1.5}],
        "init_image": "A" * 5000,
        "keyframes": 3,
        "reference": "data:image/png;base64,AAAA",
    }
    assert scrub(meta) == {
        "nested": [{"file_prefix": "p", "watermark_image": None, "n": 1.5}],
        "init_image": "(5000 characters)",
        "keyframes": 3,
        "reference": "data:image/png;base64,…",
    }


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://h.example:8443/a/b.jpg?token=s3cret#x", "https://h.example:8443/a/b.jpg"),
        ("https://user:s3cret@h.example/a.jpg", "https://h.example/a.jpg"),
        ("data:image/png;base64,iVBORw0KGgo", "data:image/png;base64,…"),
        ("https://[broken", "(a malformed URL)"),
        ("not a url s3cret", "(not a URL)"),
        ("/9j/4AAQSkZJRgABAQAAAQABAAD", "(not a URL)"),
    ],
)
def test_only_what_holds_no_token_is_shown(url: str, text: str) -> None:
    assert shown(url) == text


def test_of_a_redirect_only_the_server_is_shown() -> None:
    assert server_of("https://user:s3cret@h.example:8443/s3cret/b.jpg?s3cret") == "https://h.example:8443"


def test_urls_within_a_text_lose_their_tokens() -> None:
    assert without_tokens("see https://u:p@h/x?sig=1 and http://h/y#z.") == "see https://h/x and http://h/y"
    assert without_tokens("data:text/plain,https://u:p@h/x?sig=1") == "data:text/plain,…"


def test_what_cannot_be_parsed_loses_its_query_too() -> None:
    assert without_query("https://[broken?token=s3cret?more") == "https://[broken"


PICTURE = "https://example.com/face.jpg"
SIGNED = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Date=2&X-Amz-Expires=60&X-Amz-Signature=c",
    "AWSAccessKeyId=a&Signature=b&Expires=60",
    "X-Goog-Algorithm=GOOG4&X-Goog-Signature=b",
    "GoogleAccessId=a&Expires=60&Signature=b",
    "Policy=a&Signature=b&Key-Pair-Id=c",
    "sv=2024-11-04&st=2026&se=2027&sr=b&sp=r&spr=https&sip=10.0.0.1&sig=x%3D",
    "skoid=a&sktid=b&skt=c&ske=d&sks=b&skv=e&sdd=1&ses=f&ss=b&srt=o&si=policy&sig=x",
    "token=a",
]


@pytest.mark.parametrize("query", SIGNED)
def test_a_url_names_the_same_however_it_is_signed(query: str) -> None:
    assert without_signature(f"{PICTURE}?{query}") == PICTURE
    assert without_signature(f"{PICTURE}?{query.lower()}&size=big") == without_signature(
        f"{PICTURE}?size=big"
    )


@pytest.mark.parametrize("name", ["id", "size", "s", "page", "signed", "key", "version", "skip"])
def test_what_does_not_sign_names(name: str) -> None:
    assert without_signature(f"{PICTURE}?{name}=1") != without_signature(f"{PICTURE}?{name}=2")


def test_a_path_is_what_it_is() -> None:
    assert without_signature("/folder/what?token=1") == "/folder/what?token=1"
