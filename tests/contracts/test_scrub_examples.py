"""Scrubbing by example: what each thing becomes to the letter, and that what it stood in keeps its form."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from tests.contracts.hidden import recorded

from azure_openai_contracts import scrub
from azure_openai_contracts.scrub import Scrubber

LETTERS = "a1B2" * 12
KEY = f"sk-{LETTERS[:24]}"
DIGITS = "0123456789abcdef" * 2
HOME = "/home"  # apart from the name: no file of the project names a path of a machine

RECOGNISED = {
    f"ghs_{LETTERS[:36]}": "redacted-key-1",
    f"github_pat_{LETTERS}": "redacted-key-1",
    f"AKIA{'Q7' * 8}": "redacted-key-1",
    f"xoxb-{LETTERS[:12]}": "redacted-key-1",
    f"AIza{LETTERS[:35]}": "redacted-key-1",
    DIGITS: "redacted-key-1",
    DIGITS.upper(): "redacted-key-1",
    f"org-{LETTERS[:16]}": "redacted-org-1",
    "+49 30 1234 5678": "redacted-phone-1",
    "8.8.4.4": "redacted-address-1",
    f"{HOME}/alice/notes": "/home/redacted-home-1/notes",
    "/Users/alice/notes": "/Users/redacted-home-1/notes",
    r"C:\Users\alice\notes": r"C:\Users\redacted-home-1\notes",
    "/resourceGroups/rg-of-ours/providers": "/resourceGroups/redacted-group-1/providers",
    "/api/projects/ours/x": "/api/projects/redacted-project-1/x",
    "https://fabrikam.services.ai.azure.com/": "https://redacted-resource-1.services.ai.azure.com/",
    "at fabrikam.openai.azure.com now": "at redacted-resource-1.openai.azure.com now",
    "?sig=abcdefgh&x=1": "?sig=redacted-secret-1&x=1",
    "client_secret=abcdefgh": "client_secret=redacted-secret-1",
    """it says 'api_key': 'abcd' there""": """it says 'api_key': 'redacted-secret-1' there""",
    f"Bearer {LETTERS[:20]}": "Bearer redacted-token-1",
    "amqp://me:hushhush@host/": "amqp://redacted-password-1@host/",
    "ask alice@contoso-mail.com": "ask redacted-mail-1",
    f"-----BEGIN PRIVATE KEY-----\n{LETTERS}\n-----END PRIVATE KEY----- end": "redacted-pem-1 end",
    "of 9f86d081-8844-4c7d-a2d4-1f3c5e7a9b0c": "of 00000000-0000-4000-8000-000000000001",
}

INNOCENT = [
    "10.0.0.1 127.0.0.1 192.168.1.1 192.0.2.7 172.16.0.1",
    "https://resource.openai.azure.com/openai/v1 and mock.openai.azure.com",
    "x=abcdef&sigh=abcdefgh",
    "write to someone@example.com or root@test",
    "version 1.2.3.4.5 of 12345 things +1 more",
    "redacted-key-7 and /home/redacted-home-1/x and ?sig=redacted-secret-1",
    "00000000-0000-4000-8000-00000000000a",
    "resp_" + "0a" * 25,
]


@pytest.mark.parametrize("text", RECOGNISED)
def test_what_shows_itself_is_named_by_its_kind(text: str) -> None:
    assert Scrubber().text(text) == RECOGNISED[text]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_innocent_stays(text: str) -> None:
    assert Scrubber().text(text) == text


def test_kinds_are_numbered_apart_and_in_order() -> None:
    scrubber = Scrubber()
    other = f"sk-{LETTERS[4:28]}x"
    assert scrubber.text(f"{KEY} {other} org-{LETTERS[:16]} {KEY}") == "redacted-key-1 redacted-key-2 redacted-org-1 redacted-key-1"


@pytest.mark.parametrize("kind", ["resource", "guid", "mail"])
def test_names_of_things_do_not_go_by_case(kind: str) -> None:
    scrubber = Scrubber()
    assert scrubber.pseudonym(kind, "Contoso-East") == scrubber.pseudonym(kind, "contoso-east")


@pytest.mark.parametrize("name", ["redacted-key-7", "00000000-0000-4000-8000-00000000000a"])
def test_what_is_a_pseudonym_stands_for_itself(name: str) -> None:
    scrubber = Scrubber()
    assert scrubber.pseudonym("secret", name) == name
    assert not scrubber.found


def test_secrets_go_by_case() -> None:
    scrubber = Scrubber()
    assert scrubber.pseudonym("key", "Contoso-East") != scrubber.pseudonym("key", "contoso-east")


def test_a_value_of_a_telling_member_is_a_secret_whatever_it_looks_like() -> None:
    given = {"password": "swordfish", "given_name": "Alice", "client-secret": "hush", "encrypted_content": KEY, "author": "Alice"}
    assert Scrubber().value(given) == {
        "password": "redacted-secret-1",
        "given_name": "redacted-person-1",
        "client-secret": "redacted-secret-2",
        "encrypted_content": KEY,
        "author": "Alice",
    }


def test_a_telling_member_that_tells_nothing_stays_empty() -> None:
    assert Scrubber().value({"password": "", "given_name": ""}) == {"password": "", "given_name": ""}


# ---- what it stands in keeps its form ----


@pytest.mark.parametrize("layout", [{"separators": (",", ":")}, {}, {"indent": 2}], ids=["compact", "spaced", "pretty"])
def test_json_keeps_its_layout(layout: Any) -> None:
    before, after = ({"input": [{"text": f"é {value}"}, 1], "n": 2} for value in (KEY, "redacted-key-1"))
    assert Scrubber().text(json.dumps(before, **layout)) == json.dumps(after, ensure_ascii=False, **layout)


def test_what_json_says_to_keep_is_kept_in_a_text_too() -> None:
    assert Scrubber().text(json.dumps({"encrypted_content": KEY})) == json.dumps({"encrypted_content": KEY})


def test_a_slash_that_json_escaped_hides_nothing_and_stays_where_nothing_is_hidden() -> None:
    assert Scrubber().text(r"at \/home\/alice\/notes") == "at /home/redacted-home-1/notes"
    assert Scrubber().text(r"at \/opt\/notes") == r"at \/opt\/notes"


@pytest.mark.parametrize(("code", "padded"), [(base64.b64encode, True), (base64.b64encode, False), (base64.urlsafe_b64encode, False)])
@pytest.mark.parametrize("odd", ["?>?>?>", "ÿþýüûú"])
def test_base64_stays_in_its_alphabet_and_padding(code: Any, odd: str, *, padded: bool) -> None:
    def spelled(text: str) -> str:
        whole = code(f"{odd} {text} {odd}".encode()).decode()
        return whole if padded else whole.rstrip("=")

    assert Scrubber().text(spelled(KEY)) == spelled("redacted-key-1")


@pytest.mark.parametrize("pack", [lambda data: gzip.compress(data, mtime=0), zlib.compress], ids=["gzip", "deflate"])
def test_what_is_packed_is_packed_again(pack: Any) -> None:
    assert Scrubber().data(pack(f"see {KEY}".encode())) == pack(b"see redacted-key-1")
    innocent = gzip.compress(b"nothing to see", mtime=7)
    assert Scrubber().data(innocent) is innocent


def test_what_is_packed_deeper_than_eight_times_is_left() -> None:
    def packed(data: bytes, times: int) -> bytes:
        for _ in range(times):
            data = gzip.compress(data, mtime=0)
        return data

    assert Scrubber().data(packed(KEY.encode(), 8)) == packed(b"redacted-key-1", 8)
    assert Scrubber().data(packed(KEY.encode(), 12)) == packed(KEY.encode(), 12)


def test_what_seems_packed_and_is_not_is_read_as_it_is() -> None:
    assert Scrubber().data(b"\x1f\x8b" + f" {KEY} ".encode()) == b"\x1f\x8b redacted-key-1 "


def test_bytes_that_are_no_text_keep_all_but_the_secret() -> None:
    assert Scrubber().data(b"\x00\xff" + f" {KEY} ".encode() + b"\x01") == b"\x00\xff redacted-key-1 \x01"


@pytest.mark.parametrize("deep", range(1, 9))
def test_eight_layers_hide_nothing(deep: int) -> None:
    def wrapped(text: str) -> str:
        for _ in range(deep):
            text = base64.b64encode(text.encode()).decode()
        return text

    assert Scrubber().text(wrapped(f"see {KEY}")) == wrapped("see redacted-key-1")


def test_bytes_are_read_through_as_many_layers_whatever_is_in_them() -> None:
    def wrapped(data: bytes, layers: int) -> bytes:
        for _ in range(layers):
            data = base64.b64encode(data)
        return data

    for inner, layers in ((b"see %b", 8), (b"\x00\xff see %b \x01\x02", 7)):
        assert Scrubber().data(wrapped(inner % KEY.encode(), layers)) == wrapped(inner % b"redacted-key-1", layers)


@pytest.mark.parametrize(
    ("before", "after"),
    [("".join(f"%{byte:02X}" for byte in KEY.encode()), "redacted-key-1"), (KEY.encode().hex(), b"redacted-key-1".hex())],
    ids=["percent", "hex"],
)
def test_the_eighth_layer_may_be_any(before: str, after: str) -> None:
    def wrapped(text: str) -> str:
        for _ in range(7):
            text = base64.b64encode(text.encode()).decode()
        return text

    assert Scrubber().text(wrapped(f"see {before}")) == wrapped(f"see {after}")


def test_hex_may_be_in_capitals() -> None:
    assert bytes.fromhex(Scrubber().text(f"see {KEY}".encode().hex().upper())) == b"see redacted-key-1"


def test_the_shortest_base64_that_is_read_holds_eight_bytes() -> None:
    assert Scrubber().text(base64.b64encode(b"8.8.4.41").decode().rstrip("=")) == base64.b64encode(b"redacted-address-1").decode().rstrip(
        "="
    )
    shorter = base64.b64encode(b"8.8.4.4").decode().rstrip("=")
    for text in (shorter, f"a/{shorter}/b"):
        assert Scrubber().text(text) == text


def test_of_values_that_are_known_the_longest_is_replaced_first() -> None:
    for names in (["hushhush", "hushhush-and-more"], ["hushhush-and-more", "hushhush"]):
        scrubber = Scrubber()
        stands = {name: scrubber.pseudonym("secret", name) for name in names}
        assert scrubber.text("say hushhush-and-more or hushhush") == f"say {stands['hushhush-and-more']} or {stands['hushhush']}"


def test_a_text_in_json_is_read_as_what_it_says() -> None:
    before, after = (json.dumps(json.dumps({"given_name": name}, separators=(",", ":"))) for name in ("Alice", "redacted-person-1"))
    assert Scrubber().text(before) == after


def test_names_within_names_are_read_so_deep_and_no_deeper() -> None:
    def wrapped(name: str, layers: int) -> dict[str, Any]:
        for _ in range(layers):
            name = json.dumps({name: 1}, separators=(",", ":"))
        return {name: 1}

    before, after = (json.dumps({"given_name": name}, separators=(",", ":")) for name in ("Alice", "redacted-person-1"))
    assert Scrubber().value(wrapped(before, 3)) == wrapped(after, 3)
    assert Scrubber().value(wrapped(before, 8)) == wrapped(before, 8)


@pytest.mark.parametrize("half", [0xD83D, 0xDCFF])
def test_half_a_character_stays_spelled_as_it_was(half: int) -> None:
    for spelled in (chr(half), f"\\u{half:04x}"):
        assert Scrubber().text(f'{{"a":"{spelled} {KEY}"}}') == f'{{"a":"{spelled} redacted-key-1"}}'


def test_halves_that_belong_together_are_joined_where_escapes_are_read() -> None:
    assert Scrubber().text(f"\\ud83d\\ude00+\\u0073{KEY[1:]}") == "\U0001f600+redacted-key-1"


def test_percent_and_hex_and_escapes_are_spelled_again() -> None:
    assert Scrubber().text("q=" + "".join(f"%{byte:02X}" for byte in KEY.encode())) == "q=redacted-key-1"
    assert Scrubber().text(f" see {KEY}".encode().hex()) == b" see redacted-key-1".hex()
    assert Scrubber().text("".join(f"\\u{ord(letter):04x}" for letter in KEY)) == "redacted-key-1"


# ---- parts of an exchange ----

AN_ORDINARY_REQUEST = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "keep-alive",
    "content-encoding": "identity",
    "content-length": "17",
    "content-type": "application/json",
    "host": "resource.openai.azure.com",
    "idempotency-key": "stainless-python-retry-7",
    "ms-azure-ai-type": "agents",
    "openai-beta": "assistants=v2",
    "transfer-encoding": "chunked",
    "user-agent": "OpenAI/Python 2.0",
    "x-mock-fault": "cut;after=5",
    "x-mock-scope": "mine",
    "x-ms-client-request-id": "the third of mine",
    "x-ms-oai-image-generation-deployment": "gpt-image-1",
    "x-stainless-retry-count": "0",
}
AN_ORDINARY_ANSWER = {
    "allow": "GET",
    "apim-request-id": "the first of theirs",
    "azureai-fe-is-streaming": "false",
    "azureai-fe-offer-type": "Standard",
    "azureai-processed-tier": "default",
    "azureai-requested-tier": "default",
    "cache-control": "no-cache",
    "connection": "close",
    "content-encoding": "identity",
    "content-length": "17",
    "content-type": "application/json",
    "date": "Mon, 23 Nov 2026 12:00:00 GMT",
    "location": "/elsewhere",
    "openai-processing-ms": "20",
    "openai-version": "2020-10-01",
    "operation-location": "/operations/1",
    "retry-after": "1",
    "retry-after-ms": "1000",
    "server": "uvicorn",
    "skip-error-remapping": "true",
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "transfer-encoding": "chunked",
    "vary": "Accept-Encoding",
    "www-authenticate": "Bearer",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    "x-envoy-upstream-service-time": "20",
    "x-mock-hint": "try --profile ga",
    "x-ms-aoai-configured-data-retention-days": "30",
    "x-ms-client-request-id": "the third of mine",
    "x-ms-deployment-name": "gpt-4o",
    "x-ms-is-spilled-over": "false",
    "x-ms-rai-invoked": "true",
    "x-ms-region": "Sweden Central",
    "x-ms-served-model": "gpt-4o-2024-11-20",
    "x-ratelimit-remaining-requests": "99",
    "x-request-id": "the second of theirs",
    "x-should-retry": "false",
}


def test_the_headers_of_an_ordinary_exchange_stay() -> None:
    assert Scrubber().headers(AN_ORDINARY_REQUEST, scrub.KEPT_REQUEST_HEADERS) == AN_ORDINARY_REQUEST
    assert Scrubber().headers(AN_ORDINARY_ANSWER, scrub.KEPT_RESPONSE_HEADERS) == AN_ORDINARY_ANSWER


def test_every_header_that_is_kept_is_one_of_those() -> None:
    assert set(AN_ORDINARY_REQUEST) >= scrub.KEPT_REQUEST_HEADERS
    assert set(AN_ORDINARY_ANSWER) >= scrub.KEPT_RESPONSE_HEADERS


def test_what_a_withheld_header_names_is_known_from_there_on() -> None:
    scrubber = Scrubber()
    scrubber.headers({"x-anything": "to=https://me:hushhush@host.example/"}, scrub.KEPT_REQUEST_HEADERS)
    assert scrubber.text("it was me:hushhush.") == "it was redacted-password-1."


@pytest.mark.parametrize("name", ["api-key", "Authorization", "x-anything", "cookie", "x-ms-client-principal"])
def test_any_other_header_is_withheld_and_remembered(name: str) -> None:
    scrubber = Scrubber()
    assert scrubber.headers({name: ["hush"]}, scrub.KEPT_REQUEST_HEADERS) == {name: ["redacted-header-1"]}
    assert scrubber.headers({name: "redacted-header-1"}, scrub.KEPT_REQUEST_HEADERS) == {name: "redacted-header-1"}
    scrubber.headers({name: [f"first={KEY}; second, {LETTERS[:20]}-x"]}, scrub.KEPT_REQUEST_HEADERS)
    assert scrubber.text(f"it was {KEY}.") == "it was redacted-key-1."


def test_who_is_named_in_a_url_is_named_nowhere() -> None:
    scrubber = Scrubber()
    url = "https://alice:hush-hush%21@host.example/a?api-key=quiet%2Fquiet&x=1&code=redacted-secret-9#f"
    assert scrubber.url(url) == "https://host.example/a?api-key=redacted-secret-2&x=1&code=redacted-secret-9#f"
    assert scrubber.text("hush-hush! quiet/quiet") == "redacted-password-1 redacted-secret-2"


@pytest.mark.parametrize("member", ["b64", "base64_string"])
def test_a_body_that_is_held_in_base64_is_read(member: str) -> None:
    given = recorded(response={"body": {member: base64.b64encode(f"see {KEY}".encode()).decode(), "note": KEY}})
    held = scrub.clean(given)["response"]["body"]
    assert held == {member: base64.b64encode(b"see redacted-key-1").decode(), "note": "redacted-key-1"}


@pytest.mark.parametrize("spelling", [lambda size: [str(size)], str], ids=["a list", "a text"])
def test_a_length_goes_on_to_be_true(spelling: Any) -> None:
    for text, length in ((f"see {KEY}", None), ("nothing", None), (f"see {KEY}", 7)):
        said = spelling(len(text) if length is None else length)
        given = recorded(response={"headers": {"Content-Length": said}, "body": {"string": text}})
        clean = scrub.clean(given)["response"]
        told = len(clean["body"]["string"]) if length is None else length
        assert clean["headers"]["Content-Length"] == spelling(told)


# ---- streams ----


def streamed(*events: dict[str, Any], spaced: bool = False, end: str = "\n") -> str:
    separators = None if spaced else (",", ":")
    return "".join(f"event: {event['type']}{end}data: {json.dumps(event, separators=separators)}{end}{end}" for event in events)


def deltas(of: str, place: dict[str, Any]) -> list[dict[str, Any]]:
    half = len(of) // 2
    return [{"type": "response.output_text.delta", **place, "delta": piece} for piece in (of[:half], of[half:])]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("spaced", [True, False])
def test_a_frame_keeps_its_lines_and_spelling(end: str, *, spaced: bool) -> None:
    before, after = ({"type": "response.output_text.done", "text": value} for value in (KEY, "redacted-key-1"))
    same = streamed({"type": "response.created", "n": 1}, end=end)
    assert Scrubber().stream(f"{same}: note{end}" + streamed(before, spaced=spaced, end=end)) == f"{same}: note{end}" + streamed(
        after, spaced=spaced, end=end
    )


def test_a_comment_between_frames_is_read() -> None:
    assert Scrubber().stream(f": {KEY}\n" + streamed({"type": "a"})) == ": redacted-key-1\n" + streamed({"type": "a"})
    assert Scrubber().stream(f": {KEY}\n" + streamed({"type": "a", "x": KEY})) == ": redacted-key-1\n" + streamed(
        {"type": "a", "x": "redacted-key-1"}
    )


def test_bytes_of_a_stream_that_are_no_text_stay() -> None:
    assert Scrubber().stream(f": \udcff {KEY}\n\n") == ": \udcff redacted-key-1\n\n"
    same = streamed({"type": "a"}) + ": \udcff\n\n"
    assert Scrubber().stream(same) == same


@pytest.mark.parametrize("member", ["item_id", "output_index", "content_index", "summary_index", "command_index"])
def test_pieces_of_different_parts_are_put_together_apart(member: str) -> None:
    other = f"sk-{LETTERS[1:25]}"
    ones, twos = deltas(KEY, {member: 0}), deltas(other, {member: 1})
    clean = Scrubber().stream(streamed(ones[0], twos[0], ones[1], twos[1]))
    told = [json.loads(line[6:]) for line in clean.splitlines() if line.startswith("data: ")]
    for place, name in ((0, "redacted-key-1"), (1, "redacted-key-2")):
        assert "".join(event["delta"] for event in told if event[member] == place) == name


def test_the_choices_of_a_chat_are_put_together_by_their_index_and_roles_not_at_all() -> None:
    def chunk(*choices: tuple[int, str]) -> dict[str, Any]:
        return {"type": "chunk", "choices": [{"index": index, "delta": {"role": "assistant", "content": text}} for index, text in choices]}

    half = len(KEY) // 2
    clean = Scrubber().stream(streamed(chunk((0, KEY[:half]), (1, "plain")), chunk((1, " text"), (0, KEY[half:]))))
    told = [json.loads(line[6:]) for line in clean.splitlines() if line.startswith("data: ")]
    said = {0: "", 1: ""}
    for event in told:
        for choice in event["choices"]:
            said[choice["index"]] += choice["delta"]["content"]
            assert choice["delta"]["role"] == "assistant"
    assert said == {0: "redacted-key-1", 1: "plain text"}


def told(clean: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [json.loads(line[6:]) for line in clean.splitlines() if line.startswith("data: ")]


@pytest.mark.parametrize("member", ["id", "type", "role", "name"])
def test_members_of_a_delta_that_are_told_whole_are_never_put_together(member: str) -> None:
    given = [{"type": "chunk", "delta": {member: piece}} for piece in (KEY[:13], KEY[13:])]
    assert told(Scrubber().stream(streamed(*given))) == given


def test_a_text_that_is_called_token_gets_no_odds() -> None:
    given = [{"type": "chunk", "delta": {"token": piece}} for piece in (KEY[:13], KEY[13:])]
    assert told(Scrubber().stream(streamed(*given))) == [
        {"type": "chunk", "delta": {"token": "redacted-key-1"[at : at + 7]}} for at in (0, 7)
    ]


def test_tokens_that_are_renamed_lose_their_rivals_and_have_their_own_bytes() -> None:
    pieces = (KEY[:13], KEY[13:])
    given = [{"token": piece, "logprob": -0.5, "bytes": list(piece.encode()), "top_logprobs": [{"token": piece}]} for piece in pieces]
    after = [{"token": piece, "logprob": -0.5, "bytes": list(piece.encode()), "top_logprobs": []} for piece in ("redacte", "d-key-1")]
    assert Scrubber().value({"logprobs": given}) == {"logprobs": after}
    assert told(Scrubber().stream(streamed({"type": "done", "logprobs": given}))) == [{"type": "done", "logprobs": after}]
    assert Scrubber().value({"logprobs": given[:1]}) == {"logprobs": given[:1]}


@pytest.mark.parametrize(
    "pack", [lambda data: gzip.compress(data, mtime=0), zlib.compress, lambda data: data], ids=["gzip", "deflate", "plain"]
)
def test_a_stream_in_bytes_is_read_across_its_frames_packed_or_not(pack: Any) -> None:
    def spelled(text: str) -> bytes:
        return text.encode("utf-8", "surrogateescape")

    before = streamed(*deltas(KEY, {"item_id": "a"})) + ": \udcff\n\n"
    given = recorded(response={"headers": {"content-type": ["text/event-stream"]}, "body": {"string": pack(spelled(before))}})
    clean = scrub.clean(given)["response"]["body"]["string"]
    assert clean == pack(spelled(Scrubber().stream(before)))
    assert clean != pack(spelled(before))


@pytest.mark.parametrize("body", [None, 7, True])
def test_a_body_that_is_no_text_is_left(body: object) -> None:
    assert scrub.clean(recorded(request={"body": body}))["request"]["body"] is body


def test_a_value_that_is_found_late_is_replaced_where_it_stood_early() -> None:
    early, late = recorded(request={"body": "open sesame 12"}), recorded(request={"headers": {"api-key": ["open sesame 12"]}})
    first, _ = scrub.scrubbed({"interactions": [early, late]})["interactions"]
    assert first["request"]["body"] == "redacted-header-1"
