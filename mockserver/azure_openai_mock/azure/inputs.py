"""`input`: what a client may send, checked against the rows of inputs.yaml and brought into the shape in which items are stored and listed.

A stored item has `id`, `type` and `status` first and its other members in alphabetical order (recorded); `id` is there only where the
client sent one, the caller mints the others. Nothing that an item names is ever fetched.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..wire.json import compact
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import tables
from .shapes import Check, Row, Shapes, inside, newer, rooted, wrong_type

if TYPE_CHECKING:
    from .models import ModelRow, Profile

LONGEST_TEXT = 10_485_760
"""Characters in one text (observed: `string_above_max_length`)."""

HEAD = ("id", "type", "status")
IMAGE_URL = "message.input_image.image_url"
UNSUPPORTED = "unsupported MIME type "
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_DATA = re.compile(r"data:([^;,\s]*)((?:;[^;,\s]*)*),", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One row: its check, and the status of a stored item that came with none."""

    check: Check
    status: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile knows. `supported` are the types that the refusal of an unknown one lists, `later` the months
    of those that came after the profile."""

    kinds: Mapping[str, Kind]
    messages: Mapping[str, Kind]
    roles: tuple[str, ...]
    supported: tuple[str, ...]
    later: Mapping[str, str]


def check(value: Any, at: str = "input", *, profile: Profile) -> list[Item]:
    """The items of `input` (a string or a list), as they are stored. Raises a Refusal whose `param` is the path of what is wrong.

    A string is one user message. An empty one gives no item here: `params.provided` judges it once stored state is known.
    """
    if type(value) is str:
        if len(value) > LONGEST_TEXT:
            raise Refusal("string_above_max_length", param=at, maximum=LONGEST_TEXT, length=len(value))
        return [_message_of("user", value)] if value else []
    if type(value) is not list:
        if value is None:  # observed: read as a string that failed
            raise Refusal("invalid_type", param=at, expected="a string", got="an object")
        raise wrong_type("one of a string or array of input items", value, param=at)
    known = knowledge(profile)
    items: list[Item] = []
    for index, one in enumerate(value):
        try:
            items.append(_item(one, known))
        except Refusal as refusal:
            raise rooted(inside(refusal, f"[{index}]"), at) from None
    return items


def _message_of(role: str, text: str) -> Item:
    return {"type": "message", "status": "completed", "content": [{"type": "input_text", "text": text}], "role": role}


def _item(one: Any, known: Known) -> Item:
    if type(one) is not dict:
        raise wrong_type("an input item", one)
    name = one.get("type")
    if name is None:
        name = "item_reference" if "id" in one and "role" not in one and "content" not in one else "message"
    if name == "message":
        return _message(one, known)
    kind = known.kinds.get(name) if type(name) is str else None
    if kind is None:
        later = known.later.get(name) if type(name) is str else None
        raise Refusal("invalid_value", hint=newer(name, later), got=name if type(name) is str else "", supported=known.supported)
    kind.check(one)
    return _stored(one, name, kind.status)


def _message(one: Object, known: Known) -> Item:
    role = one.get("role")
    kind = known.messages.get(role) if type(role) is str else None
    if kind is None:
        raise Refusal("invalid_value", got=role if type(role) is str else "", supported=known.roles)
    kind.check(one)
    content = one["content"]
    if type(content) is str:
        content = [{"type": "input_text", "text": content} if role != "assistant" else _spoken(content)]
    else:
        content = [_part(part) for part in content]
    stored: Item = {"id": one["id"]} if one.get("id") is not None else {}
    stored["type"] = "message"
    stored["status"] = one.get("status") or "completed"
    stored["content"] = content
    if one.get("phase") is not None:
        stored["phase"] = one["phase"]
    stored["role"] = role
    return stored


def _stored(one: Object, name: str, status: str | None) -> Item:
    stored: Item = {"id": one["id"]} if one.get("id") is not None else {}
    stored["type"] = name
    status = one.get("status") or status
    if status is not None:
        stored["status"] = status
    for member in sorted(one):
        if member not in HEAD:
            value = one[member]
            stored[member] = [_part(part) for part in value] if member == "output" and type(value) is list else value
    return stored


def _spoken(text: str) -> Object:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _part(part: Object) -> Object:
    """A content part with the members that the service adds (recorded)."""
    fill = _FILL.get(part.get("type", ""))
    return fill(part) if fill else part


def _filled_text(part: Object) -> Object:
    return {"type": "input_text", **{name: value for name, value in part.items() if name != "type" and value is not None}}


def _filled_spoken(part: Object) -> Object:
    return {
        "type": "output_text",
        "annotations": part.get("annotations") or [],
        "logprobs": part.get("logprobs") or [],
        "text": part["text"],
    }


def _filled_image(part: Object) -> Object:
    filled = {
        "type": "input_image",
        "detail": part.get("detail") or "auto",
        "file_id": part.get("file_id"),
        "image_url": part.get("image_url"),
    }
    return _with_breakpoint(filled, part)


def _filled_file(part: Object) -> Object:
    given = {name: part[name] for name in ("detail", "file_data", "file_url", "filename") if part.get(name) is not None}
    given["file_id"] = part.get("file_id")
    return _with_breakpoint({"type": "input_file", **{name: given[name] for name in sorted(given)}}, part)


def _with_breakpoint(filled: Object, part: Object) -> Object:
    if part.get("prompt_cache_breakpoint") is not None:
        filled["prompt_cache_breakpoint"] = part["prompt_cache_breakpoint"]
    return filled


_FILL: Mapping[str, Callable[[Object], Object]] = {
    "input_text": _filled_text,
    "output_text": _filled_spoken,
    "input_image": _filled_image,
    "input_file": _filled_file,
}


def shown(item: Item, includes: Collection[str] = ()) -> Item:
    """An item as it is listed: the service hides an image's URL unless it is asked to include it (recorded)."""
    content = item.get("content")
    if IMAGE_URL in includes or type(content) is not list or not any(_is_image(part) for part in content):
        return item
    return {**item, "content": [_without_url(part) for part in content]}


