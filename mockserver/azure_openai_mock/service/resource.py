"""Which resource a request is sent to: what one has encrypted, no other can read.

A resource is a scope, its region, and the name in the host where that is one of Azure's; other names of this server are one resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from ..azure import hosts
from ..tools.seal import foreign
from ..wire.refusal import Refusal
from ..wire.types import Item
from .call import Call


def resource_of(call: Call) -> str:
    """The resource, as a short name that says nothing to people."""
    name = "\n".join((call.scope.name, call.region.name, hosts.resource(call.headers.get("host", ""))))
    return blake2b(name.encode(), digest_size=8).hexdigest()


def needed(said: Sequence[Item]) -> bool:
    """Whether something is said that is encrypted for this resource."""
    return any("encrypted_content" in item or item["type"] == "compaction" for item in said)


def readable(call: Call, items: Sequence[Item]) -> None:
    """Refuse the first item whose encrypted content belongs to another resource. What did not come from here is taken as it is."""
    for item in items:
        content = item.get("encrypted_content")
        if isinstance(content, str) and content and foreign(content, resource_of(call)):
            raise Refusal(
                "invalid_encrypted_content",
                id=item.get("id") or item["type"],
                hint="another resource (scope, region or host name) encrypted this; send an item back to the resource that made it",
            )
