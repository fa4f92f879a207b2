"""What is picked, at its page: scanned or typed twice, stopped, and out again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from path_desk import ADDRESS, FLUIDS, GS, GTIN, NUMBER, WITNESS, Bench, vial
from web_desk import UK, US, Html, on

from compounding import records, training
from compounding.records import Event
from compounding.scanning import own_code
from compounding.web.picking import KEPT
from compounding.workflow.materials import Kind, Out, ReadBy, live

ANOTHER = "2026-000003"
"""The order of another patient: one vial."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """The worked example, verified: nothing is picked yet."""
    desk = Bench(tmp_path, US)
    assert desk.verify(NUMBER).status_code == 303
    return desk


def event_of(bench: Bench, user: str, action: str) -> Event:
    account = records.account(bench.desk.engine, user)
    assert account is not None
    return Event(account.person, action, bench.now)


# ------------------------------------------------------------------ scanned


def test_a_scan_is_recorded_at_the_place_that_waits_for_it(bench: Bench) -> None:
    assert "Scan vial 1 of 2" in bench.page().text
    bench.scan(vial(61))
    assert bench.status == 303
    (found,) = bench.standing.materials
    assert (found.kind, found.place, found.product) == (Kind.DRUG, 1, "besponsa-us")
    assert (found.lot, found.expiry.isoformat(), found.serial) == ("TR4471A", "2027-11-30", "2200861")
    assert (found.gtin, found.maker, found.quantity) == (GTIN[US], "Pfizer", "1 vial")
    assert (found.read_by, found.raw, found.person) == (ReadBy.SCANNED, vial(61), "okafor")
    assert bench.state == "order verified"
    assert "Scan vial 2 of 2" in bench.page().text


def test_the_log_keeps_what_was_scanned_and_what_was_read_of_it(bench: Bench) -> None:
    bench.scan(vial(61))
    told = bench.newest()
    assert (told.action, told.subject, told.person.id) == ("material recorded", NUMBER, "okafor")
    assert told.details == {
        "material": "Vial 1",
        "product": "inotuzumab ozogamicin",
        "maker": "Pfizer",
        "lot": "TR4471A",
        "expiry": "Nov 30, 2027",
        "serial": "2200861",
        "read": "scanned",
        "raw": vial(61),
        "match": "as planned",
    }


def test_the_last_material_leads_to_the_next_state(bench: Bench) -> None:
    bench.pick()
    assert bench.state == "materials recorded"
    assert bench.newest().changes == (("State", "order verified", "materials recorded"),)
    quantities = {one.kind.value: one.quantity for one in bench.standing.materials}
    # 2 vials of 4 mL water each; the bag holds 50 mL.
    assert quantities == {"drug": "1 vial", "water": "8 mL", "diluent": "50 mL", "container": "1"}


def test_a_vial_of_the_other_market_is_one_of_ours_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path, UK)
    bench.verify(NUMBER)
    bench.scan(vial(1, gtin=GTIN[UK]))
    assert bench.status == 303
    assert bench.standing.materials[0].product == "besponsa-uk"


# ------------------------------------------------------------------ stops

# Read on 12 March 2026 at 09:00 in New York: an infusion would end by 17:00 of that day.
STOPS = [
    (vial(1, gtin="00300084510014"), "Stop: this is another drug", "Gemtuzumab ozogamicin (Mylotarg)", "look-alike"),
    (
        vial(1, gtin=GTIN[UK]),
        "Stop: this is the other market’s vial",
        "This is the vial of the UK, BESPONSA 1 mg: here the vials of the US are used",
        "other-market",
    ),
    (
        vial(1, expiry="260311"),
        "Stop: expired before the infusion ends",
        "The vial was good until Mar 11, 2026, and it is needed on Mar 12, 2026.",
        "expired",
    ),
    (
        vial(1, expiry="260200"),
        "Stop: expired before the infusion ends",
        "The vial was good until Feb 28, 2026, and it is needed on Mar 12, 2026.",
        "expired",
    ),
    (
        vial(1, gtin="00614141000012"),
        "Stop: this code is not known here",
        "“00614141000012” is not known here. Do not use the vial. If 00614141000012 is a code of the planned product,"
        " two people enrol it in the settings",
        "unknown-product",
    ),
    (vial(1, gtin="00300080100012"), "Stop: misread", "its last figure does not fit the others", "bad-check-digit"),
    (
        own_code(NUMBER, "1"),
        "Stop: this is one of our own papers",
        f"This is our own label, copy 1 of preparation {NUMBER}, not a vial.",
        "own-label",
    ),
    ("https://example.org", "Stop: this is not the code of a vial", "is an address of the web", "not-a-code"),
    ("hello", "Stop: this is not the code of a vial", "“hello” is not the code of a vial.", "not-a-code"),
    # Without a separator the lot may hold all that follows: (10)AB17271130... has more than one reading.
    (
        f"]d201{GTIN[US]}10AB17271130",
        "Stop: this can be read in more than one way",
        "Type the lot and the expiry, each twice.",
        "ambiguous",
    ),
    ("1" * 10_000, "Stop: this is no vial", "This scan of 10,000 characters is no code of a vial", "too-long"),
]


@pytest.mark.parametrize(("scanned", "heading", "sentence", "code"), STOPS, ids=lambda part: str(part)[:24])
def test_what_may_not_be_used_stops(bench: Bench, scanned: str, heading: str, sentence: str, code: str) -> None:
    before = bench.stored()
    page = bench.scan(scanned)
    assert bench.status == 422
    assert heading in page.text
    assert sentence in page.text
    assert "Nothing was recorded for vial 1. Scan kept in the log at 09:00." in page.text
    assert page.elements["scan"].keys() >= {"autofocus"}
    assert (page.elements["scan"]["value"], page.problems) == ("", [])
    assert bench.stored() == before
    told = bench.newest()
    assert (told.action, told.details["match"]) == ("scan refused", code)
    assert told.details["raw"][:KEPT] == scanned[:KEPT]
    assert sentence.split("“")[0] in told.reason


def test_a_stop_is_an_alert_and_goes_with_the_next_right_scan(bench: Bench) -> None:
    bench.scan("hello")
    source = bench.client.post(
        f"{ADDRESS}/scan", data={**bench.page().fields, "scan": vial(1, expiry="260311")}
    ).get_data(as_text=True)
    stop = source.index('class="path-stop" role="alert"')
    assert stop < source.index('id="scan"')
    bench.scan(vial(1))
    assert bench.status == 303
    assert "Stop:" not in bench.page().text


def test_how_long_a_scan_was_stands_beside_what_is_kept_of_it(bench: Bench) -> None:
    bench.scan("1" * 10_000)
    assert bench.newest().details["raw"] == f"{'1' * KEPT} (10,000 characters)"


def test_an_empty_scan_is_no_scan(bench: Bench) -> None:
    entries = len(records.timeline(bench.desk.engine, NUMBER))
    page = bench.scan("")
    assert (bench.status, "Nothing was scanned. Scan the vial." in page.text) == (422, True)
    found = records.timeline(bench.desk.engine, NUMBER)[entries:]
    assert [one.event.action for one in found if not one.event.action.endswith("viewed")] == []


ENDS = [  # an infusion may last 8 h from the first vial wetted, which is not before now; New York is at UTC-4
    (datetime(2026, 3, 12, 19, 59, tzinfo=UTC), "260312", 303),  # 15:59, so until 23:59 of the 12th
    (datetime(2026, 3, 12, 20, 0, tzinfo=UTC), "260312", 422),  # 16:00, so until 00:00 of the 13th
    (datetime(2026, 3, 12, 20, 0, tzinfo=UTC), "260313", 303),
]


@pytest.mark.parametrize(("now", "expiry", "status"), ENDS)
def test_a_vial_must_be_good_until_the_infusion_may_end(bench: Bench, now: datetime, expiry: str, status: int) -> None:
    bench.now = now
    bench.sign_in("okafor")
    bench.scan(vial(1, expiry=expiry))
    assert bench.status == status


def test_a_vial_that_expires_before_the_day_of_the_dose_is_not_for_it(tmp_path: Path) -> None:
    """An order for the 13th, picked on the 12th."""
    bench = Bench(tmp_path, US)
    number = bench.save(bench.review(**on("give_on", 13, 3, 2026))).headers["Location"].rpartition("/")[2]
    bench.verify(number)
    page = bench.get(f"/preparations/{number}")
    stopped = bench.post(f"/preparations/{number}/scan", {**page.fields, "scan": vial(1, expiry="260312")})
    assert "good until Mar 12, 2026, and it is needed on Mar 13, 2026" in stopped.text


def test_a_vial_is_recorded_once(bench: Bench) -> None:
    bench.scan(vial(1))
    page = bench.scan(vial(1))
    assert bench.status == 409
    assert f"The vial with serial number 2200801 is recorded for {NUMBER} already: take another vial." in page.text
    assert len(bench.standing.materials) == 1
    assert bench.newest().action == "scan refused"


def test_a_vial_of_another_preparation_is_named_with_its_number(bench: Bench) -> None:
    bench.verify(ANOTHER, weight="64.8", level="0.5", dose="0.90")
    fields = bench.get(f"/preparations/{ANOTHER}").fields
    bench.post(f"/preparations/{ANOTHER}/scan", {**fields, "scan": vial(9)})
    assert bench.status == 303
    page = bench.scan(vial(9))
    assert f"The vial with serial number 2200809 is recorded for {ANOTHER} already" in page.text
    assert bench.standing.materials == ()


@pytest.mark.parametrize("lot", ["TR4471A", "tr 4471-a"], ids=["as scanned", "as somebody typed it"])
def test_a_recalled_lot_stops(bench: Bench, lot: str) -> None:
    told = event_of(bench, "adeyemi", "lot recalled")
    records.put_recall(bench.desk.engine, "besponsa-us", lot, "Glass found in two vials", told)
    page = bench.scan(vial(1))
    assert bench.status == 409
    assert "is recalled" in page.text
    assert "ake another" in page.text
    assert bench.standing.materials == ()
    assert bench.newest().action == "scan refused"


def test_a_vial_too_many_is_put_back(bench: Bench) -> None:
    bench.scan(vial(1))
    bench.scan(vial(2))
    page = bench.scan(vial(3))
    assert (bench.status, "All vials are recorded already. Put it back." in page.text) == (422, True)


# ------------------------------------------------------------------ codes that the site added

WATER = "water: Sterile Water for Injection, USP"
DEXTROSE = "diluent: 5% dextrose injection"


def enrol(bench: Bench, gtin: str, product: str) -> None:
    """Two people, one after the other."""
    for user, standing in (("lindqvist", "proposed"), ("adeyemi", "holds")):
        records.put_setting(
            bench.desk.engine, f"code:{gtin}", product, standing, event_of(bench, user, "code enrolled")
        )


def test_water_is_scanned_once_its_code_is_enrolled(bench: Bench) -> None:
    scanned = f"]d201006141410000121728013110TR-W-2291{GS}21A"
    bench.scan(scanned)
    assert bench.status == 422
    enrol(bench, "00614141000012", WATER)
    bench.scan(scanned)
    assert bench.status == 303
    (found,) = bench.standing.materials
    assert (found.kind, found.product, found.name) == (Kind.WATER, WATER, "Sterile Water for Injection, USP")
    assert (found.lot, found.expiry.isoformat(), found.read_by) == ("TR-W-2291", "2028-01-31", ReadBy.SCANNED)


def test_water_whose_lot_has_more_than_one_reading_is_typed(bench: Bench) -> None:
    """Without a separator the lot is TR-W-2291, or TR-W- before the identifier (22) with 91."""
    enrol(bench, "00614141000012", WATER)
    page = bench.scan("]d201006141410000121728013110TR-W-2291")
    assert (bench.status, bench.standing.materials) == (200, ())
    assert "Water: lot and expiry" in page.text
    assert page.fields["lot"] == ""


def test_a_code_that_one_person_proposed_is_not_known_yet(bench: Bench) -> None:
    told = event_of(bench, "lindqvist", "code proposed")
    records.put_setting(bench.desk.engine, "code:00614141000012", WATER, "proposed", told)
    page = bench.scan("]d20100614141000012172801311TR")
    assert bench.status == 422
    assert "Stop" in page.text


def test_another_drug_s_diluent_is_not_taken_for_this_one(bench: Bench) -> None:
    enrol(bench, "00614141000012", DEXTROSE)
    page = bench.scan("]d201006141410000121728013110TR-D-1")
    assert (bench.status, bench.standing.materials) == (422, ())
    assert f"{DEXTROSE} is not on the list of {NUMBER}. Put it back." in page.text


def test_water_that_is_too_old_stops(bench: Bench) -> None:
    enrol(bench, "00614141000012", WATER)
    page = bench.scan(f"]d201006141410000121726031110TR-W-2291{GS}21A")
    sentence = "Sterile Water for Injection, USP, lot TR-W-2291, is good until Mar 11, 2026, and it is needed on"
    assert (bench.status, sentence in page.text) == (422, True)


# ------------------------------------------------------------------ typed twice


def test_lot_and_expiry_are_typed_twice_and_the_second_does_not_see_the_first(bench: Bench) -> None:
    again = bench.typing("water", lot="TR-W-2291")
    assert bench.status == 200
    assert bench.standing.materials == ()
    source = bench.client.post(
        f"{ADDRESS}/type/water",
        data={**bench.get(f"{ADDRESS}/type/water").fields, "maker": "M", "lot": "ZZ-77", **on("expiry", 29, 4, 2029)},
    ).get_data(as_text=True)
    assert [told for told in ("ZZ-77", "2029", 'value="29"') if told in source] == []
    assert again.fields["lot"] == ""
    bench.post(f"{ADDRESS}/type/water", {**again.fields, "lot": "TR-W-2291", **on("expiry", 31, 1, 2028)})
    assert bench.status == 303
    (found,) = bench.standing.materials
    assert (found.kind, found.maker, found.lot, found.read_by) == (
        Kind.WATER,
        "Example Fluids",
        "TR-W-2291",
        ReadBy.TYPED,
    )
    assert found.raw == "TR-W-2291 2028-01-31"


APART = [
    {"lot": "TR-W-2219", **on("expiry", 31, 1, 2028)},
    {"lot": "TR-W-2291", **on("expiry", 31, 1, 2029)},
    {"lot": "tr-w-2291", **on("expiry", 31, 1, 2028)},
]


@pytest.mark.parametrize("second", APART, ids=["another lot", "another year", "other letters"])
def test_two_typings_that_differ_record_nothing(bench: Bench, second: dict[str, str]) -> None:
    again = bench.typing("water", lot="TR-W-2291")
    page = bench.post(f"{ADDRESS}/type/water", {**again.fields, **second})
    assert bench.status == 422
    assert page.said == ["Lot: This is not what was typed the first time. Type lot and expiry again from the pack,"
                         " both times."]  # fmt: skip
    assert (page.fields["lot"], "first" in page.fields) == ("", False)
    assert bench.standing.materials == ()
    told = bench.newest()
    assert (told.action, told.details["lot"]) == ("lot typed differently", second["lot"])


def test_the_first_typing_of_one_page_is_none_for_another(bench: Bench) -> None:
    """What stands for the first typing is bound to the material that it was of."""
    first = bench.typing("water", lot="SAME-1").fields["first"]
    other = bench.get(f"{ADDRESS}/type/diluent").fields
    sent = {**other, "maker": "Example Fluids", "lot": "SAME-1", **on("expiry", 31, 1, 2028), "first": first}
    bench.post(f"{ADDRESS}/type/diluent", sent)
    assert (bench.status, bench.standing.materials) == (422, ())


WRONG = [
    ("water", {"maker": ""}, "Maker: Type the maker, as on the pack."),
    ("water", {"lot": ""}, "Lot: Type the lot."),
    ("water", {"lot": "L" * 21}, "Lot: "),
    (
        "water",
        on("expiry", 11, 3, 2026),
        "Expiry: Sterile Water for Injection, USP, lot TR-W-2291, is good until Mar 11, 2026, and it is needed on"
        " Mar 12, 2026. Take another.",
    ),
    ("water", on("expiry", "", 3, 2026), "Expiry: The day is missing."),
    ("drug", {"product": ""}, "Product number: Scan or type the product number."),
    ("drug", {"product": GTIN[UK]}, "Product number: This is the vial of the UK, BESPONSA 1 mg"),
    ("drug", {"product": "0008-4510-01"}, "Product number: Gemtuzumab ozogamicin (Mylotarg)"),
    ("drug", {"product": "besponsa"}, "Product number: “besponsa” is not the code of a vial."),
]


OLD = {"product": GTIN[US], "lot": "TR4471A", **on("expiry", 30, 11, 2025)}
TYPED = [  # which may not be used: what was sent, the match and what was read, and what was typed
    ("drug", {"product": GTIN[UK]}, "other-market", f"(01) {GTIN[UK]}", GTIN[UK]),
    ("drug", {"product": "0008-4510-01"}, "look-alike", "(01) 00300084510014", "0008-4510-01"),
    ("drug", {"product": "https://x.test"}, "not-a-code", "nothing", "https://x.test"),
    ("drug", {"product": own_code(NUMBER, "1")}, "own-label", "nothing", own_code(NUMBER, "1")),
    ("drug", OLD, "expired", f"(01) {GTIN[US]} (17) Nov 30, 2025 (10) TR4471A", GTIN[US]),
    ("water", {"lot": "TR-W-1", **on("expiry", 11, 3, 2026)}, "expired", "(17) Mar 11, 2026 (10) TR-W-1",
     "TR-W-1 2026-03-11"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "match", "read", "raw"), TYPED)
def test_what_may_not_be_used_is_kept_though_it_was_typed(
    bench: Bench, kind: str, changes: dict[str, str], match: str, read: str, raw: str
) -> None:
    before = bench.stored()
    page = bench.typing(kind, **{"lot": "TR4471A", **changes})
    assert (bench.status, bench.stored()) == (422, before)
    told = bench.newest()
    assert (told.action, told.subject) == ("typed refused", NUMBER)
    assert told.details == {"raw": raw, "read as": read, "match": match}
    assert any(told.reason in said for said in page.said)


def test_a_recalled_lot_that_is_typed_is_kept_as_typed(bench: Bench) -> None:
    records.put_recall(
        bench.desk.engine, "besponsa-us", "TR4471A", "Glass found", event_of(bench, "adeyemi", "lot recalled")
    )
    again = bench.typing("drug", lot="tr4471a", product="0008-0100-01")
    bench.post(f"{ADDRESS}/type/drug", {**again.fields, "lot": "tr4471a", **on("expiry", 31, 1, 2028)})
    assert (bench.status, bench.standing.materials) == (409, ())
    assert (bench.newest().action, bench.newest().details["raw"]) == ("typed refused", "0008-0100-01")


@pytest.mark.parametrize(("kind", "changes", "sentence"), WRONG)
def test_what_is_typed_is_judged_at_its_field(bench: Bench, kind: str, changes: dict[str, str], sentence: str) -> None:
    code = {"product": "0008-0100-01"} if kind == "drug" else {}
    page = bench.typing(kind, **{"lot": "TR-W-2291", **code, **changes})
    assert bench.status == 422
    assert any(said.startswith(sentence) for said in page.said), page.said
    assert page.fields["lot"] == changes.get("lot", "TR-W-2291")
    assert bench.standing.materials == ()


def test_a_vial_is_typed_by_its_product_number(bench: Bench) -> None:
    again = bench.typing("drug", lot="TR4471A", product="0008-0100-01")
    bench.post(f"{ADDRESS}/type/drug", {**again.fields, "lot": "TR4471A", **on("expiry", 31, 1, 2028)})
    (found,) = bench.standing.materials
    assert (found.place, found.product, found.gtin) == (1, "besponsa-us", GTIN[US])
    assert (found.serial, found.read_by, found.maker) == (None, ReadBy.TYPED, "Pfizer")


def test_a_code_of_the_product_alone_asks_for_the_rest(bench: Bench) -> None:
    """A linear symbol of a US vial holds its NDC and nothing else."""
    page = bench.scan("0008-0100-01")
    assert (bench.status, page.problems) == (200, [])
    assert page.fields["product"] == "0008-0100-01"
    assert "Vial 1: lot and expiry" in page.text
    again = bench.post(f"{ADDRESS}/type/drug", {**page.fields, "lot": "L1", **on("expiry", 31, 1, 2028)})
    assert again.fields["product"] == "0008-0100-01"
    bench.post(f"{ADDRESS}/type/drug", {**again.fields, "lot": "L1", **on("expiry", 31, 1, 2028)})
    (found,) = bench.standing.materials
    assert (found.lot, found.raw, found.gtin, found.read_by) == ("L1", "0008-0100-01", GTIN[US], ReadBy.TYPED)
    assert bench.newest().details["raw"] == "0008-0100-01"


def test_the_scan_of_a_fluid_stands_in_its_record_though_its_lot_is_typed(bench: Bench) -> None:
    """Its linear symbol holds the product code alone; the two typings bring the rest."""
    enrol(bench, "00614141000012", WATER)
    page = bench.scan("]C00614141000012")
    assert (bench.status, page.fields["product"]) == (200, "]C00614141000012")
    typed = {"maker": "Example Fluids", "lot": "TR-W-1", **on("expiry", 31, 1, 2028)}
    again = bench.post(f"{ADDRESS}/type/water", {**page.fields, **typed})
    assert again.fields["product"] == "]C00614141000012"
    bench.post(f"{ADDRESS}/type/water", {**again.fields, **typed})
    (found,) = bench.standing.materials
    assert (found.raw, found.gtin, found.lot) == ("]C00614141000012", "00614141000012", "TR-W-1")


def test_a_code_of_something_else_is_not_the_fluid_s(bench: Bench) -> None:
    page = bench.typing("water", product="0008-0100-01", lot="TR-W-1")
    said = "Product number: “0008-0100-01” is inotuzumab ozogamicin, and no water."
    assert (bench.status, page.said, bench.newest().details["match"]) == (422, [said], "other-product")


@pytest.mark.parametrize("kind", ["vial", "x"])
def test_nothing_else_is_typed(bench: Bench, kind: str) -> None:
    bench.get(f"{ADDRESS}/type/{kind}")
    assert bench.status == 404


def test_what_is_there_is_not_typed_again(bench: Bench) -> None:
    bench.pick()
    page = bench.get(f"{ADDRESS}/type/water")
    assert bench.status == 409
    assert "The preparation is materials recorded by now" in page.text


# ------------------------------------------------------------------ out again


def out(bench: Bench, place: int, **sent: str) -> Any:
    """Takes a vial out at its page, before a witness."""
    (vial_,) = [one for one in live(bench.standing.materials) if one.place == place]
    path = f"{ADDRESS}/out/{vial_.id}"
    fields = bench.get(path).fields
    return bench.post(path, {**fields, **WITNESS, **sent})


STOCK = {"back to stock": "Vial 2, lot TR4471A, serial 2200802"}
BIN = {"into the bin": "Vial 2, whole, 0.9 mg, powder", "witness": "J. Park, technician"}
OUTS = [
    ("replaced", Out.REPLACED, 0, STOCK),
    ("returned", Out.RETURNED, 0, STOCK),
    ("broken", Out.BROKEN, 1, BIN),
    ("discarded", Out.DISCARDED, 1, BIN),
]


@pytest.mark.parametrize(("why", "out_", "wastes", "told"), OUTS)
def test_a_vial_leaves_with_its_reason(bench: Bench, why: str, out_: Out, wastes: int, told: dict[str, str]) -> None:
    bench.pick()
    out(bench, 2, why=why, words="Stopper loose")
    assert (bench.status, bench.state) == (303, "order verified")
    (left,) = [one for one in bench.standing.materials if one.out]
    assert (left.place, left.out) == (2, out_)
    # A vial of 0.9 mg as powder.
    binned = [(str(one.mass), str(one.volume), one.place, one.witness) for one in bench.standing.wastes]
    assert binned == [("0.9 mg", "0 mL", 2, "park")] * wastes
    entry = bench.newest()
    assert entry.details == {"material": "Vial 2", "lot": "TR4471A", "serial": "2200802", **told}
    assert (entry.action, entry.reason_code) == ("material taken out", why)
    assert entry.reason.endswith("“Stopper loose”")
    bench.scan(vial(3))
    assert bench.state == "materials recorded"


def test_a_vial_that_went_back_to_stock_may_be_taken_again(bench: Bench) -> None:
    bench.scan(vial(1))
    out(bench, 1, why="returned")
    bench.scan(vial(1))
    assert bench.status == 303


NO_WITNESS = [
    ({"witness": ""}, "Witness, user name: The witness types their user name."),
    ({"witness_secret": ""}, "Password of the witness: The witness types their password."),
    ({"witness": "okafor"}, "Witness, user name: The witness must be somebody else than you."),
    ({"witness_secret": "wrong"}, "Password of the witness: The user name or the password of the witness is not"
                                  " right. Nothing is recorded."),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "sentence"), NO_WITNESS)
def test_drug_that_is_lost_is_seen_by_a_second_person(bench: Bench, sent: dict[str, str], sentence: str) -> None:
    bench.scan(vial(1))
    page = out(bench, 1, why="broken", **sent)
    assert (bench.status, page.said, bench.standing.wastes) == (422, [sentence], ())
    assert len(live(bench.standing.materials)) == 1
    out(bench, 1, why="returned", **{**sent, "witness": ""})  # what goes back whole needs nobody
    assert (bench.status, live(bench.standing.materials)) == (303, ())


def test_a_bag_that_leaks_with_no_drug_in_it_needs_no_witness(bench: Bench) -> None:
    bench.pick()
    page = bench.get(f"{ADDRESS}/out/{next(one.id for one in bench.standing.materials if one.kind is Kind.WATER)}")
    assert "witness" not in page.fields
    bench.post(page.actions[-1], {**page.fields, "why": "broken"})
    assert bench.newest().details["into the bin"] == "Water, lot TR-W-2291"


def test_why_it_leaves_must_be_said(bench: Bench) -> None:
    bench.scan(vial(1))
    page = out(bench, 1, why="")
    assert (bench.status, page.said) == (422, ["Reason: Choose a reason."])
    assert len(live(bench.standing.materials)) == 1


def test_what_is_in_use_does_not_leave(bench: Bench) -> None:
    bench.pick()
    ids = {(one.kind, one.place): one.id for one in bench.standing.materials}
    bench.wet(1)
    for kind, place, status in (
        (Kind.DRUG, 1, 409),
        (Kind.WATER, 0, 409),
        (Kind.DRUG, 2, 200),
        (Kind.CONTAINER, 0, 200),
    ):
        bench.get(f"{ADDRESS}/out/{ids[kind, place]}")
        assert bench.status == status, (kind, place)
    bench.get(f"{ADDRESS}/out/999")
    assert bench.status == 404


def test_a_recalled_vial_leaves_before_anything_else_is_done(bench: Bench) -> None:
    bench.pick()
    told = event_of(bench, "adeyemi", "lot recalled")
    records.put_recall(bench.desk.engine, "besponsa-us", "TR4471A", "Glass found", told)
    page = bench.page()
    assert "Take out vial 1" in page.text
    first = min(one.id or 0 for one in bench.standing.materials if one.kind is Kind.DRUG)
    assert f"{ADDRESS}/out/{first}" in [href for href, _, _ in page.links]


# ------------------------------------------------------------------ a bag that leaks


@pytest.fixture
def wetted(bench: Bench) -> Bench:
    bench.pick()
    bench.wet()
    return bench


def put_aside(bench: Bench, kind: Kind, **sent: str) -> Any:
    """Opens the page of what is put aside, and says why."""
    (there,) = [one for one in live(bench.standing.materials) if one.kind is kind]
    path = f"{ADDRESS}/out/{there.id}"
    return bench.post(path, {**bench.get(path).fields, "why": "broken", "words": "Leaks at the port", **sent})


LEAKS = [  # what is put aside, its name on the page, after the check or before
    (Kind.CONTAINER, "Scan the empty container", False),
    (Kind.CONTAINER, "Scan the empty container", True),
    (Kind.DILUENT, "Scan the 0.9% sodium chloride injection, USP", True),
]


@pytest.mark.parametrize(("kind", "title", "checked"), LEAKS)
def test_a_bag_that_leaks_is_replaced_before_the_drug_is_in_it(
    wetted: Bench, kind: Kind, title: str, checked: bool
) -> None:
    if checked:
        wetted.check()
    before = wetted.state
    put_aside(wetted, kind)
    assert (wetted.status, wetted.state) == (303, before)
    told = wetted.newest()
    assert (told.action, told.reason) == ("bag or diluent put aside", "Broken or leaking. “Leaks at the port”")
    assert title in wetted.page().text
    wetted.act("add-drug")
    assert (wetted.status, wetted.state) == (409, before)
    wetted.type_twice(kind.value, "TR-C-0999")
    assert (wetted.status, wetted.state, wetted.newest().action) == (303, before, "bag or diluent replaced")
    lots = [(one.lot, one.out) for one in wetted.standing.materials if one.kind is kind]
    assert lots == [(FLUIDS[kind.value], Out.BROKEN), ("TR-C-0999", None)]
    assert wetted.standing.wastes == ()  # no drug was in it


def test_no_drug_is_added_to_a_bag_that_is_not_recorded(wetted: Bench) -> None:
    wetted.check()
    put_aside(wetted, Kind.CONTAINER)
    page = wetted.act("add-drug")
    assert (wetted.status, wetted.state) == (409, "in-process checked")
    assert "The container was put aside: record the one that takes its place first." in page.text


def test_nothing_is_checked_without_its_bag(wetted: Bench) -> None:
    put_aside(wetted, Kind.CONTAINER)
    wetted.sign_in("adeyemi")
    page = wetted.get(f"{ADDRESS}/check")
    assert wetted.status == 409
    assert "The container was put aside: record the one that takes its place first." in page.text


def test_whoever_checked_it_replaces_no_bag(wetted: Bench) -> None:
    wetted.check()
    put_aside(wetted, Kind.CONTAINER)
    wetted.sign_in("adeyemi")
    wetted.get(f"{ADDRESS}/type/container")
    assert wetted.status == 409
    page = wetted.scan("x")
    assert "Whoever checked it may not do this: it needs another person." in page.text


def test_no_vial_is_recorded_in_place_of_a_bag(wetted: Bench) -> None:
    put_aside(wetted, Kind.CONTAINER)
    page = wetted.scan(vial(3))
    assert (wetted.status, "All vials are recorded already. Put it back." in page.text) == (422, True)


def test_a_bag_that_leaks_with_the_drug_in_it_is_rejected(wetted: Bench) -> None:
    """Two vials of 0.9 mg: 0.34 mg were left at the draw, 1.46 mg are in the bag, and all 1.8 mg are discarded."""
    wetted.check()
    wetted.act("add-drug")
    put_id = next(one.id for one in wetted.standing.materials if one.kind is Kind.CONTAINER)
    page = wetted.get(f"{ADDRESS}/out/{put_id}")
    assert (wetted.status, "Container cannot leave 2026-000001 any more." in page.text) == (409, True)
    assert f"{ADDRESS}/end/reject" in [href for href, _, _ in wetted.page().links]
    wetted.act("end/reject", why="leak", **WITNESS)
    assert (wetted.status, wetted.state) == (303, "rejected")
    assert [(one.what.value, str(one.mass)) for one in wetted.standing.wastes] == [
        ("vial remainder", "0.34 mg"),
        ("bag", "1.46 mg"),
    ]
    assert wetted.standing.wastes[-1].reason == "The bag or a syringe leaks, or was spilt"


def test_the_page_lists_what_is_wanting_and_what_left(bench: Bench) -> None:
    bench.scan(vial(61))
    page = bench.page()
    assert "Vial 1: inotuzumab ozogamicin Pfizer, serial 2200861 TR4471A Nov 30, 2027 1 vial scanned" in page.text
    assert "waiting: vial 2, water, diluent, container" in page.text
    out(bench, 1, why="broken")
    assert "Broken" in bench.page().text


# ------------------------------------------------------------------ one pack, and not two

WHOLE = f"01{GTIN[US]}1727113010TR4471A"


def whole(bench: Bench, raw: str, **typed: str) -> Html:
    """The whole code of a vial where its product number is asked for, and its lot and expiry typed, both times."""
    sent = {"product": raw, "lot": "TR4471A", **on("expiry", 30, 11, 2027), **typed}
    again = bench.typing("drug", **sent)
    if bench.status != 200:
        return again
    return bench.post(f"{ADDRESS}/type/drug", {**again.fields, **{**sent, "product": again.fields["product"]}})


def test_a_vial_whose_code_is_sent_to_the_typing_page_keeps_its_serial(bench: Bench) -> None:
    whole(bench, vial(1))
    (found,) = bench.standing.materials
    assert (bench.status, found.serial, found.raw, found.read_by) == (303, "2200801", vial(1), ReadBy.TYPED)
    bench.scan(vial(1))
    assert (bench.status, len(bench.standing.materials)) == (409, 1)
    whole(bench, vial(1))
    assert (bench.status, len(bench.standing.materials)) == (409, 1)


OTHERWISE = [
    ({"lot": "OTHER9"}, "Lot: “OTHER9” is typed, and the code of the pack says lot “TR4471A”: read the pack again."),
    (on("expiry", 31, 1, 2029),
     "Expiry: “Jan 31, 2029” is typed, and the code of the pack says expiry “Nov 30, 2027”: read the pack again."),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "sentence"), OTHERWISE)
def test_what_is_typed_agrees_with_the_code_of_the_pack(bench: Bench, typed: dict[str, str], sentence: str) -> None:
    page = whole(bench, vial(1), **typed)
    assert (bench.status, page.said, bench.standing.materials) == (422, [sentence], ())


def test_the_same_code_without_a_serial_is_asked_about_before_it_is_the_next_vial(bench: Bench) -> None:
    bench.scan(f"]d2{WHOLE}{GS}")
    asked = bench.scan(f"]d2{WHOLE}{GS}")
    said = "Vial 1 was recorded a moment ago by this very code. Is this another pack? Then scan it once more."
    assert (bench.status, said in asked.text, len(bench.standing.materials)) == (409, True, 1)
    assert bench.newest().details["match"] == "twice"
    bench.post(f"{ADDRESS}/scan", {**asked.fields, "again": "yes", "scan": f"]d2{WHOLE}{GS}"})
    assert (bench.status, len(bench.standing.materials)) == (409, 1)  # nobody else's answer
    bench.post(f"{ADDRESS}/scan", {**asked.fields, "scan": f"]d2{WHOLE}{GS}"})
    assert (bench.status, [one.place for one in bench.standing.materials]) == (303, [1, 2])


@pytest.mark.parametrize(("seconds", "status"), [(10, 409), (11, 303)])
def test_after_ten_seconds_the_same_code_is_another_pack(bench: Bench, seconds: int, status: int) -> None:
    bench.scan(f"]d2{WHOLE}{GS}")
    bench.later(seconds=seconds)
    bench.scan(f"]d2{WHOLE}{GS}")
    assert bench.status == status


# ------------------------------------------------------------------ a code that names the drug

NEW = "09506000134352"  # GS1's prefix for examples; the sum of 3 × and 1 × its figures is 78, and 2 makes it 80


def proposes(bench: Bench, user: str, product: str) -> int:
    bench.sign_in(user)
    sent = {"scanned": f"]d201{NEW}", "product": product, "signing_secret": training.PIN}
    return bench.client.post("/settings/codes", data={**bench.get("/settings/codes").fields, **sent}).status_code


BOTH = [  # the two people, the product, and how the second is answered
    (("okafor", "park"), "besponsa-us", 409),
    (("okafor", "lindqvist"), "besponsa-us", 303),
    (("lindqvist", "okafor"), "besponsa-us", 303),
    (("okafor", "park"), WATER, 303),
]


@pytest.mark.parametrize(("people", "product", "status"), BOTH)
def test_a_code_of_the_drug_is_enrolled_by_a_pharmacist_among_the_two(
    bench: Bench, people: tuple[str, str], product: str, status: int
) -> None:
    first, second = people
    assert [proposes(bench, first, product), proposes(bench, second, product)] == [303, status]
