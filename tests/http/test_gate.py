"""Each gate lets in what it should, and says of everything else why not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure import profiles, versions
from azure_openai_mock.entra.token import AUDIENCES
from azure_openai_mock.http import gate
from azure_openai_mock.http.gate import GATES, POLICY, Knock, pass_gates
from azure_openai_mock.service.scope import Scope, ScopeSettings
from azure_openai_mock.wire.json import MAX_DEPTH, loads
from azure_openai_mock.wire.refusal import Refusal

NOW = 1_000_000.0
AUDIENCE = sorted(AUDIENCES)[0]


def knock(profile: str = "ga", settings: ScopeSettings | None = None, **given: Any) -> Knock:
    """A request to create a response that passes all gates, but for what is given."""
    scope = cast("Scope", SimpleNamespace(settings=settings or ScopeSettings(), token_now=lambda: NOW))
    sound = Knock(
        method="POST",
        path="/openai/v1/responses",
        query={},
        headers={"host": "localhost", "api-key": "k", "content-type": "application/json"},
        scope=scope,
        profile=profiles.load(profile),
        surface="v1",
        operation="responses.create",
        keys=frozenset(),
        hosts=(),
        body=b"{}",
    )
    return replace(sound, **given)


def with_headers(**headers: str) -> dict[str, str]:
    """Sound headers but for these; underscores stand for hyphens, and an empty value leaves one out."""
    all_of_them = {"host": "localhost", "api-key": "k", "content-type": "application/json"}
    all_of_them |= {name.replace("_", "-"): value for name, value in headers.items()}
    return {name: value for name, value in all_of_them.items() if value}


def refused(one: Any, request: Knock) -> Refusal:
    with pytest.raises(Refusal) as caught:
        one(request)
    return caught.value


def token(**claims: Any) -> str:
    said = {"aud": AUDIENCE, "exp": NOW + 1, **claims}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, said))
    return ".".join([*parts, "c2ln"])


def test_a_sound_request_passes_them_all() -> None:
    request = knock()
    pass_gates(request)
    assert request.json == {}
    assert request.hints == []


# ---- the door ----


def test_a_strange_host_is_refused_and_told_how_it_would_be_served() -> None:
    refusal = refused(gate.host, knock(headers=with_headers(host="evil.example" + "x" * 200)))
    assert refusal.key == "host_refused"
    assert refusal.fields["host"] == ("evil.example" + "x" * 200)[:100]
    assert "--allow-host" in (refusal.hint or "")
    gate.host(knock(headers=with_headers(host="evil.example"), hosts=("evil.example",)))


def test_a_request_without_a_host_is_refused() -> None:
    assert refused(gate.host, knock(headers=with_headers(host=""))).key == "host_refused"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_what_another_sites_page_sends_is_refused(method: str) -> None:
    assert refused(gate.host, knock(method=method, headers=with_headers(sec_fetch_site="cross-site"))).key == "browser_refused"


@pytest.mark.parametrize(("method", "site"), [("GET", "cross-site"), ("POST", "same-origin"), ("POST", "none"), ("POST", "same-site")])
def test_what_a_page_of_ours_sends_is_not(method: str, site: str) -> None:
    gate.host(knock(method=method, headers=with_headers(sec_fetch_site=site)))


# ---- the route ----


def test_a_path_that_is_none_is_told_and_one_that_came_later_is_explained() -> None:
    missed = refused(gate.route, knock(operation=None, path="/openai/v1/nowhere"))
    assert missed.key == "resource_not_found"
    assert missed.hint == "POST /openai/v1/nowhere is not served; see /_mock/openapi.json for the routes"
    later = refused(gate.route, knock("dated-2025-03", operation="conversations.create"))
    assert later.key == "resource_not_found"
    assert later.hint == "conversations.create came later than dated-2025-03; try --profile ga"
    gate.route(knock(operation="conversations.create"))


@pytest.mark.parametrize("path", ["/a b", "/\x1b[31m", "/\r\nx: y", "/ä", "/\x00"])
def test_a_hint_repeats_no_path_that_could_forge_a_line(path: str) -> None:
    assert "this path is not served" in (refused(gate.route, knock(operation=None, path=path)).hint or "")


def test_a_hint_repeats_no_path_at_length() -> None:
    hint = refused(gate.route, knock(operation=None, path="/" + "x" * 500)).hint or ""
    assert "/" + "x" * 119 + " is" in hint


# ---- version, region, registration ----


def test_an_api_version_that_the_surface_does_not_take_is_refused() -> None:
    refusal = refused(gate.api_version, knock(query={"api-version": ["2024-10-21"]}))
    assert refusal.fields["version"] == "2024-10-21"
    assert refusal.hint
    gate.api_version(knock(query={"api-version": ["preview", "2024-10-21"]}))
    gate.api_version(knock(query={}))


def test_what_stands_beside_responses_has_versions_of_its_own() -> None:
    beside = {"operation": "chat.completions.create", "surface": "deployments"}
    gate.api_version(knock(**beside, query={"api-version": ["2024-10-21"]}))
    refusal = refused(gate.api_version, knock(**beside, query={}))
    assert (refusal.key, refusal.hint) == versions.refusal(knock().profile, "chat.completions.create", "deployments", None)
    assert refusal.fields["version"] is None
    assert knock(**beside).family is not None
    assert knock().family is None


def test_a_region_without_the_api_is_refused_with_those_that_have_it() -> None:
    refusal = refused(gate.region, knock(settings=ScopeSettings(region="nowhere")))
    assert refusal.key == "region_without_responses"
    profile = profiles.load("ga")
    having = sorted(row.name for row in profile.regions.values() if row.responses)
    assert refusal.hint == f"the ga profile has no Responses API in nowhere; choose --region among {', '.join(having)}"
    gate.region(knock(settings=ScopeSettings(region=having[0])))
    gate.region(knock())
    gate.region(knock(operation="embeddings.create", settings=ScopeSettings(region="nowhere")))


def test_every_region_without_responses_is_refused() -> None:
    for profile in map(profiles.load, profiles.names()):
        for row in profile.regions.values():
            request = knock(profile.name, settings=ScopeSettings(region=row.name))
            if row.responses:
                gate.region(request)
            else:
                assert refused(gate.region, request).key == "region_without_responses"


def test_a_resource_that_is_not_registered_is_refused_for_responses_alone() -> None:
    unregistered = ScopeSettings(registered=False)
    assert refused(gate.registered, knock(settings=unregistered)).key == "operation_not_allowed"
    gate.registered(knock(operation="embeddings.create", settings=unregistered))
    gate.registered(knock())


# ---- credentials ----


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer   ", "Digest k", "k"])
def test_without_credentials_nobody_is_let_in(header: str) -> None:
    assert refused(gate.auth, knock(headers=with_headers(api_key="", authorization=header))).key == "missing_credentials"


@pytest.mark.parametrize("header", ["Bearer k", "bearer k", "BEARER   k  "])
def test_a_key_may_come_as_bearer(header: str) -> None:
    gate.auth(knock(headers=with_headers(api_key="", authorization=header), keys=frozenset({"k"})))


def test_only_the_keys_of_the_server_are_taken_where_it_has_some() -> None:
    gate.auth(knock(keys=frozenset({"k", "l"})))
    assert refused(gate.auth, knock(keys=frozenset({"l"}))).key == "invalid_key"
    assert refused(gate.auth, knock(keys=frozenset({"kk"}))).key == "invalid_key"
    bearer = with_headers(api_key="", authorization="Bearer k")
    assert refused(gate.auth, knock(headers=bearer, keys=frozenset({"l"}))).key == "invalid_token"
    cut = with_headers(api_key="", authorization="Bearer eyJonly")
    assert refused(gate.auth, knock(headers=cut, keys=frozenset({"l"}))).key == "invalid_key"


def test_the_key_is_judged_before_a_token() -> None:
    both = with_headers(api_key="wrong", authorization=f"Bearer {token()}")
    assert refused(gate.auth, knock(headers=both, keys=frozenset({"k"}))).key == "invalid_key"


def test_a_sound_token_is_let_in_whatever_the_keys() -> None:
    for audience in AUDIENCES:
        for spelled in (audience, audience + "/"):
            gate.auth(knock(headers=with_headers(api_key="", authorization=f"Bearer {token(aud=spelled)}"), keys=frozenset({"l"})))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://graph.microsoft.com"},
        {"aud": None},
        {"aud": [AUDIENCE]},
        {"aud": AUDIENCE + "~"},
        {"aud": AUDIENCE + "/~"},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
    ],
)
def test_a_token_for_another_or_of_another_time_is_not(claims: dict[str, Any]) -> None:
    refusal = refused(gate.auth, knock(headers=with_headers(api_key="", authorization=f"Bearer {token(**claims)}")))
    assert refusal.key == "invalid_token"
    assert ("audience" if "aud" in claims else "expired") in (refusal.hint or "")


@pytest.mark.parametrize("said", ["!!!!", "bm8ganNvbg", "WzFd", ""])
def test_a_token_that_says_nothing_readable_is_not(said: str) -> None:
    refusal = refused(gate.auth, knock(headers=with_headers(api_key="", authorization=f"Bearer eyJhbGciOiJSUzI1NiJ9.{said}.c2ln")))
    assert (refusal.key, refusal.hint) == ("invalid_token", "the bearer token is not a readable JWT")


def test_keys_and_roles_can_be_taken_away() -> None:
    assert refused(gate.auth, knock(settings=ScopeSettings(access={"keys": False}))).key == "key_auth_disabled"
    bearer = with_headers(api_key="", authorization=f"Bearer {token()}")
    gate.auth(knock(headers=bearer, settings=ScopeSettings(access={"keys": False})))
    assert refused(gate.auth, knock(headers=bearer, settings=ScopeSettings(access={"role": False}))).key == "permission_denied"


@given(st.text(max_size=60))
def test_no_header_breaks_the_gate(text: str) -> None:
    request = knock(headers=with_headers(api_key="", authorization=f"Bearer {text}"), keys=frozenset({"k"}))
    if text.strip() == "k":
        gate.auth(request)
    else:
        assert refused(gate.auth, request).key in ("missing_credentials", "invalid_token", "invalid_key")


# ---- the body ----


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.api+json"])
def test_json_is_json_however_it_is_spelled(kind: str) -> None:
    gate.content(knock(headers=with_headers(content_type=kind)))


@pytest.mark.parametrize("kind", ["text/plain", "", "application/jsonx", "json", "multipart/form-data", "text/plain; a=application/json"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_a_page_can_send_without_asking_is_no_json(kind: str, method: str) -> None:
    assert refused(gate.content, knock(method=method, headers=with_headers(content_type=kind))).key == "unsupported_media_type"


def test_a_body_may_not_be_encoded() -> None:
    refusal = refused(gate.content, knock(headers=with_headers(content_encoding="GZIP" + "x" * 60)))
    assert refusal.key == "unsupported_encoding"
    assert refusal.fields["got"] == ("gzip" + "x" * 60)[:40]
    gate.content(knock(headers=with_headers(content_encoding=" Identity ")))


def test_without_a_body_its_kind_does_not_matter() -> None:
    gate.content(knock(body=b"", headers=with_headers(content_type="text/plain")))
    gate.content(knock(method="GET", headers=with_headers(content_type="text/plain")))
    gate.content(knock(method="DELETE", headers=with_headers(content_type="text/plain", content_encoding="gzip")))


def test_the_body_is_read_once_and_only_where_there_is_one() -> None:
    request = knock(body=b'{"a": [1]}')
    gate.body(request)
    assert request.json == {"a": [1]}
    empty = knock(body=b"")
    gate.body(empty)
    assert empty.json is None
    got = knock(method="GET", body=b"{")
    gate.body(got)
    assert got.json is None


@pytest.mark.parametrize("body", [b"{", b"nope", b"\xff", b"[1,]", b'{"a":NaN}'])
def test_what_is_no_json_is_refused_and_told_why(body: bytes) -> None:
    refusal = refused(gate.body, knock(body=body))
    assert refusal.key == "invalid_json"
    with pytest.raises(ValueError, match=r".*") as problem:
        loads(body)
    assert refusal.hint == f"the body is not JSON: {problem.value}"


def test_a_body_may_nest_so_deep_and_no_deeper() -> None:
    gate.body(knock(body=b"[" * MAX_DEPTH + b"]" * MAX_DEPTH))
    assert refused(gate.body, knock(body=b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))).key == "json_too_deep"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_every_method_that_brings_a_body_has_it_read(method: str) -> None:
    assert refused(gate.body, knock(method=method, body=b"{")).key == "invalid_json"


def test_a_refused_kind_is_not_repeated_at_length() -> None:
    assert refused(gate.content, knock(headers=with_headers(content_type="x" * 200))).fields["got"] == "x" * 80


# ---- what people are told ----


@pytest.mark.parametrize(
    ("one", "given", "hint"),
    [
        (gate.host, {"headers": with_headers(host="evil.example")}, "start the server with --allow-host NAME to serve that name"),
        (
            gate.host,
            {"headers": with_headers(sec_fetch_site="cross-site")},
            "a web page of another site sent this; the mock answers programs and its own pages",
        ),
        (
            gate.registered,
            {"settings": ScopeSettings(registered=False)},
            "the resource is not registered for the preview; start without --not-registered",
        ),
        (
            gate.auth,
            {"headers": with_headers(api_key="")},
            "send an api-key header, or Authorization: Bearer with a key or an Entra ID token",
        ),
        (gate.auth, {"keys": frozenset({"l"})}, "the server was started with --api-key; this key is not among those"),
        (
            gate.auth,
            {"headers": with_headers(api_key="", authorization=f"Bearer {token(aud='x')}")},
            "the token's audience is not https://cognitiveservices.azure.com or https://ai.azure.com",
        ),
        (
            gate.auth,
            {"headers": with_headers(api_key="", authorization=f"Bearer {token(exp=0)}")},
            "the token has expired, or says no expiry",
        ),
        (
            gate.auth,
            {"settings": ScopeSettings(access={"keys": False})},
            "the scope's settings say access: {keys: false}; send a token",
        ),
        (
            gate.auth,
            {"headers": with_headers(api_key="", authorization=f"Bearer {token()}"), "settings": ScopeSettings(access={"role": False})},
            "the scope's settings say access: {role: false}",
        ),
        (gate.content, {"headers": with_headers(content_encoding="gzip")}, "send the body without a content-encoding"),
        (gate.content, {"headers": with_headers(content_type="text/plain")}, "send content-type: application/json"),
    ],
)
def test_a_refusal_says_what_would_help(one: Any, given: dict[str, Any], hint: str) -> None:
    assert refused(one, knock(**given)).hint == hint


# ---- all of them ----


def test_the_first_gate_of_the_profile_speaks() -> None:
    everything_wrong = knock(headers={"host": "evil.example"}, operation=None, body=b"{")
    assert refused(pass_gates, everything_wrong).key == "host_refused"
    assert set(GATES) >= set(knock().profile.gates) >= POLICY


def test_a_gate_that_warns_lets_in_with_a_hint_and_one_that_is_off_without() -> None:
    wrong = {"query": {"api-version": ["2024-10-21"]}}
    assert refused(pass_gates, knock(**wrong))
    warned = knock(**wrong, settings=ScopeSettings(gate="warn"))
    pass_gates(warned)
    refusal = refused(pass_gates, knock(**wrong))
    assert warned.hints == [f"api_version: would be refused ({refusal.key}). {refusal.hint}"]
    silent = knock(**wrong, settings=ScopeSettings(gate="off"))
    pass_gates(silent)
    assert silent.hints == []


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_no_mode_opens_what_is_no_policy(mode: str) -> None:
    lax = ScopeSettings(gate=mode)
    assert refused(pass_gates, knock(settings=lax, headers=with_headers(host="evil.example"))).key == "host_refused"
    assert refused(pass_gates, knock(settings=lax, headers=with_headers(api_key=""))).key == "missing_credentials"
    assert refused(pass_gates, knock(settings=lax, body=b"{")).key == "invalid_json"


def test_entra_judges_credentials_itself() -> None:
    pass_gates(knock(operation="entra.token", headers={"host": "localhost"}, body=b"a=b"))
    assert refused(pass_gates, knock(operation="entra.token", headers={"host": "evil.example"})).key == "host_refused"
