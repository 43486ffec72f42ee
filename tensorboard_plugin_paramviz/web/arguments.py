"""Query arguments, checked: what is missing or ill-formed is a 400 that names it."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard.errors import InvalidArgumentError

#: Steps fit in an int64.
STEP_LIMITS = (-(1 << 62), 1 << 62)


class Arguments:
    """The query of one request. Each getter raises InvalidArgumentError with one sentence."""

    def __init__(self, query: Mapping[str, list[str]], known: tuple[str, ...]) -> None:
        unknown = sorted(set(query) - set(known))
        if unknown:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise InvalidArgumentError(f"unknown argument {_short(unknown[0])}; {takes}")
        twice = [name for name, values in query.items() if len(values) > 1]
        if twice:
            raise InvalidArgumentError(f"argument {twice[0]!r} is given more than once")
        self._query = {name: value for name, (value,) in query.items()}

    def text(self, name: str) -> str:
        value = self._query.get(name, "")
        if not value:
            raise InvalidArgumentError(f"argument {name!r} is missing")
        return value

    def optional_text(self, name: str) -> str | None:
        return self._query.get(name) or None

    def integer(self, name: str, default: int | None, low: int, high: int) -> int | None:
        """An integer within [low, high]; `default` where the argument is absent."""
        value = self._query.get(name)
        if value is None or value == "":
            return default
        return _integer(name, value, low, high)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self._query.get(name)
        if value is None or value == "":
            return default
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise InvalidArgumentError(
                f"argument {name!r} must be a number from {low:g} to {high:g}, not {_short(value)}"
            )
        return number

    def step(self, name: str) -> int | None:
        return self.integer(name, None, *STEP_LIMITS)

    def integers(self, name: str, most: int, high: int) -> list[int]:
        """Comma-separated integers within [0, high), at least one and at most `most`, in the order given."""
        parts = self.text(name).split(",")
        if len(parts) > most:
            raise InvalidArgumentError(
                f"argument {name!r} has {len(parts)} entries, at most {most} are answered at once"
            )
        return [_integer(name, part, 0, high - 1) for part in parts]


def _integer(name: str, value: str, low: int, high: int) -> int:
    digits = value[1:] if value[:1] == "-" else value
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise InvalidArgumentError(f"argument {name!r} must be an integer, not {_short(value)}")
    number = int(value)
    if not low <= number <= high:
        raise InvalidArgumentError(f"argument {name!r} must lie between {low} and {high}, not {_short(value)}")
    return number


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
