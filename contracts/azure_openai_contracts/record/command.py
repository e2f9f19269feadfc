"""`azure-openai-mock record`: a proxy through which any client records a cassette."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from .. import clock
from ..cassette import SOURCES, CassetteProblem, Provenance
from ..target import root_of
from .known import source_of
from .proxy import Proxy, Tell
from .recording import Recording, plural

EPILOG = """Point your client at the recorder instead of the service, with the key that the service wants:

  azure-openai-mock record --upstream https://RESOURCE.openai.azure.com --out cassettes/azure/chat.yaml
  AZURE_OPENAI_ENDPOINT=http://127.0.0.1:8090 python my_program.py        # or base_url=http://127.0.0.1:8090/openai/v1/
  ^C

Bytes pass as they come, streams too. Each frame of a stream keeps the time at which it came, and a stream that breaks off is kept as one
that broke off. Keys, tokens, names of resources and persons are replaced before anything is written; read a cassette before you share it.
The file is vcrpy's: play it with `vcr.use_cassette`, with `azure-openai-mock serve --replay FILE`, or make rules of it with
`azure-openai-mock import FILE`.
"""


def record(argv: Sequence[str]) -> int:
    """Record until Ctrl-C; 0, or 2 where it could not begin or not be written."""
    given = _parser().parse_args(argv)
    try:
        upstream, path = _upstream(given.upstream), _path(given.out, overwrite=given.overwrite)
        source, profile = source_of(upstream)
        about = Provenance(source=given.source or source, profile=given.profile or profile, case=given.case)
        return _run(upstream, path, about, (given.host, given.port), _silent if given.quiet else _say)
    except (ValueError, OSError, CassetteProblem) as problem:
        _say(f"azure-openai-mock record: {problem}")
        return 2


def _run(upstream: str, path: Path, about: Provenance, address: tuple[str, int], tell: Tell) -> int:
    recording = Recording(path, about, tell)
    try:
        proxy = Proxy(upstream, recording, address=address, tell=tell)
    except OSError as problem:
        host, port = address
        raise OSError(f"cannot listen on {host}:{port} ({problem.strerror}); choose another --port, or --port 0 for a free one") from None
    ended = threading.Event()
    before = {each: signal.signal(each, lambda *_: ended.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        proxy.start()
        _say(f"recording {upstream} ({about.source}) at {proxy.url} into {path}; Ctrl-C ends")
        ended.wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        open_still = proxy.settled()
        kept = recording.close()
        proxy.stop()
    left_out = f"; {plural(open_still, 'exchange')} under way left out" if open_still else ""
    _say(f"wrote {path}: {plural(kept, 'exchange')}{left_out}" if kept else f"nothing was recorded, so nothing is written{left_out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "azure-openai-mock record",
        description="Record what a client and the service say to each other into a cassette.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--upstream", required=True, metavar="URL", help="the service: https://RESOURCE.openai.azure.com, or anything that speaks HTTP"
    )
    made.add_argument("--out", required=True, metavar="PATH", help="the cassette (.yaml), or a folder, which gets one named after the day")
    made.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    made.add_argument("--port", type=int, default=8090, metavar="N", help="port to listen on; 0 takes a free one and prints it (8090)")
    made.add_argument(
        "--source", choices=SOURCES, help="whose traffic it is (found by the upstream's name, and by asking a mock on this machine)"
    )
    made.add_argument("--profile", default="", metavar="NAME", help="which month of Azure the service is (a mock says it itself)")
    made.add_argument("--case", default="", metavar="NAME", help="what is recorded, for whoever reads the cassette")
    made.add_argument("--overwrite", action="store_true", help="replace a cassette that is there")
    made.add_argument("--quiet", action="store_true", help="no line for each exchange")
    return made


def _upstream(given: str) -> str:
    """The service's root. Raises ValueError."""
    url = urlsplit(given)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError(f"--upstream: expected http://HOST or https://HOST, not {given!r}")
    if url.username is not None or url.query:
        raise ValueError("--upstream: leave keys to the client; here only the address is needed")
    return root_of(given)


def _path(given: str, *, overwrite: bool) -> Path:
    """The file to write. Raises ValueError for one that is there, and OSError where none can be made."""
    path = Path(given)
    if path.suffix in (".yaml", ".yml"):
        if path.exists() and not overwrite:
            raise ValueError(f"--out: {path} is there already; --overwrite replaces it")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
    if path.suffix and not path.is_dir():
        raise ValueError(f"--out: a recording is YAML, so name it .yaml, not {path.suffix}")
    path.mkdir(parents=True, exist_ok=True)
    names = (path / f"recording-{clock.today()}-{number}.yaml" for number in count(1))
    return next(name for name in names if not name.exists())


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _silent(line: str) -> None:
    """Nothing is said of single exchanges."""
