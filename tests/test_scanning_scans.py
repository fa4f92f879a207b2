"""Raw scans as scanners send them: each is read right, or refused with its code and its sentence.

The codes are those of besponsa.md: US GTIN 00300080100011 (NDC 0008-0100-01), UK GTIN 5013457012095, and the
US gemtuzumab ozogamicin 00300084510014 (NDC 0008-4510-01).
"""

from dataclasses import replace
from datetime import date

import pytest

from compounding.formulary import shipped
from compounding.policy import Market
from compounding.scanning import Scan, codes_of, own_code, read_scan
from compounding.wording.scans import refusal_sentence
from tests.orders import UK, US

ON = date(2026, 3, 12)
GS = "\x1d"
MYLOTARG = "00300084510014"
US_01, UK_01, MYLOTARG_01 = "0100300080100011", "0105013457012095", f"01{MYLOTARG}"
US_GTIN, UK_GTIN = "00300080100011", "05013457012095"
MARCH = date(2027, 3, 31)
FIELDS = ("symbology", "product", "gtin", "expiry", "lot", "serial")


def scanned(text, market=Market.US, on=ON, drugs=None, **site):
    return read_scan(text, drugs or shipped(), market=market, on=on, **site)


def fields(scan: Scan):
    """What was read, without what was not."""
    return {name: value for name in FIELDS if (value := getattr(scan, name)) is not None}


def code(scan: Scan):
    return scan.refusal and scan.refusal.code


def us(**more):
    return {"product": "besponsa-us", "gtin": US_GTIN, **more}


def uk(**more):
    return {"product": "besponsa-uk", "gtin": UK_GTIN, **more}


WHOLE = us(expiry=MARCH, lot="AB123", serial="7Q4")
D2 = {"symbology": "]d2"}

# ------------------------------------------------------------------ read

