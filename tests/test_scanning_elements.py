"""GS1 element strings: with separators read back to their parts, without them never guessed."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compounding.formulary import shipped
from compounding.policy import Market
from compounding.scanning import read_scan
from compounding.scanning.elements import Elements, TooManyReadings, day_of, element_readings
from compounding.wording.scans import refusal_sentence

ON = date(2026, 3, 12)
GS = "\x1d"
GTIN = "00300080100011"
DRUGS = shipped()


def read(text):
    return read_scan(text, DRUGS, market=Market.US, on=ON)


# ------------------------------------------------------------------ lost separators

# Written with the separators as "|", which are then lost: every reading of what is left. The comment
# names the readings beside the true one.
LOST = [
    ("10AB123", ["AB123"]),
    ("10AB12", ["AB12"]),
    ("10AB21", ["AB21"]),  # (21) without a value is none
    ("10AB30", ["AB30"]),  # nor is (30)
    ("10AB219", ["AB219", "AB"]),  # (10)AB (21)9
    ("10AB9", ["AB9"]),
    ("10AB90", ["AB90"]),
    ("10AB901", ["AB901", "AB"]),  # (10)AB (90)1
    ("10A172703", ["A172703"]),  # a date has six figures
    ("10A17270331", ["A17270331", "A"]),  # (10)A (17)270331
    ("10A17270431", ["A17270431"]),  # 31 April is no day
    ("10A17274531", ["A17274531"]),  # nor month 45
    ("10AX3143555555", ["AX3143555555", "AX"]),  # (10)AX (3143)555555
    ("10AX314355555", ["AX314355555"]),  # an area has six figures
    ("10AX3103000125", ["AX3103000125", "AX310", "AX"]),  # (10)AX310 (30)00125, (10)AX (3103)000125
    ("10AB|217", ["AB217", "AB"]),
    ("217|10AB", ["", "AB"]),  # (21)710AB, and (21)7 (10)AB
    ("10AB1010CD", ["AB1010CD"]),  # (10)AB1 and what follows, or (10)AB (10)10CD, would be (10) twice
    ("1727033110AB", ["AB"]),
    ("10AB|235X", ["AB235X", "AB"]),  # (235) is a third party's serial
    ("240X|91Y", [""]),  # two readings that say the same: neither is asked for
]


@pytest.mark.parametrize(("written", "lots"), LOST)
def test_every_reading_of_a_string_without_separators_is_found(written, lots):
    readings = element_readings(f"01{GTIN}{written.replace('|', '')}", ON)
    assert {reading.lot or "" for reading in readings} == set(lots)
    assert {reading.gtin for reading in readings} == {GTIN}
    scan = read(f"01{GTIN}{written.replace('|', '')}")
    if len(readings) == 1:
        assert (scan.refusal, scan.lot or "") == (None, *lots)
    else:
        assert (scan.refusal.code, scan.lot, scan.serial, scan.expiry) == ("ambiguous", None, None, None)


def test_an_ambiguous_string_tells_its_product_where_any_reading_has_one():
    """(10) may swallow the product code: (10)AB0100300080100011 is a lot of 18 characters."""
    scan = read(f"10AB01{GTIN}")
    assert (scan.refusal.code, scan.product, scan.gtin, scan.lot) == ("ambiguous", "besponsa-us", GTIN, None)


def test_a_wrong_product_is_told_even_where_the_lot_may_have_swallowed_it():
    assert read("10AB0100300084510014").refusal.code == "look-alike"
    assert read("10AB0105013457012095").refusal.code == "other-market"
    assert read("10AB0100300080100012").refusal.code == "bad-check-digit"


# (10)AB (01)first (21)01second, or a lot of 20 characters up to the second (01).
TWO_PRODUCTS = [
    (GTIN, "05013457012095", "ambiguous", None),  # both markets' vial
    (GTIN, "09501101530003", "ambiguous", GTIN),  # one is known
    ("09501101530003", "00312345678906", "unknown-product", None),
    ("09501101530003", "00300084510014", "look-alike", "00300084510014"),
]


@pytest.mark.parametrize(("first", "second", "code", "gtin"), TWO_PRODUCTS)
def test_readings_of_two_products_tell_the_one_that_is_known(first, second, code, gtin):
    scan = read(f"]d210AB01{first}2101{second}")
    assert (scan.refusal.code, scan.gtin, scan.lot) == (code, gtin, None)


def test_a_string_made_to_have_readings_without_end_is_refused():
    """Each of thirty identifiers may end or go on: some 2³⁰ readings that say the same."""
    without_end = "".join(f"{identifier}a" for identifier in (*range(90, 100), 240, 241, 243, 250, 251, 254, 400, 401))
    text = f"01{GTIN}{without_end}{'235a7020a7021a7022a7023a8002a8004a8012a8013a8020a'}"
    assert len(text) < 200
    with pytest.raises(TooManyReadings):
        element_readings(text, ON)
    assert read(text).refusal.code == "ambiguous"


@pytest.mark.parametrize("identifier", ["4302", "7256", "8200"])
def test_a_value_of_percent_signs_is_read_at_once(identifier):
    """GS1's table lets some values hold "%41%42" in two ways, whose mixtures are millions."""
    text = f"01{GTIN}{identifier}{'%41%42' * 11}{GS}10AB"
    assert element_readings(text, ON) == {Elements(gtin=GTIN, lot="AB")}
    assert element_readings(f"{identifier}{'%41%42' * 30}", ON) == frozenset()  # 180 characters, at most 70 or 90


