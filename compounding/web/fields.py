"""Fields that keep what was typed, to the letter, and read it once into a value or a sentence.

WTForms brings the form, its errors and their places; its own number fields are not used, since they
read `1_0` as 10 and full-width figures as plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from wtforms.fields import Field

from compounding.papers import lacking
from compounding.policy import Market
from compounding.quantities import Quantity, Unreadable, quote, read_number, read_whole
from compounding.web.plan_page import NO_BREAK
from compounding.wording import numbers

# Controls, formats (bidi controls, zero-width characters, the soft hyphen), surrogates, private use,
# unassigned, line and paragraph separators: nobody can see what they do to a name.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_TRUE_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?:Z|[-+][0-9]{2}:[0-9]{2})?")
_NUMBER_OF_A_PATIENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]*[A-Za-z0-9])?")
_YEAR = re.compile(r"[1-9][0-9]{3}")
_CHOOSE = "Choose one of those shown."
# As the papers write them.
MONTHS = tuple(numbers.day(date(2000, month, 1), Market.UK).split("-")[1] for month in range(1, 13))


class Typed(Field):
    """A field of one text. `text` is what was typed, `data` what it says or None where it says nothing."""

    def __init__(self, label: str, *, missing: str = "", hint: str = "", unit: str = "", **more: Any) -> None:
        """Without a sentence for `missing` the field may be left empty. `unit` stands behind what is typed."""
        super().__init__(label, description=hint, **more)
        self.missing = missing
        self.unit = unit
        self.text = ""

    @property
    def anchor(self) -> str:
        """The id that a summary's link leads to."""
        return str(self.id)

    def process_data(self, value: Any) -> None:
        self.text, self.data = str(value or ""), None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.text, self.data = (valuelist[0] if valuelist else ""), None
        if len(valuelist) > 1:
            raise Unreadable("This was sent more than once. Type it again.")
        if self.text.strip():
            self.data = self.read(self.text)
        elif self.missing:
            raise Unreadable(self.missing)

    def read(self, text: str) -> Any:
        return text

    def sent(self) -> Iterator[tuple[str, str]]:
        """Names and texts that send the same again."""
        yield self.name, self.text

    def told(self) -> str:
        """What was typed, as one who reads it over sees it; "" where nothing was."""
        text = self.text.strip()
        return f"{text}{NO_BREAK}{self.unit}" if text and self.unit else text

    def _value(self) -> str:
        return self.text


class Line(Typed):
    """One line of text in letters that can be seen."""

    def __init__(self, label: str, *, most: int, letters: bool = False, printed: bool = False, **more: Any) -> None:
        """`printed` stands on the worksheet as it is typed, and so holds no sign that its font lacks."""
        super().__init__(label, **more)
        self.most = most
        self.letters = letters
        self.printed = printed

    def read(self, text: str) -> str:
        for c in text:
            if unicodedata.category(c) in _UNSEEN or (c.isspace() and c != " "):
                name = f"U+{ord(c):04X}"
                raise Unreadable(f"{quote(text)} holds {name}, a character that cannot be seen. Type it again.")
        # A letter and its accent typed apart are the same letter; the label's font has only the whole one.
        text = unicodedata.normalize("NFC", text.strip())
        if len(text) > self.most:
            raise Unreadable(f"{quote(text)} is longer than {self.most} characters.")
        if self.printed and (sign := lacking(text)):
            raise Unreadable(f"{quote(text)} holds {sign}, which no paper can print.")
        if self.letters and not any(c.isalpha() for c in text):
            raise Unreadable(f"{quote(text)} holds no letter.")
        return text


class Secret(Typed):
    """A password, a PIN or a code: taken as it was typed, and never shown or sent again."""

    def __init__(self, label: str, *, autocomplete: str = "off", **more: Any) -> None:
        super().__init__(label, **more)
        self.autocomplete = autocomplete

    def sent(self) -> Iterator[tuple[str, str]]:
        yield from ()

    def told(self) -> str:
        return ""

    def _value(self) -> str:
        return ""


class PatientNumber(Typed):
    """A number that a hospital gave: plain letters and figures."""

    MOST = 20

    def read(self, text: str) -> str:
        text = text.strip()
        if len(text) > self.MOST:
            raise Unreadable(f"{quote(text)} is longer than {self.MOST} characters.")
        if not _NUMBER_OF_A_PATIENT.fullmatch(text):
            raise Unreadable(f"{quote(text)} cannot be read. Use letters A to Z, figures 0 to 9, and - / . between.")
        return text


class Figure(Typed):
    """An amount above zero, its unit fixed by the field."""

    def __init__(self, label: str, kind: type[Quantity], *, places: int = 9, **more: Any) -> None:
        super().__init__(label, **more)
        self.kind = kind
        self.places = places

    def read(self, text: str) -> Quantity:
        number = read_number(text)
        if number <= 0:
            raise Unreadable(f"{quote(text)} is not above zero.")
        if len(text.partition(".")[2]) > self.places:
            raise Unreadable(f"{quote(text)} has more than {self.places} figures after the point.")
        return self.kind(number)


