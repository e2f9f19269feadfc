"""Profiles: the service as it was in one month, as data. Gates, regions, models, api-versions and what chaining means come from here.

A profile is a shipped table or a user's file that `extends` one and changes rows of it: mappings are merged, everything else is replaced,
and `null` removes a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from ..wire.refusal import Refusal
from . import errors, models, tables
from .models import DEFAULT_MODEL, Confidence, Deployment, ModelRow

Surface: TypeAlias = Literal["v1", "dated", "deployments"]

Gate: TypeAlias = Literal["host", "auth", "route", "api_version", "region", "registered", "content", "body"]
"""What a request must pass; the order is the profile's."""
SURFACES: Final[Mapping[Surface, str]] = {"v1": "/openai/v1", "dated": "/openai", "deployments": "/openai/deployments/NAME"}
ACCEPT: Final = "accept"
NAMED_VERSIONS: Final = ("preview", "v1", "latest", "2025-03-01-preview", "2025-04-01-preview")
VERSION_CLASSES: Final = ("none", *NAMED_VERSIONS, "older", "unknown")
"""The columns of the api-version table. `older` is a date before 2025-03-01, `unknown` anything else."""

_DATED = re.compile(r"(\d{4}-\d\d-\d\d)(-preview)?")
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-\d\d)?")
FIRST_DATED: Final = "2025-03-01"


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its name in addresses, and as `x-ms-region` and refusals say it. `responses`: whether it has the Responses API."""

    name: str
    display: str
    responses: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """What one api-version meets on one surface: `accept`, or the key of the refusal."""

    does: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Offer:
    """A model in a profile: its versions, the usual one first, and its regions (none named: all). `like` is what a new name behaves as."""

    versions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    like: str | None = None
    source: str = ""
    confidence: Confidence = "documented"


@dataclass(frozen=True, slots=True)
class Said:
    """Where a fact of the profile comes from."""

    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Limitation:
    """Something that this month's service does not do: the refusal that says so, and what is refused in words."""

    refusal: str
    what: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ToolRow:
    """Whether a tool type is `served` or `refused` by name. One without a row, or on a surface that `surfaces` leaves out, is not known."""

    state: Literal["served", "refused"]
    surfaces: tuple[Surface, ...] = ("v1", "dated", "deployments")
    source: str = ""
    confidence: Confidence = "documented"


@dataclass(frozen=True, slots=True)
class _Table:
    """A profile's file, typed."""

    title: str
    date: str
    default_region: str
    regions: tuple[str, ...]
    gates: tuple[Gate, ...]
    retention: int
    cross_model: Literal["ignored", "works"]
    delete: Literal["keep", "cascade"]
    content_filters: bool
    cache_writes: bool
    reasoning_content: bool
    headers: str
    api_versions: Mapping[str, Mapping[str, Cell]]
    models: Mapping[str, Offer]
    tools: Mapping[str, ToolRow]
    limitations: Mapping[str, Limitation]
    facts: Mapping[str, Said]
    default_model: str = DEFAULT_MODEL
    no_responses: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One month of the service. `date` and `month` are `YYYY-MM`; `retention` is in seconds.

    `cross_model`: a parent of another deployment is `ignored` (echoed, neither stitched nor counted) or `works`. `delete`: a descendant of
    a deleted response lives on (`keep`) or not (`cascade`). `content_filters`: finished responses carry annotations, not null.
    `cache_writes`: usage has `cache_write_tokens`. `reasoning_content`: reasoning items have a `content` key. `headers` names the era in
    `headers.yaml`. `regions` are all of Azure's; those without the API say so. `facts` gives the source of each of these.
    """

    name: str
    title: str
    date: str
    default_region: str
    regions: Mapping[str, Region]
    gates: tuple[str, ...]
    retention: int
    cross_model: Literal["ignored", "works"]
    delete: Literal["keep", "cascade"]
    content_filters: bool
    cache_writes: bool
    reasoning_content: bool
    headers: str
    api_versions: Mapping[str, Mapping[str, Cell]]
    offers_of: Mapping[str, Offer]
    models: Mapping[str, ModelRow]
    default_model: str
    tools: Mapping[str, ToolRow]
    limitations: Mapping[str, Limitation]
    facts: Mapping[str, Said]

    @property
    def month(self) -> str:
        """The month, which decides the parameters and keys that are known."""
        return self.date[:7]

    @property
    def region(self) -> Region:
        """The region of a scope that names none."""
        return self.regions[self.default_region]

    def located(self, name: str | None) -> Region:
        """The region of that name, the profile's own for None. Raises LookupError with the nearest there is."""
        if name is None:
            return self.region
        if name not in self.regions:
            raise LookupError(f"region: {name!r} is not among those of {self.name}{tables.nearest(name, self.regions)}")
        return self.regions[name]

    def offers(self, model: str, region: Region) -> bool:
        """Whether the model can be deployed in the region."""
        offer = self.offers_of.get(model)
        return offer is not None and (not offer.regions or region.name in offer.regions)

    def cell(self, surface: Surface, value: str | None) -> Cell:
        """What an api-version meets on a surface; None or empty is no api-version."""
        return self.api_versions[surface][version_class(value)]

    def api_version(self, surface: Surface, value: str | None) -> str | None:
        """None where the api-version is accepted, otherwise the key of its refusal."""
        does = self.cell(surface, value).does
        return None if does == ACCEPT else does

    def api_version_hint(self, surface: Surface, value: str | None) -> str:
        """What to change so that the api-version is accepted."""
        said = "a request without api-version" if not value else f"api-version={value[:60]}"
        taken = accepted(self, surface)
        if taken:
            return f"the {self.name} profile refuses {said} on {SURFACES[surface]}; send {_either(taken)}{_elsewhere(self, surface, value)}"
        others = [f"{SURFACES[each]} with {_either(accepted(self, each))}" for each in SURFACES if accepted(self, each)]
        return f"the {self.name} profile does not serve {SURFACES[surface]}; use {', or '.join(others)}{_elsewhere(self, surface, value)}"

    def refuses_tool(self, kind: str, deployment: Deployment, *, at: str = "tools", surface: Surface = "v1") -> Refusal | None:
        """The refusal of a tool type with this deployment; None where it is served. `at` is the declaration's path."""
        row = self.tools.get(kind)
        if row is None or surface not in row.surfaces:
            known = sorted(name for name, each in self.tools.items() if each.state == "served" and surface in each.surfaces)
            where = "" if row is None else f" on {SURFACES[surface]}; it is served on {_either_path(row.surfaces)}"
            hint = f"the {self.name} profile does not know the tool {kind[:60]!r}{where}"
            return Refusal("invalid_value", param=f"{at}.type" if at != "tools" else at, got=kind, supported=known, hint=hint)
        if row.state == "refused" or deployment.model.lacks_tool(kind):
            hint = f"{kind} is not served in the {self.name} profile" if row.state == "refused" else f"{deployment.model.name} lacks {kind}"
            return Refusal("hosted_tool_unsupported", param="tools", tool=kind, model=deployment.served, hint=hint)
        return None

    def limits(self, name: str) -> bool:
        """Whether a limitation of that name holds."""
        return name in self.limitations


