"""The office paper of each market."""

from __future__ import annotations

from collections.abc import Mapping

import labels
from compounding.policy import Market
from labels import Stock

PAPER: Mapping[Market, Stock] = {Market.US: labels.LETTER, Market.UK: labels.A4}