class Count(Typed):
    """A whole number from `least`."""

    def __init__(self, label: str, *, least: int, **more: Any) -> None:
        super().__init__(label, **more)
        self.least = least

    def read(self, text: str) -> int:
        number = read_whole(text)
        if number < self.least:
            raise Unreadable(f"{quote(text)} is not {self.least} or more.")
        return number


class CellsPerMm3(Count):
    """A whole number of cells."""

    def __init__(self, label: str, kind: type[Quantity], **more: Any) -> None:
        super().__init__(label, least=0, **more)
        self.kind = kind

    def read(self, text: str) -> Any:
        return self.kind(Decimal(super().read(text)))


class Hour(Typed):
    """A time of day, hour and minute."""

    def read(self, text: str) -> time:
        found = _TIME.fullmatch(text.strip())
        if not found:
            raise Unreadable(f"{quote(text)} is not a time. Use hour and minute of the 24-hour clock, as 09:00.")
        return time(int(found[1]), int(found[2]))


class TrueTime(Typed):
    """An hour and minute of the site; with its offset where the hour comes twice."""

    def read(self, text: str) -> str:
        if not _TRUE_TIME.fullmatch(text.strip()):
            raise Unreadable(f"{quote(text)} is not a time. Use hour and minute of the 24-hour clock, as 09:00.")
        return text.strip()


class Choice(Typed):
    """One of a few. Nothing is chosen until somebody chooses it."""

    def __init__(self, label: str, choices: Sequence[tuple[str, str]], *, prompt: str | None = None, **more: Any):
        """With a `prompt` it is a list to pull down, without one a row of buttons."""
        super().__init__(label, **more)
        self.choices = tuple(choices)
        self.prompt = prompt

    def read(self, text: str) -> str:
        if text not in dict(self.choices):
            raise Unreadable(_CHOOSE)
        return text

    @property
    def chosen(self) -> str:
        """The words of the choice."""
        return dict(self.choices)[self.data]

    def told(self) -> str:
        return dict(self.choices).get(self.text, self.text)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        if self.prompt is not None:
            yield "", self.prompt, self.text not in dict(self.choices), {}
        for value, words in self.choices:
            yield value, words, value == self.text, {}


class Tick(Typed):
    """A box that is ticked once something was looked at; `missing` says what is asked where it is not."""

    TICKED = "y"

    def read(self, text: str) -> bool:
        if text != self.TICKED:
            raise Unreadable(_CHOOSE)
        return True


@dataclass(frozen=True, slots=True)
class Part:
    """One box of a date."""

    id: str
    name: str
    text: str
    label: SimpleNamespace
    errors: tuple[str, ...] = ()

    def _value(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class MonthPart(Part):
    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        yield "", "", not self.text, {}
        for number, month in enumerate(MONTHS, 1):
            yield str(number), month, str(number) == self.text, {}


class Day(Typed):
    """A date in three boxes, in the market's order, the month in letters."""

    ORDER = {Market.US: ("month", "day", "year"), Market.UK: ("day", "month", "year")}

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.texts = dict.fromkeys(("day", "month", "year"), "")

    @property
    def market(self) -> Market:
        market: Market = self.meta.market
        return market

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._part(what) for what in self.ORDER[self.market])

    def _part(self, what: str) -> Part:
        kind = MonthPart if what == "month" else Part
        name = f"{self.name}_{what}"
        return kind(name, name, self.texts[what], SimpleNamespace(text=what.capitalize()))

    @property
    def anchor(self) -> str:
        return self.parts[0].id

    def sent(self) -> Iterator[tuple[str, str]]:
        yield from ((f"{self.name}_{what}", text) for what, text in self.texts.items())

    def told(self) -> str:
        if self.data is not None:
            return numbers.day(self.data, self.market)
        return " ".join(filter(None, (self.texts[what].strip() for what in self.ORDER[self.market])))

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors, self.data = [], None
        if formdata is None:
            return
        sent = {what: formdata.getlist(f"{self.name}_{what}") for what in self.texts}
        self.texts = {what: values[0] if values else "" for what, values in sent.items()}
        try:
            if any(len(values) > 1 for values in sent.values()):
                raise Unreadable("This was sent more than once. Type it again.")
            self.data = self._day()
        except Unreadable as unreadable:
            self.process_errors.append(str(unreadable))

    def _day(self) -> date | None:
        lacking = [what for what, text in self.texts.items() if not text.strip()]
        if len(lacking) == len(self.texts):
            if self.missing:
                raise Unreadable(self.missing)
            return None
        if lacking:
            verb = "is" if len(lacking) == 1 else "are"
            raise Unreadable(f"The {' and the '.join(lacking)} {verb} missing.")
        day, month, year = (self.texts[what].strip() for what in ("day", "month", "year"))
        # "05" is how many people type a day, and can mean nothing else.
        number = read_whole(day.removeprefix("0") if len(day) == 2 else day)
        if month not in {str(number) for number in range(1, 13)}:
            raise Unreadable("Choose the month from those shown.")
        if not _YEAR.fullmatch(year):
            raise Unreadable(f"{quote(year)} is not a year of four figures.")
        try:
            return date(int(year), int(month), number)
        except ValueError:
            name = MONTHS[int(month) - 1]
            written = f"{name} {day}, {year}" if self.market is Market.US else f"{day}-{name}-{year}"
            raise Unreadable(f"{written} is not a date.") from None
