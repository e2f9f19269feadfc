"""What a server is started with: one table of options, read from four places, weakest first:

`[tool.azure-openai-mock]` in the folder's `pyproject.toml`, `azure-openai-mock.yaml` there (or `--config FILE`), environment variables
`AZURE_OPENAI_MOCK_…`, and flags. Every value remembers where it came from, so that `doctor` can say why it is in force.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PREFIX = "AZURE_OPENAI_MOCK_"
SECTION = "azure-openai-mock"
FILE = "azure-openai-mock.yaml"


class WrongSetting(ValueError):
    """A setting that cannot be; the message names the key, where it stands and what would do."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected a text")
    return value


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"expected a whole number from {least} to {most}")
        return value

    return read


def _word(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value is False:
            value = "off"
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}{_nearest(str(value), words)}")
        return str(value)

    return read


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _YES | _NO:
        return value.lower() in _YES
    raise ValueError("expected true or false")


_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off", ""})


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) and part for part in value):
        return tuple(value)
    raise ValueError("expected a list of texts")


def _path(value: Any) -> Path:
    return Path(_text(str(value) if isinstance(value, Path) else value)).expanduser()


def _paths(value: Any) -> tuple[Path, ...]:
    listed = (value,) if isinstance(value, Path) else _list(value) if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)):
        raise ValueError("expected a list of paths")
    return tuple(_path(one) for one in listed)


def _deployments(value: Any) -> Mapping[str, str]:
    """A mapping, or `name=model@version,other=model` from the environment and flags."""
    if isinstance(value, str):
        value = dict(part.partition("=")[::2] for part in _list(value))
    if not isinstance(value, Mapping) or not all(
        isinstance(name, str) and isinstance(model, str) and model for name, model in value.items()
    ):
        raise ValueError("expected a mapping of names to models, such as {chat: gpt-4o@2024-08-06}")
    return dict(value)


def _limits(value: Any) -> Mapping[str, Any] | None:
    """A mapping as in the scope's settings, or `requests=60,tokens=10000,chat:requests=5` from the environment and flags."""
    from .service import limits

    if value in ("off", False):
        return None
    given = limits.spelled(_list(value)) if isinstance(value, str) else value
    if problem := limits.check(given):
        raise ValueError(problem.removeprefix("limits").lstrip(".: "))
    return dict(given)


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError("expected a number from 0 to 1")
    return number


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name (a flag's with dashes), how a value is read, and what people are told. `metavar` is empty for a switch."""

    name: str
    read: Callable[[Any], Any]
    help: str
    metavar: str = ""
    many: bool = False

    @property
    def flag(self) -> str:
        """As on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """As in the environment."""
        return PREFIX + self.name.upper()


OPTIONS: tuple[Option, ...] = (
    Option("host", _text, "address to listen on (default 127.0.0.1)", "ADDRESS"),
    Option("port", _whole(0, 65535), "port to listen on; 0 takes a free one and prints it (default 8080)", "N"),
    Option(
        "profile",
        _text,
        "which month of Azure: preview (August 2025, the default), ga (today), dated-2025-03, or a file that extends one",
        "NAME",
    ),
    Option("region", _text, "the resource's region (default: the profile's, eastus2)", "NAME"),
    Option("store", _text, "memory, sqlite:///PATH or redis://HOST:PORT/DB (default: a file in your state directory)", "URL"),
    Option("rules", _path, "YAML or JSON file of rules; read again when it changes", "FILE"),
    Option("replay", _paths, "cassette, or folder of cassettes, to answer from; may be given several times", "PATH", many=True),
    Option("replay_pace", _flag, "answers take as long as they were recorded to take"),
    Option("api_key", _list, "accept only this key; may be given several times (default: any key)", "KEY", many=True),
    Option("workers", _whole(1, 64), "processes that share the port and the store (default 1)", "N"),
    Option("seed", _whole(0, 2**63 - 1), "seed of all chance: same seed, rules and requests, same bytes (default 0)", "N"),
    Option("gate", _word("strict", "warn", "off"), "what gates do: refuse, only warn, or nothing (default strict)", "MODE"),
    Option("deployments", _word("open", "strict"), "strict refuses models that are not listed as deployments (default open)", "MODE"),
    Option("deployment", _deployments, "NAME=MODEL[@VERSION]: a deployment; may be given several times", "NAME=MODEL", many=True),
    Option("not_registered", _flag, "the resource lacks the preview feature: every call is 409"),
    Option(
        "limits",
        _limits,
        "requests and tokens a minute of every deployment, or of one: requests=60,tokens=10000,chat:requests=5; also window=10s,"
        " headers=retry-after|retry-after-ms|both|none; may be given several times (default: no limits)",
        "RATES",
        many=True,
    ),
    Option("latency", _text, "off, typical, or a file of latency profiles (default off)", "WHICH"),
    Option(
        "chaos", _text, "seed of a fault schedule, or a mode: flaky, throttled, failover, cold-start, filter-happy, token-expiry", "SEED"
    ),
    Option("chaos_rate", _number, "share of requests that meet a fault (default 0.1)", "RATE"),
    Option("admin_token", _text, "what /_mock demands as x-mock-admin-token when not on loopback", "TOKEN"),
    Option("allow_host", _list, "another host name to answer to; may be given several times", "NAME", many=True),
    Option("max_body", _whole(1024, 2**31), "bytes that a request body may have (default 16777216)", "BYTES"),
    Option("http", _word("auto", "httptools", "h11"), "which HTTP parser (default auto: the faster one that is installed)", "PARSER"),
    Option("log_format", _word("text", "json"), "text or json (default text)", "FORMAT"),
    Option("quiet", _flag, "say only where the server listens and what went wrong"),
)
NAMES = {option.name: option for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server. `origins` says for each option that was given where it came from."""

    host: str = "127.0.0.1"
    port: int = 8080
    profile: str = "preview"
    profile_chosen: bool = False
    region: str | None = None
    store: str = "memory"
    rules: Path | None = None
    replay: tuple[Path, ...] = ()
    replay_pace: bool = False
    api_keys: tuple[str, ...] = ()
    workers: int = 1
    seed: int = 0
    gate: str = "strict"
    deployments_mode: str = "open"
    deployments: Mapping[str, str] = field(default_factory=dict)
    registered: bool = True
    admin_token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    limits: Mapping[str, Any] | None = None
    latency: str = "off"
    chaos: str | None = None
    chaos_rate: float = 0.1
    max_body: int = 16 * 1024 * 1024
    http: str = "auto"
    log_format: str = "text"
    quiet: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)


