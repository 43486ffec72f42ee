"""TypeScript interfaces of what `web/wire.py` and `web/wire_insights.py` name, so that the wire is typed once.

python -m tensorboard_plugin_paramviz.web.generate_wire            # print
python -m tensorboard_plugin_paramviz.web.generate_wire --write    # rewrite frontend/src/wire.gen.ts
python -m tensorboard_plugin_paramviz.web.generate_wire --check    # exit 1 when that file is out of date
"""

from __future__ import annotations

import argparse
import types
import typing
from pathlib import Path
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from tensorboard_plugin_paramviz.web import wire, wire_insights

GENERATED = Path(__file__).parents[2] / "frontend" / "src" / "wire.gen.ts"
COMMAND = "python -m tensorboard_plugin_paramviz.web.generate_wire --write"

_SCALARS: dict[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    Any: "unknown",
}


def typescript_type(hint: Any) -> str:
    """TypeScript spelling of a type hint. Raises TypeError for one that JSON can't carry."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.is_typeddict(hint):
        return str(hint.__name__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " | ".join(map(typescript_type, arguments))
    if origin is Literal:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in arguments)
    if origin in (NotRequired, Required):
        return typescript_type(arguments[0])
    if origin is list:
        inner = typescript_type(arguments[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is dict and arguments[0] is str:
        return f"Record<string, {typescript_type(arguments[1])}>"
    raise TypeError(f"{hint!r} has no JSON form: use str, int, float, bool, None, list, dict[str, …] or a TypedDict")


def interface(typed_dict: Any) -> str:
    """One exported interface with the class's docstring as its JSDoc."""
    lines = []
    doc = vars(typed_dict).get("__doc__")
    if doc:
        text = [line.strip() for line in doc.strip().splitlines()]
        lines += ["/**", *(f" * {line}".rstrip() for line in text), " */"]
    lines.append(f"export interface {typed_dict.__name__} {{")
    # Extras kept: __optional_keys__ doesn't see a NotRequired inside postponed annotations.
    for name, hint in get_type_hints(typed_dict, include_extras=True).items():
        optional = get_origin(hint) is NotRequired or (not typed_dict.__total__ and get_origin(hint) is not Required)
        mark = "?" if optional else ""
        lines.append(f"  {name}{mark}: {typescript_type(hint)};")
    return "\n".join([*lines, "}"])


def generate() -> str:
    """The whole file: every TypedDict of these modules, in the order written there."""
    classes = [
        value
        for module in (wire, wire_insights)
        for value in vars(module).values()
        if typing.is_typeddict(value) and value.__module__ == module.__name__
    ]
    head = f"// Generated from web/wire.py and web/wire_insights.py. Don't edit: run `{COMMAND}`."
    return "\n\n".join([head, *map(interface, classes)]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="TypeScript interfaces of the wire")
    parser.add_argument("--write", action="store_true", help="rewrite the generated file")
    parser.add_argument("--check", action="store_true", help="exit 1 when the generated file is out of date")
    arguments = parser.parse_args()
    text = generate()
    if arguments.check:
        if GENERATED.is_file() and GENERATED.read_text(encoding="utf-8") == text:
            return 0
        print(f"{GENERATED.name} is out of date: run `{COMMAND}`")
        return 1
    if arguments.write:
        GENERATED.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
