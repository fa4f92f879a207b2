"""The texts of options read into values, each refusal beginning with its option, and the answer in two forms."""

import json
from argparse import Namespace
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from compounding.cli.answers import (
    FINE,
    REFUSED,
    UNREADABLE,
    Answer,
    Refused,
    amount,
    choice,
    choice_if_given,
    day_if_given,
    needed,
    read,
    told,
    whole,
)
from compounding.policy import Market
from compounding.quantities import BodyMass, Length, Unreadable

length = partial(amount, kind=Length)
market = partial(choice, kind=Market)
market_if_given = partial(choice_if_given, kind=Market)

READ = [
    (needed, "", ""),  # typed, though empty: what it means is for the reader
    (whole, "0", 0),
    (whole, "15", 15),
    (length, "170", Length(Decimal(170))),
    (length, "0.5", Length(Decimal("0.5"))),
    (partial(amount, kind=BodyMass), "66.9", BodyMass(Decimal("66.9"))),
    (market, "uk", Market.UK),
    (market_if_given, "us", Market.US),
    (market_if_given, None, None),
    (day_if_given, "2028-02-29", date(2028, 2, 29)),  # 2028 ÷ 4 = 507: a leap year
    (day_if_given, None, None),
]

REFUSALS = [
    (needed, None, "is missing."),
    (whole, "1.5", "“1.5” is not a whole number."),
    (length, "0", "“0” is not above zero."),
    (length, "0.0", "“0.0” is not above zero."),
    (length, "-5", "“-5” cannot be read. Leave out the sign."),
    (market, "US", "“US” is none of us, uk."),
    (market, "", "“” is none of us, uk."),
    (market_if_given, "fr", "“fr” is none of us, uk."),
    (day_if_given, "2027-02-29", "“2027-02-29” is not a date such as 2026-03-12."),  # 2027 is no leap year
    (day_if_given, "20260312", "“20260312” is not a date such as 2026-03-12."),  # ISO 8601 all the same
    (day_if_given, "2026-W11-4", "“2026-W11-4” is not a date such as 2026-03-12."),
    (day_if_given, "2026-03-1２", "“2026-03-1２” is not a date such as 2026-03-12."),
    (day_if_given, "", "“” is not a date such as 2026-03-12."),
]


@pytest.mark.parametrize(("reader", "text", "value"), READ)
def test_a_text_becomes_a_value(reader, text, value):
    assert reader("--some", text=text) == value


@pytest.mark.parametrize(("reader", "text", "sentence"), REFUSALS)
def test_a_refusal_names_the_option_and_quotes_the_text(reader, text, sentence):
    with pytest.raises(Refused) as refused:
        reader("--some", text=text)
    assert str(refused.value) == f"--some: {sentence}"


def test_a_reader_of_ones_own_is_refused_in_the_same_form():
    def colour(text):
        if text != "red":
            raise Unreadable(f"{text} is no colour here.")
        return text

    assert read("--colour", colour, "red") == "red"
    with pytest.raises(Refused, match=r"^--colour: blue is no colour here\.$"):
        read("--colour", colour, "blue")


def test_the_statuses_are_those_that_scripts_rely_on():
    assert (FINE, REFUSED, UNREADABLE) == (0, 1, 2)


def test_an_answer_is_a_sentence_or_one_json_object():
    figures = {"entries": 2, "head": None, "dose": "1.82 m²"}
    assert told(Namespace(json=None), FINE, "Two entries.", figures) == Answer(0, "Two entries.")
    answer = told(Namespace(json=True), REFUSED, "Two entries.", figures)
    assert answer.status == 1 and json.loads(answer.text) == figures
    assert "1.82 m²" in answer.text  # as people read it, not as \u00b2
