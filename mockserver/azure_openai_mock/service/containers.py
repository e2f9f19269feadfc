"""Containers for the code interpreter, and the files in them. A container is a place for files: nothing is ever run in it.

One that nobody uses for its minutes has expired: it still shows, but neither it nor its files are of use to anyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..azure import files
from ..store.protocol import Conflict, Row, Store
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import blobs, paging
from .asking import Asked
from .call import Answer, Call, Plan, Whole
from .deciding import decide
from .files import File, form_of, held, known, plain, sent, upload_of
from .scope import Scope
from .uploads import Upload

KIND = "container"
FILE = "container_file"
ANCHOR = "last_active_at"
FOLDER = "/mnt/data/"
"""Where a container's files lie (documented)."""
MOST = 1_000_000
"""Rows that one listing reads."""
CALL = "code_interpreter_call"


@dataclass(frozen=True, slots=True)
class Container:
    """A container as its row keeps it."""

    id: str
    name: str
    created_at: int
    last_active_at: int
    minutes: int
    memory_limit: str
    version: int = 0

    def expired(self, now: float) -> bool:
        """Whether nobody has used it for its minutes."""
        return now >= self.last_active_at + self.minutes * 60

    def shown(self, now: float) -> Object:
        """As the API shows it."""
        return {
            "id": self.id,
            "object": "container",
            "created_at": self.created_at,
            "status": "expired" if self.expired(now) else "running",
            "expires_after": {"anchor": ANCHOR, "minutes": self.minutes},
            "last_active_at": self.last_active_at,
            "memory_limit": self.memory_limit,
            "name": self.name,
        }

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = [self.name, self.created_at, self.last_active_at, self.minutes, self.memory_limit]
        return Row(scope, KIND, self.id, json.compact(body))


@dataclass(frozen=True, slots=True)
class ContainerFile:
    """A file in a container; its bytes are pieces under `owner`."""

    id: str
    container_id: str
    created_at: int
    bytes: int
    path: str
    source: str = "user"

    @property
    def owner(self) -> str:
        """Under what its bytes are kept."""
        return f"{self.container_id}/{self.id}"

    def shown(self) -> Object:
        """As the API shows it."""
        return {
            "id": self.id,
            "object": "container.file",
            "created_at": self.created_at,
            "bytes": self.bytes,
            "container_id": self.container_id,
            "path": self.path,
            "source": self.source,
        }

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = [self.id, self.container_id, self.created_at, self.bytes, self.path, self.source]
        return Row(scope, FILE, self.owner, json.compact(body), group=self.container_id)


async def of_id(store: Store, scope: Scope, ident: str) -> Container | None:
    """The container of that id, expired or not."""
    row = await store.get(scope.name, KIND, ident)
    return None if row is None else replace(Container(row.id, *json.loads(row.body)), version=row.version)


async def used(store: Store, scope: Scope, container: Container) -> None:
    """Note that it was used now. Whoever else noted it meanwhile said the same."""
    now = int(scope.now())
    if now == container.last_active_at:
        return
    try:
        await store.put(replace(container, last_active_at=now).row(scope.name), expect=container.version)
    except Conflict:
        return


async def files_in(store: Store, scope: Scope, ident: str) -> list[ContainerFile]:
    """Its files, in the order in which they came."""
    return [ContainerFile(*json.loads(row.body)) for row in await store.page(scope.name, FILE, group=ident, limit=MOST)]


def minted(scope: Scope, prefix: str, digits: int) -> str:
    """An id of so many hexadecimal digits."""
    return f"{prefix}_{scope.world.dice.bits(32).hex()[:digits]}"


def fresh(ident: str, scope: Scope, body: Object) -> Container:
    """A container that was asked for just now."""
    now = int(scope.now())
    minutes = (body.get("expires_after") or {}).get("minutes") or files.limit("container_minutes")
    return Container(ident, body.get("name") or "auto", now, now, minutes, body.get("memory_limit") or "1g")


async def copied(store: Store, scope: Scope, container: str, file: File) -> ContainerFile:
    """Put a copy of an uploaded file into the container, piece by piece."""
    made = ContainerFile(minted(scope, "cfile", 32), container, int(scope.now()), file.bytes, f"{FOLDER}{file.id}-{file.filename}")
    await blobs.copy(store, scope.name, file.id, made.owner, file.bytes)
    await store.put(made.row(scope.name), expect=0)
    return made


