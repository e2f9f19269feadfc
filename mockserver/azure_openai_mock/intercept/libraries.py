"""How each HTTP library of Python is led here. What a request says is left alone (its URL, its `Host`), only where it goes is changed.

Each function is given the module in which a library opens connections, and changes its classes once for the life of the process; they ask
`route_to` for every request, and without an answer do what they always did. No library is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary


@dataclass(frozen=True, slots=True)
class Route:
    """Where requests go: a plain HTTP server. `headers` are added to each."""

    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = ()


RouteTo: TypeAlias = Callable[[str], Route | None]
"""The route for a host; None for one that is not intercepted now."""


def httpx(module: ModuleType, route_to: RouteTo) -> None:
    """httpx and httpx2: both transports. A client that was made for a proxy, or before, is led here as well: it gets a transport beside
    its own, which lives as long.
    """
    _httpx_sync(module.HTTPTransport, route_to)
    _httpx_async(module.AsyncHTTPTransport, route_to)


def _rerouted(request: Any, route: Route) -> Any:
    url = request.url.copy_with(scheme="http", host=route.host, port=route.port)
    headers = request.headers.copy()
    headers.update(route.headers)
    return type(request)(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)


def _httpx_sync(transport: Any, route_to: RouteTo) -> None:
    beside: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    handle, close, leave = transport.handle_request, transport.close, transport.__exit__

    def handle_request(self: Any, request: Any) -> Any:
        route = route_to(request.url.host)
        if route is None:
            return handle(self, request)
        other = beside.get(self) or beside.setdefault(self, transport(verify=False, trust_env=False))
        return handle(other, _rerouted(request, route))

    def also_close(self: Any) -> None:
        close(self)
        if (other := beside.pop(self, None)) is not None:
            close(other)

    def also_leave(self: Any, *problem: Any) -> None:
        leave(self, *problem)
        if (other := beside.pop(self, None)) is not None:
            close(other)

    transport.handle_request, transport.close, transport.__exit__ = handle_request, also_close, also_leave


def _httpx_async(transport: Any, route_to: RouteTo) -> None:
    beside: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    handle, close, leave = transport.handle_async_request, transport.aclose, transport.__aexit__

    async def handle_async_request(self: Any, request: Any) -> Any:
        route = route_to(request.url.host)
        if route is None:
            return await handle(self, request)
        other = beside.get(self) or beside.setdefault(self, transport(verify=False, trust_env=False))
        return await handle(other, _rerouted(request, route))

    async def also_close(self: Any) -> None:
        await close(self)
        if (other := beside.pop(self, None)) is not None:
            await close(other)

    async def also_leave(self: Any, *problem: Any) -> None:
        await leave(self, *problem)
        if (other := beside.pop(self, None)) is not None:
            await close(other)

    transport.handle_async_request, transport.aclose, transport.__aexit__ = handle_async_request, also_close, also_leave


def urllib3(module: ModuleType, route_to: RouteTo) -> None:
    """urllib3, and with it requests: a pool of connections to an intercepted host hands its requests to one beside it."""
    kind = module.HTTPConnectionPool
    beside: WeakKeyDictionary[Any, dict[Route, Any]] = WeakKeyDictionary()
    original, close = kind.urlopen, kind.close

    def urlopen(self: Any, method: str, url: str, body: Any = None, headers: Any = None, *more: Any, **options: Any) -> Any:
        route = route_to(self.host)
        if route is None:
            return original(self, method, url, body, headers, *more, **options)
        pools = beside.setdefault(self, {})
        if route not in pools:
            pools[route] = kind(route.host, route.port, timeout=self.timeout)
        said = {**(self.headers if headers is None else headers), **dict(route.headers)}
        if not any(name.lower() == "host" for name in said):
            said["Host"] = self.host
        return original(pools[route], method, _path_of(url), body, said, *more, **options)

    def also_close(self: Any) -> None:
        close(self)
        for pool in beside.pop(self, {}).values():
            close(pool)

    kind.urlopen, kind.close = urlopen, also_close


def _path_of(url: str) -> str:
    return url if url.startswith("/") else "/" + url.partition("://")[2].partition("/")[2]


def standard(module: ModuleType, route_to: RouteTo) -> None:
    """http.client, and with it urllib.request. What others build on its classes (urllib3) has been led here before it comes to them."""
    plain, secure = module.HTTPConnection, module.HTTPSConnection
    put = plain.putrequest

    def host_of(self: Any) -> str:
        return str(getattr(self, "_tunnel_host", None) or self.host)

    def leading(connect: Callable[[Any], None]) -> Callable[[Any], None]:
        def also_connect(self: Any) -> None:
            route = route_to(host_of(self))
            if route is None:
                connect(self)
            else:
                self.sock = self._create_connection((route.host, route.port), self.timeout)

        return also_connect

    def putrequest(self: Any, *asked: Any, **more: Any) -> None:
        put(self, *asked, **more)
        route = route_to(host_of(self))
        for name, value in route.headers if route is not None else ():
            self.putheader(name, value)

    plain.connect, secure.connect, plain.putrequest = leading(plain.connect), leading(secure.connect), putrequest


def aiohttp(module: ModuleType, route_to: RouteTo) -> None:
    """aiohttp: what a connector opens for an intercepted host is a connection to here."""
    base, tcp, failed = module.BaseConnector, module.TCPConnector, module.ClientConnectorError
    connect, create = base.connect, tcp._create_connection

    async def also_connect(self: Any, req: Any, *more: Any, **options: Any) -> Any:
        route = route_to(req.url.host or "")
        if route is not None:
            req.headers.update(route.headers)
        return await connect(self, req, *more, **options)

    async def create_connection(self: Any, req: Any, *more: Any, **options: Any) -> Any:
        route = route_to(req.url.host or "")
        if route is None:
            return await create(self, req, *more, **options)
        try:
            _, opened = await self._loop.create_connection(self._factory, route.host, route.port)
        except OSError as problem:
            raise failed(req.connection_key, problem) from problem
        return opened

    base.connect, tcp._create_connection = also_connect, create_connection


LIBRARIES: Mapping[str, Callable[[ModuleType, RouteTo], None]] = {
    "httpx._transports.default": httpx,
    "httpx2._transports.default": httpx,
    "urllib3.connectionpool": urllib3,
    "aiohttp.connector": aiohttp,
    "http.client": standard,
}
"""The module in which each library opens connections -> what leads it here."""