def version_class(value: str | None) -> str:
    """The column of the api-version table that a value falls into."""
    if not value:
        return "none"
    if value in NAMED_VERSIONS:
        return value
    date = _DATED.fullmatch(value)
    return "older" if date is not None and date[1] < FIRST_DATED else "unknown"


def accepted(profile: Profile, surface: Surface) -> tuple[str, ...]:
    """The api-versions that a surface takes, `none` among them where it needs none."""
    return tuple(name for name, cell in profile.api_versions[surface].items() if cell.does == ACCEPT)


def _either_path(surfaces: tuple[Surface, ...]) -> str:
    return " or ".join(SURFACES[surface] for surface in surfaces)


def _either(versions: tuple[str, ...]) -> str:
    return " or ".join("no api-version" if version == "none" else f"api-version={version}" for version in versions)


def _elsewhere(profile: Profile, surface: Surface, value: str | None) -> str:
    """Which shipped profiles would take it as it stands."""
    takers = [name for name in names() if name != profile.name and load(name).api_version(surface, value) is None]
    return f", or choose --profile {' or '.join(takers)}, which takes it as it is" if takers else ""


def names() -> tuple[str, ...]:
    """The shipped profiles."""
    return tables.names("profiles")


@cache
def display_names() -> Mapping[str, str]:
    """Every region's name in addresses -> as it is displayed."""
    named: Mapping[str, str] = tables.load("regions")["regions"]
    return named


@cache
def load(name_or_path: str) -> Profile:
    """A shipped profile by name, or a user's file by path. Raises TableError, naming file, line, key and the nearest valid one."""
    if name_or_path in names():
        return _made(name_or_path, tables.load(f"profiles/{name_or_path}"), tables.shipped(f"profiles/{name_or_path}"))
    if not Path(name_or_path).suffix and not Path(name_or_path).exists():
        raise tables.TableError(f"{name_or_path!r} is neither a file nor a profile{tables.nearest(name_or_path, names())}")
    return overlay(tables.load_file(name_or_path))


def overlay(file: tables.Located) -> Profile:
    """A shipped profile with the rows of a user's file laid over it. Raises TableError, with the line, for what is wrong in it."""
    given = file.data
    if not isinstance(given, dict):
        raise file.error((), "expected a mapping that begins with `extends: preview`")
    base = given.get("extends")
    if base not in names():
        text = "is missing; name the profile to start from" if base is None else f"{base!r} is not a profile"
        raise file.error(("extends",), f"{text}{tables.nearest(str(base or ''), names())}")
    changes = {key: value for key, value in given.items() if key != "extends"}
    merged = _merged(tables.load(f"profiles/{base}"), changes, file, ())
    merged.setdefault("name", Path(file.name).stem)
    return _made(merged["name"], merged, file.error)


