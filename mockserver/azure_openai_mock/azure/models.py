"""Models and the deployments that answer under their names.

`models.yaml` says what a model is, whoever offers it; a profile says which of them, in which versions and regions, it offers.
A request names a deployment; `resolve` finds the model behind it, or raises what the service says.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..wire.record import record
from ..wire.refusal import Refusal
from . import tables

if TYPE_CHECKING:
    from .profiles import Profile as Profile
    from .profiles import Region as Region

Confidence: TypeAlias = Literal["recorded", "documented", "observed", "assumed"]

DEFAULT_MODEL = "gpt-4o"
"""What a deployment of an unknown name runs."""
LONGEST_NAME = 200
"""Characters of a name that are looked at, and repeated in a hint."""
Route: TypeAlias = Literal["responses", "chat", "embeddings"]
"""What a deployment is asked for, by the flag of a model's row that says whether it serves it."""
OPERATIONS: Mapping[Route, str] = {"responses": "responses", "chat": "chatCompletion", "embeddings": "embeddings"}
"""The routes as refusals name them (public issue for the second, inferred for the others)."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelRow:
    """One model. Windows are in tokens. `effort` is the default reasoning effort, None where the model does not reason.

    `efforts`, `summaries`, `verbosities`, `retentions` are the values that it takes; `retention`, `top_p`, `context` what it answers to
    a silent request. `reasoning_content`: its reasoning items have `content: []`; `phase`: its messages have a phase. `flat_loading`:
    tools that the client loaded are shown among the functions, not as namespaces. `lacks` are the hosted tools that it refuses, `inputs`
    the kinds of content that it reads. A loaded row is one object, compared by identity.
    """

    name: str
    versions: tuple[str, ...]
    context_window: int
    max_output: int
    source: str
    confidence: Confidence
    responses: bool = True
    chat: bool = True
    embeddings: bool = False
    images: bool = False
    effort: str | None = None
    efforts: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    context: str | None = None
    verbosities: tuple[str, ...] = ("medium",)
    retentions: tuple[str, ...] = ()
    retention: str | None = "in_memory"
    top_p: float = 1.0
    reasoning_content: bool = False
    phase: bool = False
    flat_loading: bool = False
    structured: bool = True
    lacks: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset({"text", "image", "file"})
    tokenizer: str = "o200k_base"
    first_token: float = 0.5
    per_token: float = 0.015

    def serves(self, route: Route) -> bool:
        """Whether the route takes a deployment of it."""
        return bool(getattr(self, route))

    def lacks_tool(self, kind: str) -> bool:
        """Whether it refuses the hosted tool, by its name or a dated one (`web_search_2025_08_26`)."""
        return kind in self.lacks or _DATED_TOOL.sub("", kind) in self.lacks

    @property
    def reasoning(self) -> bool:
        """Whether the model reasons."""
        return self.effort is not None

    @property
    def default_effort(self) -> str | None:
        """The effort of a request that names none."""
        return self.effort

    @property
    def version(self) -> str:
        """The version of a deployment that names none."""
        return self.versions[0]


@record(frozen=True, slots=True)
class Deployment:
    """What answers under `name`. `served` is the model's dated name, as in `x-ms-served-model`."""

    name: str
    model: ModelRow
    version: str
    served: str

    @property
    def created(self) -> int:
        """Unix seconds of the version's date, 0 where it has none."""
        date = _DATE.fullmatch(self.version)
        return calendar.timegm((int(date[1]), int(date[2]), int(date[3]), 0, 0, 0)) if date else 0


_DATED_TOOL = re.compile(r"_20\d\d_\d\d_\d\d$")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What may be the name of a deployment (documented; the length is ours, since clients add prefixes)."""


@cache
def rows() -> Mapping[str, ModelRow]:
    """Every model that any profile may offer, with all its versions."""
    table = tables.load("models")
    where = tables.shipped("models")
    made: dict[str, ModelRow] = {}
    for name, given in table["models"].items():
        family = table["families"][given["family"]] if "family" in given else {}
        row = {**family, **{key: value for key, value in given.items() if key != "family"}}
        made[name] = tables.typed(ModelRow, row, where, ("models", name), name=name)
    return made


def deployment(name: str, model: ModelRow, version: str | None = None) -> Deployment:
    """A deployment of a model's version."""
    chosen = version or model.version
    return Deployment(name, model, chosen, f"{model.name}-{chosen}" if _DATE.fullmatch(chosen) else model.name)


def available(profile: Profile, region: Region) -> tuple[Deployment, ...]:
    """Every model that can be deployed there, one entry a version."""
    found = []
    for model in profile.models.values():
        if profile.offers(model.name, region):
            found += [deployment(model.name, model, version) for version in model.versions]
    return tuple(found)


def resolve(
    profile: Profile,
    region: Region,
    name: str,
    *,
    deployments: Mapping[str, str] | None = None,
    strict: bool = False,
    route: Route = "responses",
) -> Deployment:
    """The deployment of that name.

    A listed name is what the list says (`gpt-4o@2024-08-06`). Otherwise every model of the profile is deployed under its own name, dated
    or not, and any other name is a custom deployment, of the model that it contains or else of the default one; but a name that some
    profile knows as a model and this one, or its region, lacks is no deployment. `strict` takes listed names, or where there is no list
    the profile's own, and nothing else. Raises Refusal `deployment_not_found`, or `operation_not_supported` where the route does not
    serve the model.
    """
    if not name:
        raise Refusal("model_not_found", param="model", model=name)
    if deployments is not None and name in deployments:
        found = _listed(profile, region, name, deployments[name])
    elif strict and deployments is not None:
        raise _missing(name, f"deployments are strict and this name is not listed{tables.nearest(name[:LONGEST_NAME], deployments)}")
    else:
        found = _named(profile, region, name, route, strict=strict)
    if not found.model.serves(route):
        hint = f"{found.model.name} is not served on this route"
        raise Refusal("operation_not_supported", model=found.model.name, operation=OPERATIONS[route], hint=hint)
    return found


