"""JSON as it travels: the API's own objects are plain dicts under the API's own field names."""

from __future__ import annotations

from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]
"""A JSON object."""

Item: TypeAlias = dict[str, Any]
"""An input or output item of the Responses API: always has `type`, and `id` once it is stored."""

Event: TypeAlias = dict[str, Any]
"""A stream event: `type` is its first key, `sequence_number` its last."""

Response: TypeAlias = dict[str, Any]
"""A response object, keys in the recorded order."""