class Containers:
    """The operations on containers and their files, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /containers`, perhaps with copies of uploaded files."""
        await decide(self.store, call, call.json)
        body = files.check("container", call.json)
        first = await known(self.store, call.scope, body.get("file_ids") or ())
        made = fresh(minted(call.scope, "cntr", 48), call.scope, body)

        async def run() -> Answer:
            await self.store.put(made.row(call.scope.name), expect=0)
            for file in first:
                await copied(self.store, call.scope, made.id, file)
            return Whole(made.shown(call.scope.now()))

        return Plan(run)

    async def listing(self, call: Call) -> Plan:
        """`GET /containers`, newest first."""
        await decide(self.store, call)
        rows = await self.store.page(call.scope.name, KIND, limit=MOST)
        now = call.scope.now()
        return plain(paging.page(call, [Container(row.id, *json.loads(row.body)).shown(now) for row in rows]))

    async def retrieve(self, call: Call) -> Plan:
        """`GET /containers/{id}`: an expired one still shows."""
        await decide(self.store, call)
        return plain((await self._held(call)).shown(call.scope.now()))

    async def delete(self, call: Call) -> Plan:
        """`DELETE /containers/{id}`, its files too."""
        await decide(self.store, call)
        container = await self._held(call)

        async def run() -> Answer:
            if not await self.store.delete(call.scope.name, KIND, container.id):
                raise Refusal("container_not_found", id=container.id)
            for file in await files_in(self.store, call.scope, container.id):
                await self._drop(call.scope, file)
            return Whole({"id": container.id, "object": "container.deleted", "deleted": True})

        return Plan(run)

    async def files_create(self, call: Call) -> Plan:
        """`POST /containers/{id}/files`: a form with `file`, or JSON that names an uploaded file to copy."""
        upload = upload_of(await form_of(call)) if call.form is not None else None
        await decide(self.store, call, call.json)
        container = await self._running(call)
        if upload is not None:
            return self._uploaded(call, container, upload)
        body = files.check("container_file", call.json)
        (file,) = await known(self.store, call.scope, [body["file_id"]])

        async def run() -> Answer:
            made = await copied(self.store, call.scope, container.id, file)
            await used(self.store, call.scope, container)
            return Whole(made.shown())

        return Plan(run)

    def _uploaded(self, call: Call, container: Container, upload: Upload) -> Plan:
        now = int(call.scope.now())
        path = f"{FOLDER}{call.scope.world.dice.bits(16).hex()}-{upload.filename}"
        made = ContainerFile(minted(call.scope, "cfile", 32), container.id, now, upload.size, path)
        call.notes["asked"] = json.compact({"file": {"filename": upload.filename, "bytes": upload.size}})

        async def run() -> Answer:
            await blobs.write(self.store, call.scope.name, made.owner, upload.pieces())
            await self.store.put(made.row(call.scope.name), expect=0)
            await used(self.store, call.scope, container)
            return Whole(made.shown())

        return Plan(run)

    async def files_list(self, call: Call) -> Plan:
        """`GET /containers/{id}/files`, newest first."""
        await decide(self.store, call)
        container = await self._running(call)
        return plain(paging.page(call, [file.shown() for file in await files_in(self.store, call.scope, container.id)]))

    async def files_retrieve(self, call: Call) -> Plan:
        """`GET /containers/{id}/files/{file_id}`."""
        await decide(self.store, call)
        return plain((await self._file(call)).shown())

    async def files_delete(self, call: Call) -> Plan:
        """`DELETE /containers/{id}/files/{file_id}`."""
        await decide(self.store, call)
        file = await self._file(call)

        async def run() -> Answer:
            await self._drop(call.scope, file)
            return Whole({"id": file.id, "object": "container.file.deleted", "deleted": True})

        return Plan(run)

    async def files_content(self, call: Call) -> Plan:
        """`GET /containers/{id}/files/{file_id}/content`."""
        await decide(self.store, call)
        file = await self._file(call)
        return sent(self.store, call, file.owner, file.bytes, file.path)

    async def _held(self, call: Call) -> Container:
        container = await of_id(self.store, call.scope, call.ids["container_id"])
        if container is None:
            raise Refusal("container_not_found", id=call.ids["container_id"])
        return container

    async def _running(self, call: Call) -> Container:
        container = await self._held(call)
        if container.expired(call.scope.now()):
            raise Refusal("container_expired", param="container_id")
        return container

    async def _file(self, call: Call) -> ContainerFile:
        container = await self._running(call)
        row = await self.store.get(call.scope.name, FILE, f"{container.id}/{call.ids['file_id']}")
        if row is None:
            raise Refusal("container_file_not_found", id=call.ids["file_id"])
        return ContainerFile(*json.loads(row.body))

    async def _drop(self, scope: Scope, file: ContainerFile) -> None:
        await self.store.delete(scope.name, FILE, file.owner)
        await blobs.drop(self.store, scope.name, file.owner, file.bytes)


async def usable(store: Store, scope: Scope, asked: Asked) -> None:
    """Raise the refusal of a code interpreter whose container has expired. One that was never here is taken as it is named."""
    for index, spec in enumerate(asked.tools):
        given = spec.get("container") if spec["type"] == "code_interpreter" else None
        if isinstance(given, str):
            container = await of_id(store, scope, given)
            if container is not None and container.expired(scope.now()):
                raise Refusal("container_expired", param=f"tools[{index}].container")


async def kept(store: Store, scope: Scope, asked: Asked, said: Sequence[Item]) -> None:
    """What the calls name is there afterwards: an automatic container is made with the files that it was to have, a named one was used."""
    spec: Object = next((spec for spec in asked.tools if spec["type"] == "code_interpreter"), {})
    given = spec.get("container")
    for ident in dict.fromkeys(item["container_id"] for item in said if item["type"] == CALL):
        container = await of_id(store, scope, ident)
        if container is not None:
            await used(store, scope, container)
        elif isinstance(given, dict):
            await store.put(fresh(ident, scope, given).row(scope.name))
            for file_id in given.get("file_ids") or ():
                file = await held(store, scope, file_id)
                if file is not None:
                    await copied(store, scope, ident, file)
