"""Which names the server answers to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure.hosts import AZURE
from azure_openai_mock.entra.hosts import AUTHORITIES, METADATA
from azure_openai_mock.http.hosts import allowed, name_of


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Localhost", "localhost"),
        (" localhost:8080 ", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8080", "::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_a_name_is_told_without_port_and_brackets(host: str, name: str) -> None:
    assert name_of(host) == name


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.0.0.1:8080",
        "127.8.9.1",
        "[::1]:1",
        "testserver",
        "app.localhost:3000",
        *(f"mine{suffix}" for suffix in AZURE),
        *AUTHORITIES,
        METADATA,
    ],
)
def test_loopback_azures_names_and_entras_are_answered(host: str) -> None:
    assert allowed(host)
    assert allowed(host.upper())


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.evil.example",
        "128.0.0.1",
        "1.127.0.0.1.evil.example",
        "notlocalhost",
        "0.0.0.0",
        "10.0.0.1",
        "[::2]",
        *AZURE,
        *(f"mine{suffix}.evil.example" for suffix in AZURE),
    ],
)
def test_no_other_name_is(host: str) -> None:
    assert not allowed(host)


@pytest.mark.parametrize(
    ("host", "added", "answered"),
    [
        ("mock.internal:80", ("mock.internal",), True),
        ("MOCK.internal", ("Mock.Internal",), True),
        ("other.internal", ("mock.internal",), False),
        ("a.b.internal", ("*.internal",), True),
        ("a.b.internal", ("*.Internal",), True),
        ("internal", ("*.internal",), False),
        ("ainternal", ("*.internal",), False),
        ("a.internal", ("internal",), False),
        ("anything", ("x", "*"), True),
    ],
)
def test_what_the_user_adds_is_answered_and_nothing_like_it(host: str, added: tuple[str, ...], answered: bool) -> None:
    assert allowed(host, added) is answered


@given(st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z0-9-]{1,20}){0,3}\.(com|net|org|io)", fullmatch=True))
def test_a_page_that_rebinds_its_name_is_not_answered(name: str) -> None:
    assert allowed(name) == (name.endswith(AZURE) or name in AUTHORITIES)
