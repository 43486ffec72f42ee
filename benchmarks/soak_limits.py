"""Lines through what a soak has measured, and the limits they are held against. Pure: numbers in, verdicts out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: The first part of a soak is left out of every slope: imports, the first fit, caches that fill once.
WARM_UP_SHARE, WARM_UP_SECS = 0.2, 60.0


def slope(at: Sequence[float], values: Sequence[float]) -> float:
    """Of the least-squares line through (at, values), in values per unit of `at`; pairs that are not finite don't
    count. NaN where fewer than two different places are left."""
    pairs = [(x, y) for x, y in zip(at, values, strict=True) if math.isfinite(x) and math.isfinite(y)]
    if len(pairs) < 2:
        return math.nan
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    spread = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    return math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread if spread > 0 else math.nan


def warm_from(whole_secs: float) -> float:
    """Seconds from the start at which what is measured begins to count: a minute, in a short soak a fifth of it."""
    return min(WARM_UP_SECS, WARM_UP_SHARE * whole_secs)


@dataclass(frozen=True)
class Check:
    """One figure beside its limit. Passes at or below it; a figure that could not be had (NaN) fails."""

    name: str
    measured: float
    limit: float
    unit: str
    reason: str

    @property
    def passed(self) -> bool:
        return self.measured <= self.limit

    def __str__(self) -> str:
        verdict = "PASS" if self.passed else "FAIL"
        return f"{verdict}  {self.name:<46}{self.measured:>10.2f} {self.unit:<18} limit {self.limit:g}: {self.reason}"


def verdict(checks: Sequence[Check]) -> int:
    """Prints every check; the exit status: 1 where one failed."""
    for check in checks:
        print(check)
    failed = [check.name for check in checks if not check.passed]
    print(f"FAILED: {', '.join(failed)}" if failed else f"All {len(checks)} checks passed.")
    return 1 if failed else 0
