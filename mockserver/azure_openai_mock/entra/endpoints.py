"""The endpoints as operations: `entra.token` in its three dialects, and the documents that clients read before and after.

Everything that clients ask for a token is `entra.token` for rules and the journal, whatever the dialect: one rule makes all of them fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from ..service import access
from ..service.call import Answer, Call, Operation, Plan, Raw
from ..service.deciding import decide
from ..store.protocol import Store
from ..wire import json
from ..wire.refusal import Refusal
from ..world import real_now, utc_text, uuid_of
from .hosts import IDENTITY_PATH, METADATA_PATH, PUBLIC, authority_of
from .token import LIFETIMES, Principal, claims, stable_id, tenant_id

JSON = "application/json; charset=utf-8"
DEFAULT = "/.default"
GRANTS = ("client_credentials",)
PROOFS = ("client_secret", "client_assertion")
SECRETS = frozenset({"client_secret", "client_assertion", "assertion", "refresh_token", "code", "password"})
FIELDS = 100
"""Parameters that a form may have."""
LONGEST = 2048
"""Characters that are kept of each: a token must fit into a header."""


class Entra:
    """The operations."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def operations(self) -> dict[str, Operation]:
        """By name, as in the route table."""
        return {
            "entra.token": self.token,
            "entra.openid": self.openid,
            "entra.keys": self.keys,
            "entra.instance": self.instance,
        }

    async def token(self, call: Call) -> Plan:
        """A token, in the dialect of the path that was asked."""
        asked = _asked(call)
        shown = {name: "<hidden>" if name in SECRETS else value for name, value in asked.items()}
        call.notes["asked"] = json.compact(shown)
        await decide(self.store, call, shown)
        principal, audience = DIALECTS.get(call.path, _application)(call, asked)

        async def run() -> Answer:
            return Raw(json.compact(_granted(call, principal, audience)), JSON)

        return Plan(run)

    async def openid(self, call: Call) -> Plan:
        """The discovery document of a tenant."""
        await decide(self.store, call)
        tenant, authority = call.ids["tenant"], authority_of(call.headers.get("host", ""))
        newer = "/v2.0/" in call.path
        named = tenant_id(tenant)
        base, version = f"{authority}/{tenant}", "/v2.0" if newer else ""
        return _document(
            {
                "token_endpoint": f"{base}/oauth2{version}/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
                "jwks_uri": f"{base}/discovery{version}/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code", "id_token", "code id_token", "token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": f"https://{PUBLIC}/{named}/v2.0" if newer else f"https://sts.windows.net/{named}/",
                "authorization_endpoint": f"{base}/oauth2{version}/authorize",
                "device_authorization_endpoint": f"{base}/oauth2{version}/devicecode",
                "end_session_endpoint": f"{base}/oauth2{version}/logout",
                "tenant_region_scope": None,
                "cloud_instance_name": "microsoftonline.com",
            }
        )

    async def keys(self, call: Call) -> Plan:
        """The keys that sign tokens."""
        await decide(self.store, call)
        return _document(_signer().jwks())

    async def instance(self, call: Call) -> Plan:
        """Which authorities belong together: what client libraries ask about one that they do not know."""
        await decide(self.store, call)
        endpoint = call.first("authorization_endpoint") or ""
        tenant = endpoint.partition("://")[2].partition("/")[2].partition("/")[0] or "common"
        discovery = f"{authority_of(call.headers.get('host', ''))}/{tenant}/v2.0/.well-known/openid-configuration"
        network = {"preferred_network": PUBLIC, "preferred_cache": "login.windows.net"}
        aliases = [PUBLIC, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        return _document({"tenant_discovery_endpoint": discovery, "api-version": "1.1", "metadata": [{**network, "aliases": aliases}]})


def _document(value: Mapping[str, Any]) -> Plan:
    async def run() -> Answer:
        return Raw(json.compact(value), JSON)

    return Plan(run)


def _asked(call: Call) -> dict[str, str]:
    """The parameters of a token request: its query, and its form where it has one."""
    asked = {name: values[0] for name, values in call.query.items() if values}
    if call.method == "POST":
        try:
            form = parse_qs(call.body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS)
        except ValueError:
            raise Refusal("token_request_invalid", parameter="grant_type", **_trace(call)) from None
        asked |= {name: values[0] for name, values in form.items()}
    return {name[:LONGEST]: value[:LONGEST] for name, value in asked.items()}


def _managed_by_header(call: Call, asked: Mapping[str, str]) -> tuple[Principal, str]:
    """What App Service, Functions and Container Apps answer at `IDENTITY_ENDPOINT`."""
    if not call.headers.get("x-identity-header"):
        raise Refusal("identity_header_missing", hint="send X-IDENTITY-HEADER with the value of IDENTITY_HEADER")
    if not asked.get("resource"):
        raise Refusal("identity_resource_missing")
    return _managed(asked), asked["resource"]


def _managed_by_metadata(call: Call, asked: Mapping[str, str]) -> tuple[Principal, str]:
    """What a virtual machine's instance metadata service answers."""
    if call.headers.get("metadata", "").lower() != "true":
        raise Refusal("metadata_header_missing")
    if not asked.get("resource"):
        raise Refusal("metadata_resource_missing")
    return _managed(asked), asked["resource"]


def _managed(asked: Mapping[str, str]) -> Principal:
    """The system-assigned identity, or the user-assigned one that is named by any of its three ids."""
    name = asked.get("mi_res_id") or asked.get("msi_res_id") or asked.get("object_id") or ""
    client = asked.get("client_id") or stable_id("managed identity", name)
    return Principal("managed", client, name=name.rpartition("/")[2] or asked.get("client_id", ""))


def _application(call: Call, asked: Mapping[str, str]) -> tuple[Principal, str]:
    """What a tenant's token endpoint answers to an application with a secret or a federated assertion."""
    grant = asked.get("grant_type")
    if not grant:
        raise _lacking(call, "grant_type")
    if grant not in GRANTS:
        raise Refusal("token_grant_unsupported", grant=grant, **_trace(call))
    for name in ("client_id", "resource" if _older(call) else "scope"):
        if not asked.get(name):
            raise _lacking(call, name)
    if not any(asked.get(name) for name in PROOFS):
        raise Refusal("token_proof_missing", **_trace(call))
    if _older(call):
        audience = asked["resource"]
    else:
        audience = asked["scope"].removesuffix(DEFAULT)
        if audience == asked["scope"] or " " in audience:
            raise Refusal("token_scope_invalid", asked=asked["scope"], **_trace(call))
    return Principal("application", asked["client_id"], tenant=tenant_id(call.ids["tenant"])), audience


DIALECTS: Mapping[str, Callable[[Call, Mapping[str, str]], tuple[Principal, str]]] = {
    f"/{IDENTITY_PATH}": _managed_by_header,
    f"/{METADATA_PATH}": _managed_by_metadata,
}
"""Path -> who asks there and for which audience; everywhere else an application asks its tenant."""


def _lacking(call: Call, parameter: str) -> Refusal:
    return Refusal("token_request_invalid", parameter=parameter, **_trace(call))


def _older(call: Call) -> bool:
    return "/v2.0/" not in call.path


def _trace(call: Call) -> dict[str, str]:
    correlation = call.headers.get("client-request-id") or uuid_of(call.scope.world.dice.bits(16))
    return {"trace_id": call.request_id, "correlation_id": correlation[:100], "timestamp": utc_text(real_now())}


def _granted(call: Call, principal: Principal, audience: str) -> dict[str, Any]:
    """The answer that holds the token. What it says of time is for the client's clock, which is real; the token's own claims are on the
    scope's token clock, by which the service judges them.
    """
    lifetime = access.read(call.scope.settings.access).lifetime or LIFETIMES[principal.identity]
    issued, now = call.scope.token_now(), real_now()
    said = claims(principal, audience, issued=issued, expires=issued + lifetime, scope=call.scope.name, draw=call.scope.world.dice.bits(16))
    token = _signer().sign(said)
    left, ends = max(1, int(lifetime) - 1), int(now + lifetime)
    if principal.identity == "application":
        times: dict[str, Any] = {"expires_in": left, "ext_expires_in": left}
        if _older(call):
            times = {**{name: str(value) for name, value in times.items()}, "expires_on": str(ends), "resource": audience}
        return {"token_type": "Bearer", **times, "access_token": token}
    if call.path == f"/{IDENTITY_PATH}":
        return {
            "access_token": token,
            "expires_on": str(ends),
            "resource": audience,
            "token_type": "Bearer",
            "client_id": principal.client,
        }
    return {
        "access_token": token,
        "client_id": principal.client,
        "expires_in": str(left),
        "expires_on": str(ends),
        "ext_expires_in": str(left),
        "not_before": str(int(now)),
        "resource": audience,
        "token_type": "Bearer",
    }


def _signer() -> Any:
    from .signing import Unsigned, signer

    try:
        return signer()
    except Unsigned as problem:
        raise Refusal("token_unsigned", hint=str(problem)) from None
