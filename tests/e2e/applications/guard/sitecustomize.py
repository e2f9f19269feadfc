"""Imported by Python before any program: nothing may leave the machine, and no name be looked up elsewhere."""

import sys

LOOPBACK = ("127.", "::1", "localhost")


def guard(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host is not None and not str(host).startswith(LOOPBACK):
        sys.stderr.write(f"LEFT THE MACHINE: {event} {host}\n")
        raise PermissionError(f"{event} {host}: nothing may leave this machine")


sys.addaudithook(guard)
