"""What containers cost. Prices change: they stand here and nowhere else, each with its date and its source.

A target without prices here costs an unknown amount, which no plan calls nothing: it shows no dollars, and
`--max-cost` is refused rather than passed.
"""

from __future__ import annotations

OPENAI_PRICES_OF = "2026-06"
"""The month of the price list at https://openai.com/api/pricing."""

# $0.03, $0.12, $0.48 and $1.92 per 20 minutes of an active container, prorated by the minute
OPENAI_USD_PER_HOUR = (("1g", 0.09), ("4g", 0.36), ("16g", 1.44), ("64g", 5.76))
