"""Proportions with their uncertainty."""

import math
from collections.abc import Sequence

_Z = 1.959964


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Give the 95 % Wilson score interval of a proportion; (0, 1) where nothing was counted.

    Source: E. B. Wilson, "Probable inference", JASA 22 (1927) 209-212.
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    scale = 1 + _Z**2 / total
    centre = (share + _Z**2 / (2 * total)) / scale
    half = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile of values; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