def gather(
    flags: Mapping[str, Any], *, environ: Mapping[str, str], folder: Path, config: Path | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """`(values, origins)` of every option that is given anywhere, the strongest place winning. Raises WrongSetting."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, given in (
        *_files(folder, config),
        ("the environment", {option.name: environ[option.variable] for option in OPTIONS if environ.get(option.variable)}),
        ("a flag", {name: value for name, value in flags.items() if value is not None}),
    ):
        for key, value in given.items():
            option = _option(str(key), origin)
            try:
                values[option.name] = option.read(value)
            except ValueError as problem:
                shown = option.flag if origin == "a flag" else option.variable if origin == "the environment" else key
                raise WrongSetting(f"{shown} ({origin}): {problem}, not {value!r}") from None
            origins[option.name] = origin
    return values, origins


def _option(key: str, origin: str) -> Option:
    option = NAMES.get(key.replace("-", "_"))
    if option is None:
        raise WrongSetting(f"{key} ({origin}): no such setting{_nearest(key, [name.replace('_', '-') for name in NAMES])}")
    return option


def _nearest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _files(folder: Path, config: Path | None) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    project = folder / "pyproject.toml"
    if project.is_file():
        data = project.read_bytes()
        if SECTION.encode() in data:
            import tomllib

            try:
                section = tomllib.loads(data.decode()).get("tool", {}).get(SECTION)
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
                raise WrongSetting(f"{project.name}: {problem}") from None
            if section:
                found.append((f"pyproject.toml [tool.{SECTION}]", section))
    path = config or folder / FILE
    if path.is_file():
        import yaml

        try:
            loaded = yaml.safe_load(path.read_bytes())
        except yaml.YAMLError as problem:
            raise WrongSetting(f"{path.name}: {problem}") from None
        if loaded is not None and not isinstance(loaded, dict):
            raise WrongSetting(f"{path.name}: expected a mapping of settings")
        found.append((path.name, loaded or {}))
    elif config is not None:
        raise WrongSetting(f"--config: there is no file {config}")
    return found


def settings_of(values: Mapping[str, Any], origins: Mapping[str, str], *, default_store: Callable[[], str]) -> Settings:
    """The settings that the values amount to."""
    deployments = values.get("deployment", {})
    return Settings(
        host=values.get("host", "127.0.0.1"),
        port=values.get("port", 8080),
        profile=values.get("profile", "preview"),
        profile_chosen="profile" in values,
        region=values.get("region"),
        store=values.get("store") or default_store(),
        rules=values.get("rules"),
        replay=values.get("replay", ()),
        replay_pace=values.get("replay_pace", False),
        api_keys=values.get("api_key", ()),
        workers=values.get("workers", 1),
        seed=values.get("seed", 0),
        gate=values.get("gate", "strict"),
        deployments_mode=values.get("deployments", "open"),
        deployments=deployments,
        registered=not values.get("not_registered", False),
        admin_token=values.get("admin_token"),
        allowed_hosts=values.get("allow_host", ()),
        limits=values.get("limits"),
        latency=values.get("latency", "off"),
        chaos=values.get("chaos"),
        chaos_rate=values.get("chaos_rate", 0.1),
        max_body=values.get("max_body", 16 * 1024 * 1024),
        http=values.get("http", "auto"),
        log_format=values.get("log_format", "text"),
        quiet=values.get("quiet", False),
        origins=dict(origins),
    )


def settings_from(given: Mapping[str, Any]) -> Settings:
    """The settings that these options alone amount to, whatever stands elsewhere. Raises WrongSetting."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key, value in given.items():
        if value is None:
            continue
        option = _option(key, "an argument")
        try:
            values[option.name] = option.read(value)
        except ValueError as problem:
            raise WrongSetting(f"{key}: {problem}, not {value!r}") from None
        origins[option.name] = "an argument"
    return settings_of(values, origins, default_store=lambda: "memory")


def read(flags: Mapping[str, Any], *, default_store: Callable[[], str], config: Path | None = None) -> Settings:
    """The settings from flags, this process's environment and this folder's files. Raises WrongSetting."""
    values, origins = gather(flags, environ=os.environ, folder=Path.cwd(), config=config)
    return settings_of(values, origins, default_store=default_store)
