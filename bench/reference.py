"""What everything is measured against: applications that do nothing.

`constant` answers every request with the same head and body, `stream` sends the same events one by one, `fastapi` is a bare framework.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn


def constant(path: str, *, events: bool) -> Any:
    """A raw ASGI app that reads the request and gives one answer, the headers and body of a recorded one; as a stream event by event."""
    recorded: dict[str, Any] = json.loads(Path(path).read_text()) if path else {"headers": [], "body": "{}"}
    body = recorded["body"].encode()
    headers = [(name.encode(), value.encode()) for name, value in recorded["headers"]]
    pieces = [piece + b"\n\n" for piece in body.split(b"\n\n") if piece] if events else [body]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": pieces[-1]})

    return app


def framework() -> Any:
    """A bare FastAPI app with one handler."""
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/")
    def hello() -> dict[str, str]:
        return {"status": "ok"}

    return app


def main() -> None:
    """`python -m bench.reference constant|stream|fastapi PORT [FILE]`."""
    kind, port, *rest = sys.argv[1:]
    app = framework() if kind == "fastapi" else constant(rest[0] if rest else "", events=kind == "stream")
    uvicorn.run(
        app, host="127.0.0.1", port=int(port), log_config=None, access_log=False, lifespan="off", server_header=False, loop="uvloop"
    )


if __name__ == "__main__":
    main()