# ------------------------------------------------------------------ dates

# GS1: two figures that are 51 or more ahead of this year's are of the century before, and 50 or more
# behind of the next.
YEARS = [
    (2026, "00", 2000),
    (2026, "26", 2026),
    (2026, "75", 2075),
    (2026, "76", 2076),  # 50 ahead
    (2026, "77", 1977),  # 51 ahead
    (2026, "99", 1999),
    (2060, "10", 2110),  # 50 behind
    (2060, "11", 2011),  # 49 behind
    (2099, "00", 2100),
    (2099, "49", 2149),
    (2099, "50", 2050),
    (2000, "50", 2050),
    (2000, "51", 1951),
]


@pytest.mark.parametrize(("this", "figures", "year"), YEARS)
def test_the_century_of_two_figures(this, figures, year):
    assert day_of(f"{figures}0331", date(this, 7, 1)) == date(year, 3, 31)


DAYS = [
    ("270331", date(2027, 3, 31)),
    ("270300", date(2027, 3, 31)),
    ("270400", date(2027, 4, 30)),
    ("280200", date(2028, 2, 29)),
    ("270200", date(2027, 2, 28)),
    ("271200", date(2027, 12, 31)),
    ("280229", date(2028, 2, 29)),
    ("270229", None),
    ("270431", None),
    ("270332", None),
    ("270001", None),
    ("271301", None),
    ("000000", None),
]


@pytest.mark.parametrize(("figures", "day"), DAYS)
def test_six_figures_are_a_day_or_none(figures, day):
    assert day_of(figures, ON) == day


@pytest.mark.parametrize("on", [date.min, date.max])
def test_a_day_at_the_ends_of_the_calendar_raises_nothing(on):
    for figures in ("000100", "490331", "500331", "990331", "010101"):
        found = day_of(figures, on)
        assert found is None or abs(found.year - on.year) <= 50


# ------------------------------------------------------------------ properties

FIGURES = "0123456789"
ANY = FIGURES + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!\"%&'()*+,-./:;<=>?_"  # GS1's 82
DAY = st.dates(date(2001, 1, 1), date(2075, 12, 31)).map(lambda day: day.strftime("%y%m%d"))


def figures(least, most=None):
    return st.text(FIGURES, min_size=least, max_size=most or least)


def characters(most):
    # Figures are the likelier: they are what may be taken for an identifier.
    return st.text(st.one_of(st.sampled_from("0123"), st.sampled_from(ANY)), min_size=1, max_size=most)


# GS1 General Specifications, the list of application identifiers: value, and whether a separator must follow.
TABLE = {
    "00": (figures(18), False),
    "11": (DAY, False),
    "15": (DAY, False),
    "17": (DAY, False),
    "20": (figures(2), False),
    "10": (characters(20), True),
    "21": (characters(20), True),
    "22": (characters(20), True),
    "30": (figures(1, 8), True),
    "37": (figures(1, 8), True),
    "240": (characters(30), True),
    "250": (characters(30), True),
    "3103": (figures(6), False),
    "3922": (figures(1, 15), True),
    "400": (characters(30), True),
    "410": (figures(13), False),
    "422": (figures(3), True),
    "715": (characters(20), True),
    "7003": (figures(10), True),
    "8005": (figures(6), True),
    "91": (characters(40), True),
    "99": (characters(40), True),
}


