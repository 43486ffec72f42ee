"""A text to train on that is the same on every machine and after every commit: source code, nearly."""

from __future__ import annotations

import random

ONSETS = [*"bcdfhjklmnprstvwxz", "gr", "qu", "st", "tr"]
VOWELS = [*"aeiouy", "ea", "oo"]
ENDS = ["", "", *"nrst", "ck", "ng"]
RARE = ["“{}”", "`{}`", "é{}", "{}…", "~{}", "${}", "{}^2", "\\{}", "{} | {}", "{}?", "{}!", "{}; {}", "\t{}"]


def made_text(lines: int = 6000) -> str:
    """Lines of definitions, assignments and sentences over 300 words (the common ones come often).

    All printable ASCII and a few signs beyond it occur; quotation marks are tokens of their own.
    """
    draw = random.Random(5)

    def syllable() -> str:
        return draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(ENDS)

    words = ["".join(syllable() for _ in range(draw.choice([1, 1, 2, 2, 3]))) for _ in range(300)]

    def word() -> str:
        return words[int(len(words) ** draw.random()) - 1]  # as often as one over its rank

    def line() -> str:
        kind = draw.random()
        if kind < 0.2:
            return f"\ndef {word()}_{word()}({word()}: int, *{word()}) -> None:"
        if kind < 0.5:
            return f'    {word()} = {word()}["{word()}"] + {draw.randrange(1000)} * {word()}.{word()}({word()} % 7)'
        if kind < 0.6:
            return f"    assert {word()} <= {word()} & {{{word()}: '{word()}'}}  # {word()} {word()} / {word()}"
        if kind < 0.65:
            return f"class {word().title()}({word().upper()}, {word().title()}):  @{word()}"
        if kind < 0.68:
            return draw.choice(RARE).format(word(), word())
        return f"{word().title()} {word()} {word()}, {word()} {word()} {word().upper()} {word()}."

    return "\n".join(line() for _ in range(lines))
