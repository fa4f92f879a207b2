"""A whole day of one preparation in a real browser, in both markets, by keyboard and a scanner that types: no mouse.

The dose is the worked example: 1.82 m² × 0.8 mg/m² = 1.46 mg; 1.46 mg ÷ 0.25 mg/mL = 5.84 mL, from two vials, since
one of 0.9 mg or of 1 mg holds less. 5.84 mL × 1.02 g/mL = 5.96 g, which the UK reads on a balance. Patients, lots,
serials and makers are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from keyboard import Hands, Steps, focus
from web_desk import AFRESH, AUDITOR, UK, US, WHO, Browser, on, plain, typed

from compounding import records
from compounding.cli import main
from compounding.policy import Market
from compounding.scanning import own_code
from compounding.workflow.progress import Fate, What

NUMBER = {US: "2026-000004", UK: "2026-000003"}
"""The order after those that a training site begins with."""
GS = "\x1d"
GTIN = {US: "00300080100011", UK: "05013457012095"}
OTHER = {US: UK, UK: US}


@dataclass(frozen=True)
class Crew:
    """Who does what on the day, by user name; `preparer` enters the order as well."""

    preparer: str
    verifier: str
    checker: str
    releaser: str
    witness: str


CREWS = {
    US: Crew("okafor", "adeyemi", checker="lindqvist", releaser="lindqvist", witness="park"),
    UK: Crew("hughes", "farouk", checker="mensah", releaser="whitcombe", witness="mensah"),
}
"""In the US a pharmacist checks, and may release what they checked; in the UK a technician may check."""
