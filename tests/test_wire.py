"""The TypeScript wire types are what `web/wire.py` says."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

import pytest

from tensorboard_plugin_paramviz.web import generate_wire


def test_the_generated_file_is_up_to_date() -> None:
    if not generate_wire.GENERATED.parent.is_dir():
        pytest.skip("installed without the frontend's source")
    text = generate_wire.GENERATED.read_text(encoding="utf-8")
    assert text == generate_wire.generate(), f"out of date: run `{generate_wire.COMMAND}`"


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int, "number"),
        (float | None, "number | null"),
        (list[int] | None, "number[] | null"),
        (list[str | None], "(string | null)[]"),
        (dict[str, Any], "Record<string, unknown>"),
        (list[dict[str, bool]], "Record<string, boolean>[]"),
        (Literal["a", "b"], '"a" | "b"'),
    ],
)
def test_hints_have_their_typescript_spelling(hint: Any, expected: str) -> None:
    assert generate_wire.typescript_type(hint) == expected


@pytest.mark.parametrize("hint", [bytes, tuple[int, int], dict[int, str], set[str]])
def test_a_hint_without_a_json_form_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        generate_wire.typescript_type(hint)


def test_docstrings_become_jsdoc_and_optional_keys_are_marked() -> None:
    class Inner(TypedDict):
        name: str

    class Sample(TypedDict):
        """First line.
        second: a unit."""

        inner: Inner
        second: NotRequired[float]

    Sample.__annotations__["inner"] = Inner  # a local class: its name can't be resolved from the module
    assert generate_wire.interface(Sample) == (
        "/**\n * First line.\n * second: a unit.\n */\n"
        "export interface Sample {\n  inner: Inner;\n  second?: number;\n}"
    )


def test_every_class_of_the_wire_is_exported_once() -> None:
    text = generate_wire.generate()
    for name in ("Runs", "Updates", "Model", "PositionsHeader", "RowsHeader", "RowHistoryHeader", "ArrayInfo"):
        assert text.count(f"export interface {name} {{") == 1
