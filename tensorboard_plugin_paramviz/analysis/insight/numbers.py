"""Numbers in sentences, as the page writes them."""

from __future__ import annotations


def percent(share: float, digits: int = 0) -> str:
    """0.043 → "4 %", with one digit "4.3 %" """
    return f"{100 * share:.{digits}f} %"


def times(ratio: float) -> str:
    """7.54 → "7.5 times", 184.8 → "185 times" """
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"