GOOD = [
    ("DataMatrix", f"]d2{US_01}1727033110AB123{GS}217Q4", {**D2, **WHOLE}),
    ("GS1-128", f"]C1{US_01}1727033110AB123", {"symbology": "]C1", **us(expiry=MARCH, lot="AB123")}),
    ("GS1 QR", f"]Q3{US_01}17270331", {"symbology": "]Q3", **us(expiry=MARCH)}),
    ("no prefix", f"{US_01}1727033110AB123{GS}217Q4", WHOLE),
    ("the serial first", f"]d2{US_01}217Q4{GS}1727033110AB123", {**D2, **WHOLE}),
    ("the lot first of all", f"10AB123{GS}217Q4{GS}17270331{US_01}", WHOLE),
    ("a separator in front", f"{GS}{US_01}1727033110AB123{GS}217Q4", WHOLE),
    ("a separator at the end", f"{US_01}217Q4{GS}1727033110AB123{GS}", WHOLE),
    ("two separators", f"{US_01}10AB123{GS}{GS}217Q4{GS}17270331", WHOLE),
    ("a separator where none is needed", f"{US_01}{GS}17270331{GS}10AB123{GS}217Q4", WHOLE),
    ("separators arrive, and the lot holds 21", f"{US_01}17270331{GS}10AB1217Q4", us(expiry=MARCH, lot="AB1217Q4")),
    ("spaces, a tab and a line end around", f" \t{US_01}1727033110AB123{GS}217Q4\r\n", WHOLE),
    ("no separator needed", f"{US_01}1727033110AB123", us(expiry=MARCH, lot="AB123")),
    ("day 00 of March", f"{US_01}17270300", us(expiry=MARCH)),
    ("day 00 of a February of 29 days", f"{US_01}17280200", us(expiry=date(2028, 2, 29))),
    ("day 00 of a February of 28 days", f"{US_01}17270200", us(expiry=date(2027, 2, 28))),
    ("the last good day", f"{US_01}17260312", us(expiry=ON)),
    ("others are passed over", f"{US_01}1125010117270331240X1{GS}91AA{GS}30200{GS}10L-1/A",
     us(expiry=MARCH, lot="L-1/A")),
    ("net weight, four figures of identifier", f"{US_01}310300012517270331", us(expiry=MARCH)),
    ("a lot of 20 characters", f"{US_01}10ABCDEFGHIJKLMNOPQRST", us(lot="ABCDEFGHIJKLMNOPQRST")),
    ("small letters stay", f"{US_01}10ab-1", us(lot="ab-1")),
    ("GTIN-14", US_GTIN, us()),
    ("EAN-13 of a UPC", "0300080100011", us()),
    ("UPC-A", "300080100011", us()),
    ("EAN-13 by its prefix", "]E00300080100011", {"symbology": "]E0", **us()}),
    ("ITF-14 by its prefix", "]I100300080100011", {"symbology": "]I1", **us()}),
    ("NDC", "0008-0100-01", us()),
    ("NDC in a plain Code 128", "]C00008-0100-01", {"symbology": "]C0", **us()}),
    ("NDC filled to eleven figures", "00008-0100-01", us()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_a_good_scan_is_read(text, read):
    scan = scanned(text)
    assert (fields(scan), scan.refusal, scan.raw) == (read, None, text)


def test_the_uk_vial_is_read_in_the_uk():
    text = f"]d2{UK_01}1727033110AB123{GS}217Q4"
    assert fields(scanned(text, Market.UK)) == {**D2, **uk(expiry=MARCH, lot="AB123", serial="7Q4")}
    assert fields(scanned("]E05013457012095", Market.UK)) == {"symbology": "]E0", **uk()}


# ------------------------------------------------------------------ refused

# Day 31 of April, and day 30 of February even in a leap year, are no days.
REFUSED = [
    ("nothing", "", "empty", {}),
    ("spaces and line ends", " \t\r\n", "empty", {}),
    ("a prefix alone", "]d2", "empty", D2),
    ("201 characters", "9" * 201, "too-long", {}),
    ("10,000 characters", "]d2" + US_01 * 625, "too-long", {}),
    ("our own label", own_code("2026-000123", "1"), "own-label", {}),
    ("our own worksheet", "]d1" + own_code("2026-000123", "p2"), "own-label", {"symbology": "]d1"}),
    ("our own label misread", "2026-000123-1-7K", "own-label", {}),
    ("a URL", "https://example.org/01/00300080100011", "not-a-code", {}),
    ("a URL of a GS1 QR", f"]Q3https://example.org/01/{US_GTIN}", "not-a-code", {"symbology": "]Q3"}),
    ("a word", "hello", "not-a-code", {}),
    ("a word that begins with figures", "99bottles", "not-a-code", {}),
    ("a sentence", "10 mg to be given", "not-a-code", {}),
    ("another script", "٠١٠٠٣٠٠٠٨٠١٠٠٠١١", "not-a-code", {}),
    ("separators alone", GS + GS, "not-a-code", {}),
    ("an identifier twice", f"{US_01}10AB123{GS}10AB123", "not-a-code", {}),
    ("two symbols in one scan", f"{US_01}{US_01}", "not-a-code", {}),
    ("a lot of 21 characters", f"{US_01}10ABCDEFGHIJKLMNOPQRSTU", "not-a-code", {}),
    ("a lot of 21 characters, separated", f"{US_01}10{'7' * 21}{GS}17270331", "not-a-code", {}),
    ("an empty lot", f"{US_01}10{GS}17270331", "not-a-code", {}),
    ("30 February", f"{US_01}17280230", "not-a-code", {}),
    ("31 April", f"{US_01}17270431", "not-a-code", {}),
    ("month 00", f"{US_01}17270000", "not-a-code", {}),
    ("month 13", f"{US_01}17271301", "not-a-code", {}),
    ("made on 30 February", f"{US_01}11250230{GS}17270331", "not-a-code", {}),
    ("a GTIN that is cut short", "]d201003000801000", "not-a-code", D2),
    ("separators replaced, unknown to the site", f"{US_01}10AB123|17270331", "not-a-code", {}),
    ("element strings in a plain DataMatrix", f"]d1{US_01}17270331", "not-a-code", {"symbology": "]d1"}),
    ("a linear code in a GS1 symbol", f"]d2{US_GTIN}", "not-a-code", D2),
    ("a wrong check figure", f"]d2010030008010001217270331{'10AB123'}", "bad-check-digit", {}),
    ("a wrong check figure, linear", "300080100012", "bad-check-digit", {}),
    ("a wrong check figure with an unclear lot", "0100300080100012" + "10AB123217Q4", "bad-check-digit", {}),
    ("figures of eight that are no EAN-8", "17270331", "bad-check-digit", {}),
    ("an unknown GTIN", "0109501101530003" + "1727033110AB123", "unknown-product",
     {"gtin": "09501101530003", "expiry": MARCH, "lot": "AB123"}),
    ("an unknown NDC", "12345-678-90", "unknown-product", {"gtin": "00312345678906"}),
    ("an unknown GTIN, its lot unclear", "0109501101530003" + "10AB123217Q4", "unknown-product",
     {"gtin": "09501101530003"}),
    ("no product code", f"]C11727033110AB123{GS}217Q4", "unknown-product",
     {"symbology": "]C1", "expiry": MARCH, "lot": "AB123", "serial": "7Q4"}),
    ("gemtuzumab ozogamicin", f"]d2{MYLOTARG_01}1727033110AB123", "look-alike",
     {**D2, "gtin": MYLOTARG, "expiry": MARCH, "lot": "AB123"}),
    ("gemtuzumab ozogamicin by its NDC", "0008-4510-01", "look-alike", {"gtin": MYLOTARG}),
    ("gemtuzumab ozogamicin, expired", f"{MYLOTARG_01}17250331", "look-alike",
     {"gtin": MYLOTARG, "expiry": date(2025, 3, 31)}),
    ("gemtuzumab ozogamicin, its lot unclear", f"{MYLOTARG_01}10AB123217Q4", "look-alike", {"gtin": MYLOTARG}),
    ("the other market's", f"]d2{UK_01}1727033110AB123", "other-market", {**D2, **uk(expiry=MARCH, lot="AB123")}),
    ("the other market's, linear", "5013457012095", "other-market", uk()),
    ("the other market's, expired", f"{UK_01}17250331", "other-market", uk(expiry=date(2025, 3, 31))),
    ("separators lost", f"]d2{US_01}1727033110AB123217Q4", "ambiguous", {**D2, **us()}),
    ("a separator in front alone", f"{GS}{US_01}1727033110AB123217Q4", "ambiguous", us()),
    ("a prefix and a separator in front alone", f"]d2{GS}{US_01}1727033110AB123217Q4", "ambiguous", {**D2, **us()}),
    ("the serial lost in the lot", f"{GS}{US_01}1727113010TR4471A2122008", "ambiguous", us()),
    ("separators lost, expired perhaps", f"{US_01}10AB12317250331", "ambiguous", us()),
    ("a lot that may end before its last figures", f"{US_01}10AB9012", "ambiguous", us()),
    ("expired the day before", f"{US_01}1726031110AB123", "expired", us(expiry=date(2026, 3, 11), lot="AB123")),
    ("expired by day 00", f"{US_01}17260200", "expired", us(expiry=date(2026, 2, 28))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why", "read"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_scan_is_refused_with_its_code_and_what_was_read_is_kept(text, why, read):
    scan = scanned(text)
    assert (code(scan), fields(scan), scan.raw) == (why, read, text)
    assert refusal_sentence(scan.refusal, Market.US).endswith(".")


def test_the_order_of_the_codes_is_kept_where_several_fit():
    """Each row mends the first fault of the row before: what remains is the next code."""
    faults = [
        ("bad-check-digit", "0105013457012096" + "17250331"),
        ("unknown-product", "0109501101530003" + "17250331"),
        ("look-alike", f"{MYLOTARG_01}17250331"),
        ("other-market", f"{UK_01}10AB12317250331"),
        ("ambiguous", f"{US_01}10AB12317250331"),
        ("expired", f"{US_01}10AB123{GS}17250331"),
        (None, f"{US_01}10AB123{GS}17260331"),
    ]
    assert [code(scanned(text)) for _, text in faults] == [why for why, _ in faults]


def test_200_characters_are_read_and_201_are_not():
    """16 for the product, 2 and 20 for the lot, 93 and 69 for two values of (91) and (92); separators between."""
    text = f"{US_01}10{'A' * 20}{GS}91{'B' * 90}{GS}92{'C' * 66}"
    assert len(text) == 200
    assert fields(scanned(f"  {text}  ")) == us(lot="A" * 20)
    assert code(scanned(f"{text}C")) == "too-long"


# ------------------------------------------------------------------ sentences

SENTENCES = [
    ("", "Nothing was scanned. Scan the vial."),
    ("]d2", "The scanner sent its prefix “]d2” and no code. Scan it again."),
    ("x" * 10_000, "This scan of 10,000 characters is no code of a vial: that has at most 200."),
    (own_code("2026-000123", "2"), "This is our own label, copy 2 of preparation 2026-000123, not a vial."),
    (own_code("2026-000123", "p3"), "This is our own worksheet, page 3 of preparation 2026-000123, not a vial."),
    ("2026-000123-1-7K",
     "“2026-000123-1-7K” has the form of our own labels, not of a vial, and its check does not fit."),
    ("http://example.org", "“http://example.org” is an address of the web, not the code of a vial."),
    ("hello", "“hello” is not the code of a vial. Scan its other symbol, or type its lot and expiry, each twice."),
    ("]A0hello",
     "“hello” came from a symbol (]A0) that can hold a product code only, and is neither 8, 12, 13 or 14 figures "
     "nor an NDC with its hyphens."),
    (f"{US_01}10AB|17270331",
     "“|” is not a character of GS1's codes. If the scanners here send it in place of the group separator, an "
     "administrator can say so in the settings."),
    (f"{US_01}88", "“88” begins with none of GS1's application identifiers."),
    (f"{US_01}17270331{GS}17280331", "(17) “280331” stands here a second time. Scan one symbol at a time."),
    (f"{US_01}17270431", "(17) “270431” is not a date: there is no such day."),
    (f"{US_01}10ABCDEFGHIJKLMNOPQRSTU",
     "(10) “ABCDEFGHIJKLMNOPQRSTU” is no BATCH/LOT as GS1 writes it: it is too long, too short or of other "
     "characters."),
    ("300080100012",
     "The product code “00300080100012” was misread: its last figure does not fit the others. Scan it again."),
    ("0109501101530003", "The product code “09501101530003” is not known here. Do not use the vial."),
    ("]C117270331",
     "This symbol holds no product code (01). Scan the other one, or type its lot and expiry, each twice."),
    (MYLOTARG_01,
     "Gemtuzumab ozogamicin (Mylotarg), 4.5 mg vial, CD33, 1 mg/mL reconstituted, is another drug: it looks like "
     "inotuzumab ozogamicin and must not be taken for it. Put it back."),
    (UK_01,
     "This is the vial of the UK, BESPONSA 1 mg: here the vials of the US are used, and the two are never mixed."),
    (f"{US_01}10AB123217Q4",
     "This scan can be read in more than one way, because no separator was sent. Type the lot and the expiry, each "
     "twice."),
    (f"{US_01}17260311", "The vial was good until Mar 11, 2026, and it is needed on Mar 12, 2026."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), SENTENCES)
def test_a_refusal_is_one_sentence_that_quotes_what_is_wrong(text, sentence):
    assert refusal_sentence(scanned(text).refusal, Market.US) == sentence


def test_a_site_of_the_uk_reads_its_own_words():
    expired = scanned(f"{UK_01}17260311", Market.UK)
    assert refusal_sentence(expired.refusal, Market.UK) == (
        "The vial was good until 11-Mar-2026, and it is needed on 12-Mar-2026."
    )
    other = scanned(US_01, Market.UK)
    assert refusal_sentence(other.refusal, Market.UK) == (
        "This is the vial of the US, Besponsa 0.9 mg: here the vials of the UK are used, and the two are never mixed."
    )


# ------------------------------------------------------------------ the site's separator


@pytest.mark.parametrize("separator", ["|", "<GS>", "~", "\t", "^]"])
def test_what_a_sites_scanners_send_instead_is_a_separator(separator):
    text = f"]d2{US_01}10AB123{separator}217Q4{separator}17270331"
    assert fields(scanned(text, separator=separator)) == {**D2, **WHOLE}
    # Elsewhere it is no character of a code, or one that a lot may hold.
    assert code(scanned(text)) == ("ambiguous" if separator == "<GS>" else "not-a-code")


def test_a_separator_that_is_a_space_is_not_dropped_at_the_end():
    """It is what tells that separators arrive, so that (21) is a part of the lot."""
    text = f"{US_01}10AB217Q4\t"
    assert fields(scanned(text, separator="\t")) == us(lot="AB217Q4")
    assert code(scanned(text)) == "ambiguous"


# ------------------------------------------------------------------ products


def test_the_codes_of_a_presentation_are_its_gtin_and_that_of_its_ndc():
    assert codes_of(US) == {US_GTIN}  # 003, 0008010001 and the check figure are the GTIN
    assert codes_of(UK) == {UK_GTIN}


def test_a_code_that_the_site_enrolled_names_its_product():
    """A carton has a code of its own: indicator 1, and 7 as its check figure."""
    text = "0110300080100018"
    assert code(scanned(text)) == "unknown-product"
    carton = scanned(text, enrolled={"10300080100018": "besponsa-us"})
    assert (fields(carton), carton.refusal) == ({"product": "besponsa-us", "gtin": "10300080100018"}, None)
    assert code(scanned(text, Market.UK, enrolled={"10300080100018": "besponsa-us"})) == "other-market"


def named(drug, id, generic, market=None):
    fact = replace(drug.names.generic, value=generic)
    return replace(drug, id=id, market=market or drug.market, names=replace(drug.names, generic=fact))


def test_a_code_of_two_presentations_names_neither():
    twin = named(US, "examplin-us", "examplizumab")
    scan = scanned(US_01, drugs=(US, UK, twin))
    assert (code(scan), fields(scan)) == ("unknown-product", {"gtin": US_GTIN})
    assert refusal_sentence(scan.refusal, Market.US) == (
        "The product code “00300080100011” is that of besponsa-us and of examplin-us: mend the drug files."
    )


def test_a_code_that_both_markets_use_names_the_sites_own():
    twin = named(US, "besponsa-uk", "inotuzumab ozogamicin", Market.UK)
    for market, product in ((Market.US, "besponsa-us"), (Market.UK, "besponsa-uk")):
        scan = scanned(US_01, market, drugs=(US, twin))
        assert (scan.product, scan.refusal) == (product, None)


def test_a_look_alike_that_the_site_prepares_as_well_is_a_product_of_its_own():
    """Scanned for its own preparation it is right; for another the desk sees that it is not the planned one."""
    gtin = replace(US.vials.gtin, value=MYLOTARG)
    vials = replace(US.vials, gtin=gtin, ndc=replace(US.vials.ndc, value=None))
    other = replace(named(US, "mylotarg-us", "gemtuzumab ozogamicin"), vials=vials, look_alikes=())
    scan = scanned(MYLOTARG_01, drugs=(US, UK, other))
    assert (scan.product, scan.refusal) == ("mylotarg-us", None)
    assert code(scanned(MYLOTARG_01, Market.UK, drugs=(US, UK, other))) == "look-alike"


def test_the_us_look_alike_is_known_in_the_uk_too():
    """The UK file knows no code of gemtuzumab ozogamicin; the US one does."""
    assert code(scanned(MYLOTARG_01, Market.UK)) == "look-alike"