def _merged(under: Any, over: Any, file: tables.Located, path: tuple[str, ...]) -> Any:
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    merged = dict(under)
    for key, value in over.items():
        if value == "null" and path:
            if key not in merged:
                raise file.error((*path, key), f"there is no such row to remove{tables.nearest(key, merged)}")
            del merged[key]
        else:
            merged[key] = _merged(merged.get(key), value, file, (*path, key))
    return merged


def _made(name: str, given: Mapping[str, Any], where: tables.Where) -> Profile:
    table = tables.typed(_Table, _with_sources(given), where)
    regions = {each: _region(each, where, responses=True) for each in table.regions}
    regions.update({each: _region(each, where, responses=False) for each in table.no_responses})
    if table.default_region not in regions:
        raise where(
            ("default_region",), f"{table.default_region!r} is not among the regions{tables.nearest(table.default_region, regions)}"
        )
    if _MONTH.fullmatch(table.date) is None:
        raise where(("date",), f"expected a month such as 2025-08, not {table.date!r}")
    eras = tables.load("headers")["eras"]
    if table.headers not in eras:
        raise where(("headers",), f"{table.headers!r} is not an era{tables.nearest(table.headers, eras)}")
    _check_versions(table, where)
    return Profile(
        name=name,
        title=table.title,
        date=table.date,
        default_region=table.default_region,
        regions=regions,
        gates=table.gates,
        retention=table.retention,
        cross_model=table.cross_model,
        delete=table.delete,
        content_filters=table.content_filters,
        cache_writes=table.cache_writes,
        reasoning_content=table.reasoning_content,
        headers=table.headers,
        api_versions={surface: {each: table.api_versions[surface][each] for each in VERSION_CLASSES} for surface in SURFACES},
        offers_of=table.models,
        models={each: _model(each, offer, where, reasoning_content=table.reasoning_content) for each, offer in table.models.items()},
        default_model=table.default_model,
        tools=table.tools,
        limitations=table.limitations,
        facts=table.facts,
    )


def _with_sources(given: Mapping[str, Any]) -> dict[str, Any]:
    """A bare word in an overlay's row stands for the whole row: `preview: accept`, `web_search: served`."""
    table = dict(given)
    for surface, cells in _mapping(table.get("api_versions")).items():
        table["api_versions"] = {**table["api_versions"], surface: {each: _row("does", cell) for each, cell in _mapping(cells).items()}}
    table["tools"] = {kind: _row("state", row) for kind, row in _mapping(table.get("tools")).items()}
    table["models"] = {name: {"versions": row} if isinstance(row, list) else row for name, row in _mapping(table.get("models")).items()}
    return table


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _row(key: str, value: Any) -> Any:
    return {key: value, "source": "a profile of the user's own", "confidence": "observed"} if isinstance(value, str) else value


def _region(name: str, where: tables.Where, *, responses: bool) -> Region:
    display = display_names().get(name)
    if display is None:
        raise where(("regions" if responses else "no_responses", name), f"is not a region{tables.nearest(name, display_names())}")
    return Region(name, display, responses)


def _model(name: str, offer: Offer, where: tables.Where, *, reasoning_content: bool) -> ModelRow:
    known = models.rows()
    behaves_as = offer.like or name
    if behaves_as not in known:
        raise where(
            ("models", name),
            f"no model {behaves_as!r} is known{tables.nearest(behaves_as, known)} (`like: MODEL` says what a new name behaves as)",
        )
    row = models.offered(known[behaves_as], offer.versions, reasoning_content=reasoning_content)
    return row if name == row.name else models.renamed(row, name)


def _check_versions(table: _Table, where: tables.Where) -> None:
    """Every cell is there, and says `accept` or the key of an error."""
    for surface in table.api_versions:
        if surface not in SURFACES:
            raise where(("api_versions", surface), f"unknown key{tables.nearest(surface, SURFACES)}")
    for surface in SURFACES:
        cells = table.api_versions.get(surface, {})
        for version, cell in cells.items():
            _check_cell(version, cell, where, ("api_versions", surface, version))
        for version in VERSION_CLASSES:
            if version not in cells:
                raise where(("api_versions", surface, version), "is missing")


def _check_cell(version: str, cell: Cell, where: tables.Where, at: tuple[str, ...]) -> None:
    if version not in VERSION_CLASSES:
        raise where(at, f"unknown key{tables.nearest(version, VERSION_CLASSES)}")
    if cell.does != ACCEPT and not errors.known(cell.does):
        known = (ACCEPT, *errors.keys())
        raise where(at, f"{cell.does!r} is neither accept nor an error{tables.nearest(cell.does, known)}")
