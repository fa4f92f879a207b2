"""A page to try a scanner, and product codes that two people enrol from the pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from web_desk import UK, US, Browser, Html

from compounding import records, training
from compounding.records import EntrySearch
from compounding.scanning import own_code
from compounding.web.enrolled import enrolled
from compounding.wording.scans import characters

US_VIAL, UK_VIAL = "00300080100011", "05013457012095"
GEMTUZUMAB = "00300084510014"
# 3 × (0+3+1+3+5+7+9) + (0+6+2+4+6+8) = 84 + 26 = 110: the check digit is 0
NEW = "00361234567890"
GS = "\x1d"
PATH = "/settings/codes"
SIGNED = {"signing_secret": training.PIN}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US)


# ------------------------------------------------------------------ characters

CHARACTERS = [
    ("", ()),
    ("AB 12", (("AB", False), ("space", True), ("12", False))),
    (f"10X{GS}21Y\r\n", (("10X", False), ("GS, group separator", True), ("21Y", False),
                         ("CR, carriage return", True), ("LF, line feed", True))),
    ("\x00\u200b", (("U+0000", True), ("U+200B", True))),
    ("\u00a0é", (("U+00A0", True), ("é", False))),
    ("\ud800", (("U+D800", True),)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "pieces"), CHARACTERS)
def test_what_cannot_be_seen_is_named(text: str, pieces: tuple[tuple[str, bool], ...]) -> None:
    assert characters(text) == pieces


# ------------------------------------------------------------------ trying a scanner

TAKEN = "A vial like this would be taken today."
TRIED = [
    (f"]d201{US_VIAL}17271130" + f"10TR4471A{GS}21220081",
     ("]d2", "Besponsa, US", US_VIAL, "Nov 30, 2027", "TR4471A", "220081", "GS, group separator", TAKEN)),
    (US_VIAL, ("no prefix was sent", "Besponsa, US", "Expiry –", TAKEN)),
    (f"]d201{US_VIAL}17260300" + "10A1", ("Expiry Mar 31, 2026", "Lot A1", TAKEN)),  # day 00: the last of the month
    (f"]d201{US_VIAL}17260131" + "10A1", ("The vial was good until Jan 31, 2026, and it is needed on Mar 12, 2026.",)),
    (UK_VIAL, ("This is the vial of the UK, BESPONSA 1 mg: here the vials of the US are used",)),
    (GEMTUZUMAB, ("is another drug: it looks like inotuzumab ozogamicin and must not be taken for it. Put it back.",)),
    (own_code("2026-000001", "2"), ("This is our own label, copy 2 of preparation 2026-000001, not a vial.",)),
    (NEW, (f"The product code “{NEW}” is not known here.",)),
    ("https://example.org/x", ("is an address of the web, not the code of a vial.",)),
    ("", ("Nothing was scanned.", "Nothing but Enter.")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TRIED, ids=range(len(TRIED)))
def test_what_arrived_and_how_it_was_read(us: Browser, text: str, said: tuple[str, ...]) -> None:
    before = us.stored()
    page = us.post("/scanner", {"scanned": text})
    assert us.status == 200
    assert [part for part in said if part not in page.text] == []
    assert (TAKEN in page.text) is (TAKEN in said)
    assert page.fields["scanned"] == "" and "autofocus" in page.elements["scanned"]  # ready for the next
    assert us.stored() == before


def test_a_scan_of_10_000_characters_is_cut_and_counted(us: Browser) -> None:
    page = us.post("/scanner", {"scanned": "7" * 10_000})
    assert "10,000 characters" in page.text and "The first 400 are shown." in page.text
    assert "7" * 401 not in page.text
    told = records.find_entries(us.desk.engine, EntrySearch(action="scanner viewed"), size=1)[0].event
    assert (len(told.details["sent"]), told.details["characters"]) == (400, "10000")


@pytest.mark.parametrize("user", ["okafor", "adeyemi", "whitfield", "castellan"])
def test_everybody_may_try_a_scanner(us: Browser, user: str) -> None:
    us.sign_in(user)
    assert "Besponsa, US" in us.post("/scanner", {"scanned": US_VIAL}).text


def test_the_sites_separator_is_said(us: Browser) -> None:
    us.sign_in("castellan")
    page = us.get("/settings/site.scanner_separator")
    changed = {"act": "hold", "value": "~", "reason": "The scanners send it.", **SIGNED}
    assert us.send("/settings/site.scanner_separator/particular", {**page.fields, **changed}).status_code == 303
    text = us.post("/scanner", {"scanned": f"]d201{US_VIAL}10TR4471A~17271130"}).text
    assert "~ is taken for the group separator." in text and "Lot TR4471A" in text


# ------------------------------------------------------------------ enrolment


def enrol(browser: Browser, user: str, product: str = "besponsa-us", text: str = f"]d201{NEW}", **more: str) -> Html:
    browser.sign_in(user)
    return browser.post(PATH, {**browser.get(PATH).fields, "scanned": text, "product": product, **SIGNED, **more})


def test_a_code_holds_once_two_people_scanned_it(us: Browser) -> None:
    assert enrol(us, "okafor").said == [] and us.status == 303
    text = us.get(PATH).text
    assert f"{NEW} said by the second person Waits R. Okafor" in text
    assert dict(enrolled(us.desk)) == {}
    assert "is not known here" in us.post("/scanner", {"scanned": NEW}).text
    assert enrol(us, "adeyemi").said == [] and us.status == 303
    assert f"{NEW} inotuzumab ozogamicin Enrolled R. Okafor and K. Adeyemi" in us.get(PATH).text
    assert dict(enrolled(us.desk)) == {NEW: "besponsa-us"}
    assert TAKEN in us.post("/scanner", {"scanned": f"]d201{NEW}"}).text
    told = [
        records.find_entries(us.desk.engine, EntrySearch(action=action), size=1)[0].event
        for action in ("code proposed", "code enrolled")
    ]
    assert [(one.person.id, one.subject, one.details["scanned"]) for one in told] == [
        ("okafor", f"setting:code:{NEW}", f"]d201{NEW}"),
        ("adeyemi", f"setting:code:{NEW}", f"]d201{NEW}"),
    ]


def test_a_fluid_is_enrolled_by_its_name(us: Browser) -> None:
    water = "water: Sterile Water for Injection, USP"
    enrol(us, "okafor", water)
    enrol(us, "adeyemi", water)
    assert dict(enrolled(us.desk)) == {NEW: water}
    text = us.post("/scanner", {"scanned": NEW}).text
    assert "Product Sterile Water for Injection, USP" in text and TAKEN not in text


def test_nobody_confirms_what_they_proposed(us: Browser) -> None:
    enrol(us, "okafor")
    page = enrol(us, "okafor")
    said = f"Scan the pack: You proposed {NEW} yourself: another person scans the pack."
    assert (us.status, page.said) == (409, [said])
    assert dict(enrolled(us.desk)) == {}


def test_two_who_read_the_pack_differently_enrol_nothing(us: Browser) -> None:
    enrol(us, "okafor")
    page = enrol(us, "park", "water: Sterile Water for Injection, USP")
    said = f"Scan the pack: Somebody else proposed {NEW} as another product: read the pack again, both of you."
    assert (us.status, page.said) == (409, [said])
    assert dict(enrolled(us.desk)) == {}
    told = records.find_entries(us.desk.engine, EntrySearch(action="code not enrolled"), size=1)[0].event
    assert [tuple(change) for change in told.changes] == [
        ("Product", "besponsa-us", "water: Sterile Water for Injection, USP")
    ]
    # whoever proposed it may read it again, and the other then confirms
    enrol(us, "okafor", "water: Sterile Water for Injection, USP")
    enrol(us, "park", "water: Sterile Water for Injection, USP")
    assert dict(enrolled(us.desk)) == {NEW: "water: Sterile Water for Injection, USP"}


NOT_ENROLLED = [
    (US_VIAL, 422, "Scan the pack: This code is known already: it is that of besponsa-us."),
    (UK_VIAL, 422, "Scan the pack: This is the vial of the UK, BESPONSA 1 mg"),
    (GEMTUZUMAB, 422, "Scan the pack: Gemtuzumab ozogamicin"),
    (NEW[:-1] + "1", 422, f"Scan the pack: The product code “{NEW[:-1]}1” was misread"),
    ("TR4471A", 422, "Scan the pack: “TR4471A” is not the code of a vial."),
    ("17271130", 422, "Scan the pack: "),
    (own_code("2026-000001", "1"), 422, "Scan the pack: This is our own label"),
    ("", 422, "Scan the pack: Scan the code of the pack."),
]


@pytest.mark.parametrize(("text", "status", "sentence"), NOT_ENROLLED, ids=range(len(NOT_ENROLLED)))
def test_what_is_no_new_code_is_not_enrolled(us: Browser, text: str, status: int, sentence: str) -> None:
    before = us.stored()
    page = enrol(us, "okafor", text=text)
    assert us.status == status
    (said,) = page.said
    assert said.startswith(sentence)
    assert us.stored() | {"sign_in": 0} == before | {"sign_in": 0}  # whoever scans signed in


UNSIGNED = [
    ({"signing_secret": "000000"}, "Signing PIN: This is not your PIN or password. Nothing is signed."),
    ({"product": ""}, "What it is: Choose what the pack is."),
    ({"product": "besponsa-uk"}, "What it is: Choose one of those shown."),
]


@pytest.mark.parametrize(("changed", "sentence"), UNSIGNED)
def test_an_enrolment_is_whole_and_signed(us: Browser, changed: dict[str, str], sentence: str) -> None:
    page = enrol(us, "okafor", **changed) if "product" not in changed else enrol(us, "okafor", changed["product"])
    assert (us.status, page.said) == (422, [sentence])
    assert records.codes(us.desk.engine) == ()


def test_one_person_takes_a_code_out(us: Browser) -> None:
    enrol(us, "okafor")
    enrol(us, "park")
    sent = {"gtin": NEW, "why": "The pack is another strength.", **SIGNED}
    page = us.post(f"{PATH}/withdraw", {**us.get(PATH).fields, **sent})
    assert (us.status, page.said) == (303, [])
    assert dict(enrolled(us.desk)) == {}
    assert "No code is enrolled." in us.get(PATH).text
    assert "is not known here" in us.post("/scanner", {"scanned": NEW}).text
    enrol(us, "adeyemi")  # and it begins anew
    assert dict(enrolled(us.desk)) == {}
    enrol(us, "okafor")
    assert dict(enrolled(us.desk)) == {NEW: "besponsa-us"}


def test_an_auditor_reads_the_codes_and_changes_none(us: Browser) -> None:
    enrol(us, "okafor")
    us.sign_in("whitfield")
    page = us.get(PATH)
    assert (us.status, PATH in page.actions) == (200, False)
    us.post(PATH, {"scanned": f"]d201{NEW}", "product": "besponsa-us", **SIGNED})
    assert us.status == 403


def test_the_uk_desk_enrols_its_own(tmp_path: Path) -> None:
    uk = Browser(tmp_path, UK)
    enrol(uk, "hughes", "besponsa-uk")
    enrol(uk, "farouk", "besponsa-uk")
    assert dict(enrolled(uk.desk)) == {NEW: "besponsa-uk"}
    assert "BESPONSA, UK" in uk.post("/scanner", {"scanned": NEW}).text
