"""Amounts: what may be typed, what may be added, and how a figure is rounded and written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.quantities import (
    KINDS,
    BodyMass,
    BodyMassIndex,
    BodySurface,
    CellCount,
    Concentration,
    Density,
    DoseLevel,
    DrugMass,
    Duration,
    InfusionRate,
    Length,
    Quantity,
    Ratio,
    Unreadable,
    Volume,
    WeighedMass,
    least_count,
    plain,
    quote,
    read_number,
    read_whole,
    round_number,
    round_to,
    total,
)
from tests.orders import cm, kg, m2, mg, mL, per_m2

NO_COMMA = "Use no comma: a point before decimals, nothing in thousands."
COMMA = "Use a point, not a comma."
EXPONENT = "Use plain figures, without an exponent."
FIGURES = "Use figures only."
KEYBOARD = "Use the figures 0 to 9 of a plain keyboard."
LONG = "Use at most 9 figures before the point and 9 after it."
SIGN = "Leave out the sign."
SPACES = "Leave out the spaces."
ZERO_FRONT = "Leave out the zero in front."
ZERO_BEFORE = "Put a zero before the point."
FIGURE_AFTER = "Put a figure after the point, or leave the point out."


# ------------------------------------------------------------------ what is typed

ACCEPTED = [
    ("0", "0"),  # whether zero makes sense is for the field to say, not for the reader of numbers
    ("7", "7"),
    ("70", "70"),
    ("69.5", "69.5"),
    ("0.05", "0.05"),
    ("1.50", "1.50"),
    ("999999999.999999999", "999999999.999999999"),  # the longest: 9 figures either side
]


@pytest.mark.parametrize(("typed", "read"), ACCEPTED, ids=[typed for typed, _ in ACCEPTED])
def test_a_typed_number_is_taken_as_it_stands(typed: str, read: str) -> None:
    assert str(read_number(typed)) == read


REFUSED = [
    ("5,5", f"“5,5” cannot be read. {COMMA}"),
    ("1,234.5", f"“1,234.5” cannot be read. {NO_COMMA}"),
    ("12,400", f"“12,400” cannot be read. {NO_COMMA}"),
    (",5", f"“,5” cannot be read. {COMMA}"),
    (".5", f"“.5” cannot be read. {ZERO_BEFORE}"),
    ("5.", f"“5.” cannot be read. {FIGURE_AFTER}"),
    (".", f"“.” cannot be read. {FIGURES}"),
    ("1.2.3", f"“1.2.3” cannot be read. {FIGURES}"),
    ("05", f"“05” cannot be read. {ZERO_FRONT}"),
    ("00", f"“00” cannot be read. {ZERO_FRONT}"),
    ("00.5", f"“00.5” cannot be read. {ZERO_FRONT}"),
    ("1e3", f"“1e3” cannot be read. {EXPONENT}"),
    ("1E-3", f"“1E-3” cannot be read. {EXPONENT}"),
    ("NaN", f"“NaN” cannot be read. {FIGURES}"),
    ("sNaN", f"“sNaN” cannot be read. {FIGURES}"),
    ("Infinity", f"“Infinity” cannot be read. {FIGURES}"),
    ("-5", f"“-5” cannot be read. {SIGN}"),
    ("+5", f"“+5” cannot be read. {SIGN}"),
    ("−5", f"“−5” cannot be read. {SIGN}"),  # the minus of a word processor
    ("-.5", f"“-.5” cannot be read. {SIGN}"),
    ("1_0", f"“1_0” cannot be read. {FIGURES}"),
    ("70kg", f"“70kg” cannot be read. {FIGURES}"),
    ("½", f"“½” cannot be read. {FIGURES}"),
    ("7²", f"“7²” cannot be read. {FIGURES}"),
    ("0x1F", f"“0x1F” cannot be read. {FIGURES}"),
    ("５５", f"“５５” cannot be read. {KEYBOARD}"),  # full width
    ("٧٠", f"“٧٠” cannot be read. {KEYBOARD}"),  # Arabic-Indic: 70
    ("7٠", f"“7٠” cannot be read. {KEYBOARD}"),
    ("", "Type a number."),
    ("  ", "Type a number."),
    (" 70", f"“ 70” cannot be read. {SPACES}"),
    ("7 0", f"“7 0” cannot be read. {SPACES}"),
    ("70\n", f"“70\\u000a” cannot be read. {SPACES}"),
    ("7\x000", f"“7\\u00000” cannot be read. {SPACES}"),
    ("1234567890", f"“1234567890” cannot be read. {LONG}"),
    ("1.0123456789", f"“1.0123456789” cannot be read. {LONG}"),
    ("7" * 40, f"This text of 40 characters cannot be read. {LONG}"),
    ("7" * 5_000, f"This text of 5,000 characters cannot be read. {LONG}"),
    ("seventy kilograms, give or take", f"This text of 31 characters cannot be read. {SPACES}"),
]


@pytest.mark.parametrize(("typed", "message"), REFUSED, ids=[repr(typed)[:20] for typed, _ in REFUSED])
def test_any_other_text_is_refused_in_one_sentence_that_quotes_it(typed: str, message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_number(typed)
    assert str(refused.value) == message


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    """Refuse, loudly, with the place and the value. Never shrink, truncate, default, clamp or guess."""
    try:
        number = read_number(text)
    except Unreadable as refused:
        assert "\n" not in str(refused) and str(refused).endswith(".")
    else:
        assert number.is_finite() and not number.is_signed()
        assert format(number, "f") == text  # not a figure is lost or added


@given(st.decimals(min_value=0, max_value=999_999_999, allow_nan=False, places=9))
def test_what_is_written_plainly_is_read_again(number: Decimal) -> None:
    assert read_number(plain(number)) == number


@pytest.mark.parametrize("typed", ["5.0", "5.5", "0.0"])
def test_a_whole_number_is_typed_without_a_point(typed: str) -> None:
    with pytest.raises(Unreadable, match=f"“{typed}” is not a whole number."):
        read_whole(typed)


def test_a_whole_number_is_read() -> None:
    assert read_whole("15") == 15


def test_a_text_of_30_characters_is_quoted_and_a_longer_one_described() -> None:
    assert quote("7" * 30) == "“" + "7" * 30 + "”"
    assert quote("7" * 31) == "This text of 31 characters"


# ------------------------------------------------------------------ amounts in a drug file

AMOUNTS = [
    ("0.9 mg", DrugMass, "0.9", "0.9 mg"),
    ("250 mcg", DrugMass, "0.25", "0.25 mg"),  # 250 ÷ 1,000
    ("686250 ng", DrugMass, "0.68625", "0.68625 mg"),  # 0.375 mg/m² × 1.83 m²
    ("0.25 mg/mL", Concentration, "0.25", "0.25 mg/mL"),
    ("0.8 mg/m²", DoseLevel, "0.8", "0.8 mg/m²"),
    ("3.60 mL", Volume, "3.60", "3.6 mL"),
    ("4 h", Duration, "240", "240 min"),  # 4 × 60
    ("21 days", Duration, "30240", "30240 min"),  # 21 × 24 × 60
    ("50 mL/h", InfusionRate, "50", "50 mL/h"),
    ("1.02 g/mL", Density, "1.02", "1.02 g/mL"),
    ("10000 /mm³", CellCount, "10000", "10000 /mm³"),
]


@pytest.mark.parametrize(("text", "kind", "value", "written"), AMOUNTS, ids=[row[0] for row in AMOUNTS])
def test_an_amount_is_read_with_its_unit(text: str, kind: type[Quantity], value: str, written: str) -> None:
    amount = kind.read(text)
    assert amount == kind(Decimal(value))
    assert str(amount) == written


NOT_AN_AMOUNT = [
    ("0,9 mg", DrugMass, "'0,9 mg' is not an amount of drug"),
    ("5 Mg", DrugMass, "'5 Mg' is not an amount of drug"),  # a megagram to pint's own list
    ("5 units", DrugMass, "'5 units' is not an amount of drug"),  # micronits to it
    ("5 µg", DrugMass, "'5 µg' is not an amount of drug"),  # written mcg, so that µ cannot be lost
    ("0.9mg", DrugMass, "'0.9mg' is not an amount of drug"),
    ("0.9  mg", DrugMass, "'0.9  mg' is not an amount of drug"),
    ("0.9", DrugMass, "'0.9' is not an amount of drug"),
    ("mg", DrugMass, "'mg' is not an amount of drug"),
    ("NaN mg", DrugMass, "'NaN mg' is not an amount of drug"),
    ("-1 mg", DrugMass, "'-1 mg' is not an amount of drug"),
    ("0.9 mg", Volume, "'0.9 mg' is not a volume"),
    ("0.9 mg", BodyMass, "'0.9 mg' is not a body weight"),
    ("70 kg", DrugMass, "'70 kg' is not an amount of drug"),
    ("0.8 mg/kg", DoseLevel, "'0.8 mg/kg' is not a dose per body surface"),
    ("5 ", Ratio, "'5 ' is not a ratio"),
]


@pytest.mark.parametrize(("text", "kind", "message"), NOT_AN_AMOUNT, ids=[row[0] for row in NOT_AN_AMOUNT])
def test_any_other_amount_is_refused_and_quoted(text: str, kind: type[Quantity], message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        kind.read(text)
    assert str(refused.value) == message


@pytest.mark.parametrize("value", [0.5, 1, "1", None, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_only_a_finite_decimal_can_be_an_amount(value: object) -> None:
    with pytest.raises(TypeError, match="is not a finite Decimal and cannot be an amount of drug"):
        DrugMass(value)  # type: ignore[arg-type]


# ------------------------------------------------------------------ dimensions

# Every product and quotient of two dimensions that has a meaning here; the factor brings the figure
# into the unit of the result. Rates are per hour and lengths of time in minutes, hence the 60.
TABLE = [
    (mg("1.456"), "/", m2("1.82"), per_m2("0.8")),  # 1.456 ÷ 1.82
    (mg("1.46"), "/", mL(50), Concentration(Decimal("0.0292"))),  # 1.46 ÷ 50
    (mg("1.456"), "/", per_m2("0.8"), m2("1.82")),
    (mg("1.46"), "/", Concentration(Decimal("0.25")), mL("5.84")),  # 1.46 × 4
    (per_m2("0.8"), "*", m2("1.82"), mg("1.456")),
    (m2("1.82"), "*", per_m2("0.8"), mg("1.456")),
    (mL("3.6"), "*", Concentration(Decimal("0.25")), mg("0.9")),
    (Concentration(Decimal("0.25")), "*", mL("3.6"), mg("0.9")),
    (mL("5.84"), "*", Density(Decimal("1.02")), WeighedMass(Decimal("5.9568"))),
    (Density(Decimal("1.02")), "*", mL("5.84"), WeighedMass(Decimal("5.9568"))),
    (WeighedMass(Decimal("5.9568")), "/", mL("5.84"), Density(Decimal("1.02"))),
    (WeighedMass(Decimal("5.9568")), "/", Density(Decimal("1.02")), mL("5.84")),
    (InfusionRate(Decimal(50)), "*", Duration(Decimal(60)), mL(50)),  # 50 mL/h for 1 h
    (Duration(Decimal(30)), "*", InfusionRate(Decimal(50)), mL(25)),  # and for half an hour
    (mL(50), "/", InfusionRate(Decimal(50)), Duration(Decimal(60))),
    (mL(50), "/", Duration(Decimal(60)), InfusionRate(Decimal(50))),
]
KNOWN = {(type(left), sign, type(right)) for left, sign, right, _ in TABLE}


@pytest.mark.parametrize(("left", "sign", "right", "result"), TABLE, ids=str)
def test_a_product_or_quotient_has_its_dimension(left: Quantity, sign: str, right: Quantity, result: Quantity) -> None:
    made = left * right if sign == "*" else left / right
    assert type(made) is type(result)
    assert made == result


@pytest.mark.parametrize("left", KINDS)
def test_the_units_know_no_other_product_or_quotient(left: type[Quantity]) -> None:
    """Adding mg of drug to kg of patient, or mg/m² to mg, is an error and not a number: so is every
    product or quotient that the calculation does not need."""
    for right in KINDS:
        if Ratio in (left, right):  # a ratio changes no dimension
            continue
        if (left, "*", right) not in KNOWN:
            with pytest.raises(TypeError, match=f"{left.NOUN} × {right.NOUN} is nothing that is known here"):
                _ = left(Decimal(2)) * right(Decimal(2))
        if (left, "/", right) not in KNOWN and left is not right:
            with pytest.raises(TypeError, match=f"{left.NOUN} ÷ {right.NOUN} is nothing that is known here"):
                _ = left(Decimal(2)) / right(Decimal(2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_ratio_changes_no_dimension(kind: type[Quantity]) -> None:
    half = Ratio(Decimal("0.5"))
    assert kind(Decimal(3)) * half == half * kind(Decimal(3)) == kind(Decimal("1.5"))
    assert kind(Decimal(3)) / half == kind(Decimal(6))
    assert kind(Decimal(3)) / kind(Decimal(6)) == half


@pytest.mark.parametrize("left", KINDS)
def test_only_amounts_of_a_kind_are_added_and_compared(left: type[Quantity]) -> None:
    """The drug's mass, the body's mass, a weighed mass, body surface and liquid volume are different
    dimensions, so that adding mg of drug to kg of patient, or mg/m² to mg, is an error."""
    two, three = left(Decimal(2)), left(Decimal(3))
    assert two + three == left(Decimal(5)) and three - two == left(Decimal(1))
    assert two < three and two <= three and three > two and three >= two and two != three
    for right in (kind for kind in KINDS if kind is not left):
        for meeting in ("__add__", "__sub__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__"):
            with pytest.raises(TypeError, match="not the same kind of amount"):
                getattr(two, meeting)(right(Decimal(2)))


def test_drug_and_patient_are_never_added() -> None:
    with pytest.raises(TypeError, match=r"^cannot add 0.9 mg and 70 kg: not the same kind of amount$"):
        mg("0.9") + kg(70)  # type: ignore[operator]


def test_milligrams_are_not_compared_with_millilitres() -> None:
    with pytest.raises(TypeError, match=r"^cannot compare 0.9 mg and 0.9 mL: not the same kind of amount$"):
        _ = mg("0.9") == mL("0.9")


@pytest.mark.parametrize("bare", [1, Decimal(1), 1.0, "1", None, True])
def test_an_amount_is_not_added_to_or_ordered_with_a_bare_number(bare: object) -> None:
    for meeting in ("__add__", "__sub__", "__lt__", "__ge__"):
        with pytest.raises(TypeError, match="not the same kind of amount"):
            getattr(mg(1), meeting)(bare)
    assert (mg(1) == bare) is False


@pytest.mark.parametrize("bare", [0.1, float("nan"), True, "2", None])
def test_an_amount_is_multiplied_only_by_an_exact_number(bare: object) -> None:
    with pytest.raises(TypeError, match="is neither an amount nor an exact number"):
        _ = mg(1) * bare  # type: ignore[operator]
    with pytest.raises(TypeError, match="is neither an amount nor an exact number"):
        _ = mg(1) / bare  # type: ignore[operator]


def test_an_amount_has_no_truth_value() -> None:
    """A dose of 0 mg is an amount too, and `dose or other` would pass over it."""
    with pytest.raises(TypeError, match=r"^0 mg has no truth value: compare it with an amount$"):
        bool(mg(0))
    with pytest.raises(TypeError, match="has no truth value"):
        _ = mg(1) or mg(2)


def test_a_sum_has_no_bare_zero_to_start_from() -> None:
    with pytest.raises(TypeError):
        sum([mg(1), mg(2)])  # type: ignore[call-overload]
    assert total([mL("3.6"), mL("2.24")]) == mL("5.84")


def test_an_amount_is_known_for_what_it_is_or_refused() -> None:
    assert DrugMass.of(per_m2("0.8") * m2("1.82")) == mg("1.456")
    with pytest.raises(TypeError, match=r"^5.84 mL is a volume, not an amount of drug$"):
        DrugMass.of(mL("5.84"))


def test_an_amount_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        mg(1).value = Decimal(2)  # type: ignore[misc]


def test_equal_amounts_are_one_in_a_set_and_those_of_two_kinds_are_not_compared() -> None:
    assert len({mg("1.5"), mg("1.50")}) == 1
    assert hash(mg(1)) != hash(mL(1))


# ------------------------------------------------------------------ units

CHANGED = [
    (mg("0.68625"), "ng", "686250"),  # 1 mg = 1,000,000 ng
    (mg("1.46"), "mcg", "1460"),
    (mL("5.84"), "nL", "5840000"),
    (cm(170), "m", "1.7"),
    (cm(254), "inch", "100"),  # 1 inch = 2.54 cm exactly
    (kg("45.359237"), "lb", "100"),  # 1 lb = 0.45359237 kg exactly
    (Duration(Decimal(480)), "h", "8"),
    (Duration(Decimal(30240)), "day", "21"),
]


@pytest.mark.parametrize(("amount", "unit", "figure"), CHANGED, ids=str)
def test_a_figure_in_another_unit(amount: Quantity, unit: str, figure: str) -> None:
    assert amount.in_unit(unit) == Decimal(figure)


@pytest.mark.parametrize(("drawn", "rate", "minutes"), [(50, 30, 100), (50, 60, 50), (20, 60, 20)])
def test_minutes_out_of_a_rate_an_hour_are_whole_though_the_hours_are_endless(
    drawn: int, rate: int, minutes: int
) -> None:
    # 50 mL ÷ 30 mL/h = 1.666… h = 100 min
    assert mL(drawn) / InfusionRate(Decimal(rate)) == Duration(Decimal(minutes))


@pytest.mark.parametrize("unit", ["kg", "mL", "g"])
def test_no_figure_in_the_unit_of_another_dimension(unit: str) -> None:
    with pytest.raises(Exception, match="Cannot convert"):
        mg(1).in_unit(unit)


def test_an_amount_is_stored_as_whole_nanograms_or_not_at_all() -> None:
    assert mg("0.68625").whole("ng") == 686_250
    with pytest.raises(ValueError, match=r"^0.0000005 mg is not a whole number of ng$"):
        mg("0.0000005").whole("ng")


# ------------------------------------------------------------------ rounding and writing

ROUNDED = [
    ("1.456", "0.01", "1.46"),  # the worked example
    ("1.455", "0.01", "1.46"),  # a half goes away from zero …
    ("1.445", "0.01", "1.45"),  # … after an even figure too
    ("-1.445", "0.01", "-1.45"),  # … and below zero
    ("1.4549999999", "0.01", "1.45"),
    ("0.005", "0.01", "0.01"),
    ("0.0049", "0.01", "0"),
    ("5.84", "0.05", "5.85"),  # 116.8 steps: 117
    ("5.82", "0.05", "5.8"),  # 116.4 steps: 116
    ("5.825", "0.05", "5.85"),  # 116.5 steps: 117
    ("3.775", "0.05", "3.8"),  # 75.5 steps: 76
    ("5.84", "0.1", "5.8"),
    ("5.85", "0.1", "5.9"),
    ("1.8077", "0.01", "1.81"),
    ("2", "0.01", "2"),
    ("7", "5", "5"),
    ("7.5", "5", "10"),
]


@pytest.mark.parametrize(("number", "step", "rounded"), ROUNDED)
def test_a_half_is_rounded_away_from_zero(number: str, step: str, rounded: str) -> None:
    assert round_number(Decimal(number), Decimal(step)) == Decimal(rounded)


@given(
    st.decimals(min_value=0, max_value=1000, places=6),
    st.sampled_from(["0.001", "0.01", "0.05", "0.1", "0.5"]),
)
def test_the_rounded_amount_is_the_nearest_multiple_of_the_step(number: Decimal, step: str) -> None:
    """Every step rounds, visibly, before the next step uses it. Rounding is half away from zero."""
    rounded = Fraction(round_to(mL(number), mL(step)).value)
    assert (rounded / Fraction(step)).denominator == 1
    apart = rounded - Fraction(number)
    assert -Fraction(step) / 2 < apart <= Fraction(step) / 2


def test_rounding_needs_a_step_of_the_same_kind() -> None:
    with pytest.raises(TypeError, match=r"^cannot round 1.456 mg and 0.01 mL: not the same kind of amount$"):
        round_to(mg("1.456"), mL("0.01"))  # type: ignore[type-var]


def test_a_product_that_would_lose_figures_is_an_error() -> None:
    with pytest.raises(ArithmeticError):
        mg(Decimal(1) / Decimal(3)) * Decimal("1." + "1" * 50)


COUNTED = [
    ("5.84", "3.6", 2),
    ("3.6", "3.6", 1),
    ("3.64", "3.6", 2),
    ("7.2", "3.6", 2),
    ("7.24", "3.6", 3),
    ("0.04", "3.6", 1),
    ("0", "3.6", 0),
    ("1.2", "0.1", 12),  # 1.5 × 0.8 ÷ 0.1, of which a binary float makes 12.000000000000002
]


@pytest.mark.parametrize(("amount", "one", "count"), COUNTED)
def test_the_least_count_that_is_not_below_the_amount(amount: str, one: str, count: int) -> None:
    assert least_count(mL(amount), mL(one)) == count


PLAIN = [
    ("5.840", "5.84"),
    ("8.00", "8"),
    ("50", "50"),
    ("100", "100"),
    ("1E+3", "1000"),
    ("0E+3", "0"),
    ("0.00", "0"),
    ("-0.00", "0"),
    ("0.0000001", "0.0000001"),  # str() would write 1E-7
    ("1E-9", "0.000000001"),
    ("-1.50", "-1.5"),
]


@pytest.mark.parametrize(("number", "written"), PLAIN)
def test_a_number_for_a_machine_has_no_exponent_and_no_trailing_zero(number: str, written: str) -> None:
    assert plain(Decimal(number)) == written


def test_every_kind_of_amount_has_a_noun_and_a_unit_of_its_own() -> None:
    assert len({kind.NOUN for kind in KINDS}) == len({kind.UNIT for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (BodySurface(Decimal("1.820")), "1.82 m²"),
        (BodyMassIndex(Decimal("24.20")), "24.2 kg/m²"),
        (Length(Decimal("170.0")), "170 cm"),
        (Ratio(Decimal("0.05")), "0.05"),
    ],
    ids=str,
)
def test_an_amount_is_written_with_its_unit(amount: Quantity, written: str) -> None:
    assert str(amount) == written


def test_a_ratio_in_percent() -> None:
    assert Ratio(Decimal("0.0274725")).percent == Decimal("2.74725")
