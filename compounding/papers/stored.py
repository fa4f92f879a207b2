"""Stored strings of a paper as the values that they were."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)  # asked for each of thousands of rows


def read_back(kind: Any, stored: Any) -> Any:
    """A stored value as the dataclass, tuple or text that it was. Raises TypeError for any other shape."""
    if isinstance(kind, types.UnionType):
        if stored is None:
            return None
        (kind,) = (option for option in get_args(kind) if option is not type(None))
    if is_dataclass(kind):
        hints, known = _hints(kind), [field.name for field in fields(kind) if _stands(field, stored)]
        return kind(**{name: read_back(hints[name], stored[name]) for name in known})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        items = [inner[0]] * len(stored) if len(inner) == 2 and inner[1] is ... else inner
        return tuple(read_back(item, value) for item, value in zip(items, stored, strict=True))
    if not isinstance(stored, kind):
        raise TypeError(f"{stored!r} is not {kind}")
    return stored


def _stands(field: Field[Any], stored: Any) -> bool:
    """Whether a field is read: one that has a default may be younger than what was stored."""
    return field.default is MISSING or field.name in stored