def prompt_variable(value: Any, *, urls: bool) -> Any:
    """A variable of a prompt as it is echoed: a string becomes a text part, parts are filled, an image's URL is hidden (recorded)."""
    if type(value) is str:
        return {"type": "input_text", "text": value}
    part = _part(value) if type(value) is dict else value
    return part if urls else _without_url(part)


def _is_image(part: Any) -> bool:
    return type(part) is dict and part.get("type") == "input_image"


def _without_url(part: Any) -> Any:
    return {**part, "image_url": None} if _is_image(part) else part


# ---- what a model reads ----


def read_by(items: Sequence[Item], *, model: ModelRow) -> None:
    """That the model reads every kind of content that the items hold. Raises a Refusal whose `param` is the part's type."""
    kinds = _kinds()
    for index, item in enumerate(items):
        for member in ("content", "output"):
            parts = item.get(member)
            for at, part in enumerate(parts) if type(parts) is list else ():
                kind = kinds.get(str(part.get("type"))) if type(part) is dict else None
                if kind is not None and kind not in model.inputs:
                    param = f"input[{index}].{member}[{at}].type"
                    taken = tuple(name for name, each in kinds.items() if each in model.inputs)
                    hint = f"{model.name} reads {', '.join(sorted(model.inputs))}"
                    raise Refusal("content_not_supported", param=param, got=part["type"], supported=taken, hint=hint)


@cache
def _kinds() -> Mapping[str, str]:
    """Part type -> the kind of content that it is: text, image, file, audio."""
    return {part: kind for kind, row in tables.load("inputs")["kinds"].items() for part in row["parts"]}


# ---- the table ----


@lru_cache(maxsize=16)
def knowledge(profile: Profile) -> Known:
    """The compiled rows of a profile."""
    table = tables.load("inputs")
    shapes = Shapes(table["shapes"], _formats(table, profile))
    kinds = {name: _kind(row, shapes) for name, row in table["items"].items() if row.get("since", "") <= profile.month}
    messages = {role: _kind(row, shapes) for role, row in table["messages"].items()}
    later = {name: row["since"] for name, row in table["items"].items() if name not in kinds}
    return Known(kinds, messages, tuple(table["roles"]), tuple(sorted([*kinds, "message"])), later)


def _kind(row: Row, shapes: Shapes) -> Kind:
    ident = {"type": "string", "max_length": "64"}
    if "prefix" in row:
        ident["prefix"] = row["prefix"]
    fields = {"type": {"type": "any"}, "id": ident, **row["fields"]}
    shape = {"type": "object", "fields": fields, "required": row.get("required", ()), "open": row.get("open", "")}
    return Kind(shapes.compile(shape), row.get("status"))


def _formats(table: Mapping[str, Any], profile: Profile) -> Mapping[str, Check]:
    limits, files = profile.limitations, table["files"]
    others, images, internet = limits.get("files_as_pdf_only"), limits.get("images_as_file"), limits.get("internet_images")
    refused = {"image/": images.refusal if images else None, "": others.refusal if others else None}
    taken = (*files["pdf"], *(() if others else files["others"]), *(() if images else files["images"]))
    return {
        "image_url": _image_url(tuple(table["images"]["mime"]), internet.refusal if internet else None),
        "file_data": _file_data(taken, refused),
        "file_url": _link,
        "base64": _base64,
        "image": _one_of("image_url", "file_id"),
        "file": _one_of("file_id", "file_data", "file_url"),
    }