@st.composite
def element_lists(draw):
    """Identifiers with values in any order, the product's code among them, in at most 190 characters."""
    names = draw(st.lists(st.sampled_from(sorted(TABLE)), unique=True, max_size=6))
    parts = [("01", GTIN, False)]
    for name in names:
        value, separated = TABLE[name]
        parts.append((name, draw(value), separated))
    parts = draw(st.permutations(parts))
    while sum(len(name) + len(value) + 1 for name, value, _ in parts) > 190:
        parts = [part for part in parts if part[0] == "01"] + [part for part in parts if part[0] != "01"][1:]
    return parts


def sent(parts, separator=GS):
    return "".join(f"{name}{value}{separator if needed else ''}" for name, value, needed in parts)


def true(parts):
    values = {name: value for name, value, _ in parts}
    expiry = values.get("17")
    return Elements(
        gtin=GTIN,
        expiry=expiry and date(2000 + int(expiry[:2]), int(expiry[2:4]), int(expiry[4:])),
        lot=values.get("10"),
        serial=values.get("21"),
    )


def told(scan):
    return Elements(scan.gtin, scan.expiry, scan.lot, scan.serial)


@given(parts=element_lists(), prefix=st.sampled_from(["", "]d2", "]C1"]))
def test_a_string_with_its_separators_is_read_back_to_its_parts(parts, prefix):
    """Any identifier of GS1's table in any order; one not asked for is passed over."""
    scan = read(f"{prefix}{GS}{sent(parts)}")  # one in front, so that separators arrive though none may be needed
    assert told(scan) == true(parts)
    expired = scan.expiry is not None and scan.expiry < ON
    assert (scan.refusal and scan.refusal.code) == ("expired" if expired else None)
    assert scan.product == "besponsa-us"


@settings(max_examples=300)
@given(parts=element_lists(), prefix=st.sampled_from(["", "]d2"]))
def test_a_string_that_lost_its_separators_never_gives_a_wrong_lot(parts, prefix):
    """The same reading, or none: ambiguous, and then neither lot, expiry nor serial is told."""
    scan = read(f"{prefix}{sent(parts, '')}")
    if scan.refusal and scan.refusal.code == "ambiguous":
        assert (scan.expiry, scan.lot, scan.serial) == (None, None, None)
        assert scan.gtin in (GTIN, None)
    else:
        assert told(scan) == true(parts)


def test_the_properties_see_both_outcomes():
    """Else a reader that always refused would pass them."""
    certain = [("01", GTIN, False), ("17", "270331", False), ("10", "AB123", True)]
    assert read(sent(certain, "")).refusal is None
    assert read(sent([*certain, ("21", "7Q4", True)], "")).refusal.code == "ambiguous"


CODES = {
    "empty", "too-long", "own-label", "not-a-code", "bad-check-digit", "unknown-product", "look-alike", "other-market",
    "ambiguous", "expired",
}  # fmt: skip
SCANNED = st.one_of(
    st.text(max_size=210),
    st.text(ANY + GS + "]-", max_size=210),
    st.text("0123" + GS, max_size=210),
    st.builds("{}01{}{}".format, st.sampled_from(["", "]d2", "]E0"]), st.just(GTIN), st.text(ANY + GS, max_size=60)),
)


@settings(max_examples=400)
@given(text=SCANNED, market=st.sampled_from(Market), separator=st.sampled_from(["", "|", "\t", "<GS>"]))
@example(text="]", market=Market.US, separator="")
@example(text="]d", market=Market.US, separator="")
@example(text="]Yx01", market=Market.US, separator="")
@example(text="\udcff", market=Market.UK, separator="")
def test_no_input_raises_and_every_refusal_has_its_sentence(text, market, separator):
    scan = read_scan(text, DRUGS, market=market, on=ON, separator=separator)
    assert (scan.raw, scan.market) == (text, market)
    if scan.refusal is None:
        assert scan.product == f"besponsa-{market.value}"
        assert scan.expiry is None or scan.expiry >= ON
    else:
        assert scan.refusal.code in CODES
        assert len(refusal_sentence(scan.refusal, market)) > 20