def _listed(profile: Profile, region: Region, name: str, spec: str) -> Deployment:
    try:
        model, version = parse(profile, spec)
    except ValueError as wrong:
        raise _missing(name, f"as listed in deployments: {wrong}") from None
    if not profile.offers(model.name, region):
        raise _missing(name, f"{model.name} is not offered in {region.name}")
    return deployment(name, model, version)


def parse(profile: Profile, spec: str) -> tuple[ModelRow, str]:
    """`gpt-4o@2024-08-06` or `gpt-4o` -> model and version. Raises ValueError saying what the profile offers instead."""
    name, _, version = spec.partition("@")
    model = profile.models.get(name)
    if model is None:
        raise ValueError(f"the {profile.name} profile has no model {name!r}{tables.nearest(name, profile.models)}")
    if version and version not in model.versions:
        raise ValueError(f"{name} has no version {version!r}; there are {', '.join(model.versions)}")
    return model, version or model.version


def _named(profile: Profile, region: Region, name: str, route: Route, *, strict: bool) -> Deployment:
    exact = _exact(profile, name)
    if exact is not None:
        if not profile.offers(exact.model.name, region):
            raise _missing(name, f"{exact.model.name} is not offered in {region.name}; choose another --region, or list it in deployments")
        return exact
    if _known_anywhere(name):
        raise _missing(name, f"not among the models of the {profile.name} profile{_elsewhere(name)}; or list the name in deployments")
    if not _NAME.fullmatch(name):
        raise _missing(name, "the name of a deployment has letters, digits, dashes, dots and underscores, and no more than 128 of them")
    if strict:
        raise _missing(name, f"deployments are strict: only the models of the {profile.name} profile are deployed")
    return _custom(profile, region, name, route)


def _elsewhere(name: str) -> str:
    """Which shipped profiles have that model."""
    from . import profiles

    having = [each for each in profiles.names() if _exact(profiles.load(each), name) is not None]
    return f"; --profile {' or '.join(having)} has it" if having else ""


def _missing(name: str, hint: str) -> Refusal:
    return Refusal("deployment_not_found", model=name, hint=f"{name[:LONGEST_NAME]!r}: {hint}")


def _exact(profile: Profile, name: str) -> Deployment | None:
    """The name of a model, or its name with one of its versions."""
    model = profile.models.get(name)
    if model is not None:
        return deployment(name, model)
    found = _dated_of(profile).get(name)
    return None if found is None else deployment(name, *found)


def _dated(models: Mapping[str, ModelRow]) -> dict[str, tuple[ModelRow, str]]:
    return {f"{model.name}-{version}": (model, version) for model in models.values() for version in model.versions}


@lru_cache(maxsize=32)
def _dated_of(profile: Profile) -> Mapping[str, tuple[ModelRow, str]]:
    return _dated(profile.models)


@lru_cache(maxsize=32)
def _words_of(profile: Profile, route: Route) -> tuple[tuple[str, ModelRow, str | None], ...]:
    """Every name of a model, dated or not, that a custom name may contain: the longest first."""
    words = [(model.name, model, None) for model in profile.models.values() if model.serves(route)]
    dated = [(name, model, version) for name, (model, version) in _dated_of(profile).items() if model.serves(route)]
    return tuple(sorted([*words, *dated], key=lambda word: len(word[0]), reverse=True))


@cache
def _everywhere() -> frozenset[str]:
    return frozenset(rows()) | frozenset(_dated(rows()))


def _known_anywhere(name: str) -> bool:
    return name in _everywhere()


def _custom(profile: Profile, region: Region, name: str, route: Route) -> Deployment:
    """The first model whose name `name` begins (recorded: `gpt-5.6` is gpt-5.6-sol), or the longest that stands in `name` as a word."""
    lowered = name[:LONGEST_NAME].lower()
    begun = next((row for model, row in profile.models.items() if model.startswith(f"{lowered}-") and row.serves(route)), None)
    if begun is not None and profile.offers(begun.name, region):
        return deployment(name, begun)
    for word, model, version in _words_of(profile, route):
        if word in lowered and _is_word(word, lowered) and profile.offers(model.name, region):
            return deployment(name, model, version)
    default = profile.models.get(profile.default_model)
    if default is None or not default.serves(route):
        default = next(row for row in profile.models.values() if row.serves(route))
    return deployment(name, default)


def _is_word(known: str, text: str) -> bool:
    at = text.find(known)
    while at >= 0:
        end = at + len(known)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return True
        at = text.find(known, at + 1)
    return False


def offered(row: ModelRow, versions: tuple[str, ...], *, reasoning_content: bool = True) -> ModelRow:
    """The model with the versions that a profile offers, its default first. The key of its reasoning items came late to all models."""
    return replace(row, versions=versions or row.versions, reasoning_content=row.reasoning_content and reasoning_content)


def renamed(row: ModelRow, name: str) -> ModelRow:
    """A model that behaves as `row` under another name."""
    return replace(row, name=name)