def _one_of(*names: str) -> Check:
    def one_of(part: Object) -> None:
        if all(part.get(name) is None for name in names):
            raise Refusal("missing_file_source", param=f".{names[0]}")

    return one_of


def _link(value: str) -> None:
    if _URL.fullmatch(value) is None:
        raise Refusal("invalid_url")


def _base64(value: str) -> None:
    if _defect(value) is not None:
        raise Refusal("invalid_parameter", reason="expected base64-encoded data.")


def _image_url(kinds: tuple[str, ...], refusal: str | None) -> Check:
    """`refusal` answers an address on the internet where the profile reads none."""

    def image_url(value: str) -> None:
        if value[:5].lower() != "data:":
            _link(value)
            if refusal:
                raise Refusal(refusal)
            return
        defect = _data_defect(value, lambda mime: mime in kinds)
        if defect:
            raise Refusal("invalid_image_url", reason=defect)

    return image_url


def _file_data(kinds: tuple[str, ...], refused: Mapping[str, str | None]) -> Check:
    """`kinds` are exact, or end in a slash. `refused` maps the start of a kind to what refuses it instead of the usual answer."""

    def takes(mime: str) -> bool:
        return any(mime == kind or (kind.endswith("/") and mime.startswith(kind)) for kind in kinds)

    def file_data(value: str) -> None:
        defect = _data_defect(value, takes)
        if defect is None:
            return
        if not defect.startswith(UNSUPPORTED):
            raise Refusal("invalid_file_data_format", reason=defect)
        mime = defect[len(UNSUPPORTED) :].strip("'")
        limited = next((key for start, key in refused.items() if mime.lower().startswith(start) and key), None)
        raise Refusal(limited or "invalid_file_data", mime=mime)

    return file_data


def _data_defect(value: str, takes: Callable[[str], bool]) -> str | None:
    """What the service says it got instead of a base64 data URL of a kind that it takes."""
    head = _DATA.match(value, 0, 1024)
    if head is None:
        return "a value without the 'data:' prefix" if value[:5].lower() != "data:" else "an invalid data URL"
    if not head[2].lower().endswith(";base64"):
        return "a value without the ';base64' separator"
    if not takes(head[1].lower()):
        return f"{UNSUPPORTED}'{head[1]}'"
    return _defect(value[head.end() :])


def _defect(data: str) -> str | None:
    try:
        return None if binascii.a2b_base64(data.encode("ascii"), strict_mode=True) else "empty base64-encoded bytes"
    except ValueError:  # binascii.Error and UnicodeEncodeError are both
        return "an invalid base64-encoded value"


# ---- reading ----


def text_of(item: Item) -> str:
    """The text of an item that the model reads: of a message its parts, of a call its name and arguments, of an answer its output."""
    if item.get("type", "message") == "message":
        return _text(item.get("content"))
    members = _readable().get(item["type"], ())
    return "\n".join(text for text in (_text(item.get(member)) for member in members) if text)


def weighed(item: Item) -> tuple[str, str]:
    """What the item's tokens are counted by: a message's role or the item's type, and its text.

    The parts of a message are counted as one text with nothing between them (recorded).
    """
    kind = str(item.get("type", "message"))
    if kind != "message":
        return kind, text_of(item)
    content = item.get("content")
    return str(item.get("role")), "".join(map(_text, content)) if type(content) is list else _text(content)


@cache
def _readable() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(row.get("text", ())) for name, row in tables.load("inputs")["items"].items()}


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is list:
        return "\n".join(text for text in map(_text, value) if text)
    if type(value) is not dict:
        return ""
    for member in ("text", "refusal", "logs"):
        if type(value.get(member)) is str:
            return str(value[member])
    if str(value.get("type", "")).startswith(("input_", "image")):
        return ""
    return compact(value).decode()


def newest_user_text(items: Sequence[Item]) -> str:
    """The text of the newest user message, wherever it stands; empty where there is none."""
    return next((text_of(item) for item in reversed(items) if item.get("role") == "user" and item.get("type", "message") == "message"), "")


def fresh_user_text(items: Sequence[Item]) -> str:
    """The text of the newest user message after the model's last output: an input that only answers a call has none."""
    for item in reversed(items):
        name = item.get("type", "message")
        if name == "message" and item.get("role") == "user":
            return text_of(item)
        if name == "message" and item.get("role") == "assistant":
            return ""
        if name.endswith("_call"):
            return ""
    return ""
