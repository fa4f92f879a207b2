"""Amounts, percentages, dates and times as a person reads them.

A space between number and unit; a leading zero and no trailing zeros; a comma from 1,000; the month
in letters, always; the 24-hour clock.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.quantities import BodyMass, Concentration, Length, Quantity, Ratio, plain, round_number

DASH = "–"  # where a figure could not be computed
# Not strftime: its month names follow the machine's locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = Decimal("0.0001")  # of a concentration
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def figure_of(quantity: Quantity) -> Decimal:
    """The figure that is written. A concentration is shown to 4 decimals, the rest as they are."""
    return round_number(quantity.value, _SHOWN) if isinstance(quantity, Concentration) else quantity.value


def figure(number: Decimal | int, places: int | None = None) -> str:
    """A number with commas from 1,000 and without trailing zeros, rounded to `places` if given."""
    if places is not None:
        number = round_number(Decimal(number), Decimal(1).scaleb(-places))
    whole, point, rest = plain(number).partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(Decimal(number)) >= 1000 else f"{whole}{point}{rest}"


def amount(quantity: Quantity | None, places: int | None = None) -> str:
    """An amount with its unit, or a dash where there is none: "1.46 mg"."""
    if quantity is None:
        return DASH
    return f"{figure(figure_of(quantity), places)}{_joint(quantity)}{quantity.symbol()}"


def _joint(quantity: Quantity) -> str:
    """ "12,400/mm³" has no space before its stroke; every other unit has one."""
    return "" if quantity.symbol().startswith("/") else " "


def value_only(quantity: Quantity | None, places: int | None = None) -> str:
    """The figure of an amount whose unit stands in the heading of its column."""
    return DASH if quantity is None else figure(figure_of(quantity), places)


def per_mL(quantity: Concentration | None) -> str:
    """A concentration as a label says it: "0.0292 mg per mL"."""
    return amount(quantity).replace("/", " per ")


def beside(number: Decimal, places: int, limits: tuple[Decimal, ...]) -> str:
    """A figure rounded to `places`, or to as many more as it takes not to read as a limit beside it."""
    for more in range(places, 9):
        text = figure(number, more)
        if all(text != figure(limit) or number == limit for limit in limits):
            break
    return text


def percent(number: Decimal, places: int = 2, limits: tuple[Decimal, ...] = ()) -> str:
    """A percentage without its sign: "0.27 %"."""
    return f"{beside(abs(number), places, limits)} %"


def over_or_under(ratio: Ratio, limits: tuple[Decimal, ...] = ()) -> str:
    """ "0.27 % over", "0.27 % under" or "no difference"."""
    if ratio.value == 0:
        return "no difference"
    return f"{percent(ratio.percent, 2, limits)} {'over' if ratio.value > 0 else 'under'}"


def feet(height: Length) -> str:
    """A height in feet and inches, to compare and never to type: "5 ft 6.9 in"."""
    # Rounded as a whole first, so that no 12 inches are left over.
    whole, rest = divmod(round_number(height.in_unit("inch"), Decimal("0.1")), 12)
    return f"{figure(int(whole))} ft {figure(rest)} in"


def pounds(weight: BodyMass) -> str:
    """A weight in pounds, to compare and never to type: "154.3 lb"."""
    return f"{figure(weight.in_unit('lb'), 1)} lb"


def short_name(diluent: str) -> str:
    """A diluent without what the pharmacopoeia adds to its name: "0.9% sodium chloride"."""
    return diluent.removesuffix(", USP").removesuffix(" injection")


def capital(text: str) -> str:
    """A name at the head of a row or a sentence."""
    return f"{text[0].upper()}{text[1:]}"


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 vial", "2 vials"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def in_words(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else f"{number:,}"


def day(when: date, market: Market) -> str:
    """A date with its month in letters: US "Mar 12, 2026", UK "12-Mar-2026"."""
    month = _MONTHS[when.month - 1]
    if market is Market.US:
        return f"{month} {when.day}, {when.year:04d}"
    return f"{when.day:02d}-{month}-{when.year:04d}"


def clock(moment: datetime, zone: str) -> str:
    """The time of day in the site's zone: "13:40". An hour that comes twice says which: "01:30 EST"."""
    local = moment.astimezone(ZoneInfo(zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local.hour:02d}:{local.minute:02d}{f' {local.tzname()}' if twice else ''}"


def moment(when: datetime, zone: str, market: Market) -> str:
    """Date and time in the site's zone: "Mar 12, 2026 13:40"."""
    return f"{day(when.astimezone(ZoneInfo(zone)).date(), market)} {clock(when, zone)}"
