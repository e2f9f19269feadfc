"""Why a request is refused before anyone reads what it asks: an ordered list of gates, because which refusal comes first is a fact too.

The order is the profile's (`gates` in its table). A gate reads a `Knock` and raises a Refusal, or returns. Gates in `POLICY` say what
the service's gating says; with `--gate warn` they only leave a hint, with `off` nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..azure import versions
from ..azure.profiles import Profile
from ..behaviour.question import ENTRA
from ..entra.token import AUDIENCES, Unreadable, claims_of, looks_like_one
from ..service import access
from ..service.call import Surface
from ..service.scope import Scope
from ..wire import json
from ..wire.refusal import Refusal
from .hosts import allowed as host_allowed
from .routes import served


@dataclass(slots=True)
class Knock:
    """A request before it is let in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    scope: Scope
    profile: Profile
    surface: Surface
    operation: str | None
    keys: frozenset[str]
    hosts: tuple[str, ...]
    body: bytes = b""
    json: Any = None
    hints: list[str] = field(default_factory=list)

    @property
    def family(self) -> str | None:
        """The family of what stands beside Responses; None for Responses."""
        return versions.family_of(self.operation or "")


def host(knock: Knock) -> None:
    """Only loopback names, Azure's own and what the user added: a page that rebinds its name to 127.0.0.1 gets nothing.

    Refuses with `host_refused` or `browser_refused`.
    """
    name = knock.headers.get("host", "")
    if not host_allowed(name, knock.hosts):
        raise Refusal("host_refused", host=name[:100], hint="start the server with --allow-host NAME to serve that name")
    if knock.headers.get("sec-fetch-site") == "cross-site" and knock.method != "GET":
        raise Refusal("browser_refused", hint="a web page of another site sent this; the mock answers programs and its own pages")


def route(knock: Knock) -> None:
    """Whether the path is one that Azure has. Refuses with `resource_not_found`."""
    if knock.operation is not None and not served(knock.operation, knock.profile.month):
        hint = f"{knock.operation} came later than {knock.profile.name}; try --profile ga"
        raise Refusal("resource_not_found", hint=hint)
    if knock.operation is None:
        raise Refusal(
            "resource_not_found", hint=f"{knock.method} {_plain(knock.path)} is not served; see /_mock/openapi.json for the routes"
        )


def _plain(path: str) -> str:
    """The path as a hint may repeat it: not at all where it holds anything but what paths are made of."""
    return path[:120] if path.isascii() and path.isprintable() and " " not in path else "this path"


def api_version(knock: Knock) -> None:
    """`api-version`, by surface, as the profile's table says. Refuses with the key of the row."""
    values = knock.query.get("api-version")
    value = values[0] if values else None
    if knock.family is not None:
        refused = versions.refusal(knock.profile, knock.family, knock.surface, value)
        if refused is not None:
            raise Refusal(refused[0], version=value, hint=refused[1])
        return
    key = knock.profile.api_version(knock.surface, value)
    if key is not None:
        raise Refusal(key, version=value, hint=knock.profile.api_version_hint(knock.surface, value))


def region(knock: Knock) -> None:
    """Whether the API exists in the scope's region. What stands beside Responses is in all of them (assumed).

    Refuses with `region_without_responses`.
    """
    if knock.family is not None:
        return
    name = knock.scope.settings.region or knock.profile.default_region
    found = knock.profile.regions.get(name)
    if found is None or not found.responses:
        known = ", ".join(sorted(known.name for known in knock.profile.regions.values() if known.responses))
        hint = f"the {knock.profile.name} profile has no Responses API in {name}; choose --region among {known}"
        raise Refusal("region_without_responses", hint=hint)


def registered(knock: Knock) -> None:
    """Whether the resource has the preview feature, which only Responses need. Refuses with `operation_not_allowed`."""
    if knock.family is None and not knock.scope.settings.registered:
        raise Refusal("operation_not_allowed", hint="the resource is not registered for the preview; start without --not-registered")


def auth(knock: Knock) -> None:
    """A key in `api-key`, or a key or an Entra token as Bearer.

    Refuses with `missing_credentials`, or says what is wrong with what was sent.
    """
    key = knock.headers.get("api-key")
    if key is not None and key != "":
        _key(knock, key, "invalid_key")
        return
    scheme, _, credential = knock.headers.get("authorization", "").partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise Refusal("missing_credentials", hint="send an api-key header, or Authorization: Bearer with a key or an Entra ID token")
    if looks_like_one(credential):
        _token(knock, credential)
        return
    _key(knock, credential, "invalid_key" if credential.startswith("eyJ") else "invalid_token")


def _key(knock: Knock, key: str, refusal: str) -> None:
    if not access.read(knock.scope.settings.access).keys:
        raise Refusal("key_auth_disabled", hint="the scope's settings say access: {keys: false}; send a token")
    if knock.keys and key not in knock.keys:
        raise Refusal(refusal, hint="the server was started with --api-key; this key is not among those")


def _token(knock: Knock, credential: str) -> None:
    try:
        claims = claims_of(credential)
    except Unreadable as problem:
        raise Refusal("invalid_token", hint=str(problem)) from None
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience.rstrip("/") not in AUDIENCES:
        raise Refusal("invalid_token", hint=f"the token's audience is not {' or '.join(AUDIENCES)}")
    expires = claims.get("exp")
    if not isinstance(expires, (int, float)) or isinstance(expires, bool) or expires <= knock.scope.token_now():
        raise Refusal("invalid_token", hint="the token has expired, or says no expiry")
    if not access.read(knock.scope.settings.access).role:
        raise Refusal("permission_denied", hint="the scope's settings say access: {role: false}")


def content(knock: Knock) -> None:
    """Encoding and type of a body that has one. Refuses with `unsupported_encoding` or `unsupported_media_type`."""
    if knock.method not in ("POST", "PUT", "PATCH") or not knock.body:
        return
    encoding = knock.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", ""):
        raise Refusal("unsupported_encoding", got=encoding[:40], hint="send the body without a content-encoding")
    kind = knock.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal("unsupported_media_type", got=kind[:80], hint="send content-type: application/json")


def body(knock: Knock) -> None:
    """JSON, not too deep. Refuses with `invalid_json` or `json_too_deep`."""
    if knock.method not in ("POST", "PUT", "PATCH"):
        return
    if not knock.body:
        knock.json = None
        return
    if json.depth_exceeds(knock.body):
        raise Refusal("json_too_deep")
    try:
        knock.json = json.loads(knock.body)
    except ValueError as problem:
        raise Refusal("invalid_json", hint=f"the body is not JSON: {problem}") from None


GATES: Mapping[str, Callable[[Knock], None]] = {
    "host": host,
    "route": route,
    "api_version": api_version,
    "region": region,
    "registered": registered,
    "auth": auth,
    "content": content,
    "body": body,
}
"""By the names that a profile's `gates` row uses."""

POLICY = frozenset({"api_version", "region", "registered"})

BEFORE_ENTRA = ("host", "route")
"""The gates before the endpoints of Entra ID: they judge credentials themselves."""


def pass_gates(knock: Knock) -> None:
    """All gates in the profile's order. Raises the first Refusal."""
    mode = knock.scope.settings.gate
    for name in BEFORE_ENTRA if (knock.operation or "").startswith(ENTRA) else knock.profile.gates:
        try:
            GATES[name](knock)
        except Refusal as refusal:
            if name not in POLICY or mode == "strict":
                raise
            if mode == "warn":
                knock.hints.append(f"{name}: would be refused ({refusal.key}). {refusal.hint or ''}".strip())
