"""A plausible vocabulary for simulated runs: characters up to 128 tokens, pseudo-words beyond, counts by Zipf's law."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# By their frequency in English prose, roughly; then what is left of ASCII, then accented letters.
_COMMON = " etaoinshrdlu\ncmfwygpbvk,.TIAS'HWMBxCOENjqLRDFGPYz-;?!UVKJQX:Z\"()"
CHARACTERS = "".join(dict.fromkeys(_COMMON + string.printable[:95] + "".join(map(chr, range(0xC0, 0x100)))))[:128]
_CONSONANTS, _VOWELS = "bdfgklmnprstv", "aeiou"
_SUFFIXES = ("", "s", "ed", "ing", "er", "ly", "tion")


@dataclass(frozen=True)
class Vocabulary:
    """labels: R of them, all different. counts: int64 [R]. classes, stems: int64 [R], the kind of a token and what it
    shares with its relatives (the letter of a and A, the root of walk and walked)."""

    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]
    stems: npt.NDArray[np.int64]


def make_vocabulary(rows: int) -> Vocabulary:
    """R tokens, the same for every seed; characters in the order of their code points, words by frequency."""
    zipf = (1e6 / np.arange(1, rows + 1)).astype(np.int64) + 1  # [R], the most frequent first
    if rows > len(CHARACTERS):
        words = [_word(index) for index in range(rows)]
        classes = np.arange(rows) % len(_SUFFIXES)
        return Vocabulary(tuple(words), zipf, classes, np.arange(rows) // len(_SUFFIXES))
    rank = sorted(range(rows), key=lambda index: CHARACTERS[index])
    labels = [CHARACTERS[index] for index in rank]
    letters = sorted({label.lower() for label in labels})
    stems = np.array([letters.index(label.lower()) for label in labels])
    return Vocabulary(tuple(labels), zipf[rank], np.array([_kind(label) for label in labels]), stems)


def _word(index: int) -> str:
    """A different word for each index: its stem spells a number in syllables, its class is the suffix."""
    stem, suffix = divmod(index, len(_SUFFIXES))
    syllables: list[str] = []
    while stem or not syllables:
        stem, syllable = divmod(stem, len(_CONSONANTS) * len(_VOWELS))
        syllables.append(_CONSONANTS[syllable // len(_VOWELS)] + _VOWELS[syllable % len(_VOWELS)])
    return " " + "".join(syllables) + _SUFFIXES[suffix]


def _kind(label: str) -> int:
    """0 vowel, 1 consonant, 2 upper case, 3 digit, 4 whitespace, 5 punctuation."""
    tests = (label in _VOWELS, label.islower(), label.isupper(), label.isdigit(), label.isspace(), True)
    return tests.index(True)
