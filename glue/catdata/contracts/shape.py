"""Mistakes of form, as pydantic finds them, told in the words of a contract's author."""

import types
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from catdata.contracts.model import Contract
from catdata.contracts.source import Data, Part, Source

# pydantic's error type: what was expected instead, in Japanese and English.
_EXPECTED: dict[str, tuple[str, str]] = {
    "string_type": (
        "文字列（数字やtrueは引用符で囲む）",
        "a text (numbers and true need quotes)",
    ),
    "string_too_short": ("空でない文字列", "a text that is not empty"),
    "string_pattern_mismatch": (
        "書式 {pattern} に合う文字列",
        "a text of the form {pattern}",
    ),
    "int_type": ("整数", "a whole number"),
    "bool_type": ("true か false", "true or false"),
    "literal_error": ("{expected} のどれか", "one of {expected}"),
    "greater_than_equal": ("{ge} 以上", "{ge} or more"),
    "less_than_equal": ("{le} 以下", "{le} or less"),
    "list_type": ("並び（- で始まる行）", "a list (lines that begin with -)"),
    "dict_type": ("項目の組（名前: 値）", "keys with values (name: value)"),
    "model_type": ("項目の組（名前: 値）", "keys with values (name: value)"),
    "too_short": ("{min_length} 個以上", "at least {min_length}"),
}
_SHOWN = 60


def report_invalid(detail: ErrorDetails, source: Source) -> None:
    """Add what one error of pydantic means to the problems of a source.

    An error about a branch of a union that the author plainly did not mean is left out.
    """
    path, value, rest = _place(detail["loc"], source.data)
    kind = detail["type"]
    if kind == "missing":
        name = str(detail["loc"][-1])
        source.report(
            path,
            f"必須の項目「{name}」がない",
            f"found no key '{name}', expected it here",
        )
        return
    if kind == "extra_forbidden":
        name = str(path[-1])
        known = sorted(_keys(Contract, path[:-1]))
        near = get_close_matches(name, known, n=1)
        expected = near or known
        source.report(
            path,
            f"知らない項目「{name}」。"
            + (f"「{near[0]}」の誤りか" if near else f"使える項目: {'、'.join(known)}"),
            f"found the unknown key '{name}', "
            + (f"did you mean '{near[0]}'?" if near else f"expected one of {', '.join(expected)}"),
        )
        return
    if rest and isinstance(value, dict) != (kind not in ("string_type", "literal_error")):
        return
    ja, en = _EXPECTED.get(kind, (detail["msg"], detail["msg"]))
    context = detail.get("ctx", {})
    source.report(
        path,
        f"「{_name(path)}」の値が正しくない: {_shown(value)}。期待: {ja.format_map(context)}",
        f"'{_name(path)}': found {_shown(value)}, expected {en.format_map(context)}",
    )


def _place(loc: tuple[Part, ...], data: Data) -> tuple[tuple[Part, ...], Data, tuple[Part, ...]]:
    """Return the path of a pydantic location in the data, the value there, and what is no path.

    Pydantic puts the branch of a union that it tried into the location; the data has no such part.
    """
    path: list[Part] = []
    rest: list[Part] = []
    for part in loc:
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
            path.append(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
            path.append(part)
        else:
            rest.append(part)
    return tuple(path), data, tuple(rest)


def _keys(annotation: Any, path: tuple[Part, ...]) -> set[str]:
    """Return the keys that a contract may have at a path below a type."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _keys(args[0], path)
    if origin in (Union, types.UnionType):
        return set().union(*(_keys(arg, path) for arg in args))
    if origin is list and path:
        return _keys(args[0], path[1:])
    if origin is dict and path:
        return _keys(args[1], path[1:])
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return set()
    fields = {f.alias or name: f.annotation for name, f in annotation.model_fields.items()}
    if not path:
        return set(fields)
    return _keys(fields.get(str(path[0])), path[1:])


def _name(path: tuple[Part, ...]) -> str:
    return ".".join(f"{part + 1}" if isinstance(part, int) else part for part in path)


def _shown(value: Data) -> str:
    if isinstance(value, dict | list):
        return "項目の組(keys)" if isinstance(value, dict) else "並び(list)"
    text = {None: "空(empty)", True: "true", False: "false"}.get(value, str(value))  # type: ignore[arg-type]
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
