"""The two papers of both markets: every figure on them, nothing forbidden, and the same bytes each time."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

import labels
from compounding import papers
from compounding.dosing import Transplant
from compounding.papers import Answer, Bagged, Hour, Recorded, Refused, Work, lacking, over_rows
from compounding.papers.stored import read_back
from compounding.patient import Identity
from compounding.policy import Formula, LabelSize, Making, Market, Policy, Site
from compounding.scanning import is_own_code
from compounding.web.reasons import OVERRIDE
from compounding.wording.findings import short
from compounding.wording.plans import plan_text
from compounding.workflow.labels import due
from tests.orders import IN, mL, uk, us

NUMBER = "2026-000123"
SITES = {
    Market.US: Site(
        "Example Hospital", "Example Hospital Pharmacy", "1 Example Way", "(555) 010-0199", "1", Policy(Market.US)
    ),
    Market.UK: Site(
        "Example Infirmary",
        "Example Infirmary Pharmacy",
        "1 Example Road, Exampletown EX1 2AB",
        "020 7946 0123",
        "1",
        Policy(Market.UK),
    ),
}
PATIENT = Identity(
    family="Rivera",
    given="Elena",
    born=date(1980, 8, 14),
    location="6 East, bed 12",
    mrn="00417352",
    nhs_number="9990123454",
    hospital_number="TR-20417",
)


def work(market, made=None, identity=PATIENT, **said):
    made = made or IN[market](ordered="1.46")
    known = {
        "number": NUMBER,
        "text": plan_text(made),
        "identity": identity,
        "site": SITES[market],
        "prescriber": "A. Nguyen, MD",
        "give_on": date(2026, 3, 12),
        "height_measured": date(2026, 3, 10),
        "weight_measured": date(2026, 3, 10),
        "entered_by": "R. Okafor",
        "entered_at": "Mar 12, 2026 08:09",
    }
    return Work(**{**known, **said})


def pdf(document, work, copy=1, dpi=203):
    return papers.draw(papers.strings(document, work, copy), dpi)


def words(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def pictures(data, dpi):
    with pypdfium2.PdfDocument(data) as document:
        return [page.render(scale=dpi / 72).to_pil() for page in document]


BOTH = [(document, market) for document in papers.DOCUMENTS for market in Market]
ids = [f"{document}-{market.value}" for document, market in BOTH]


LABEL = {
    Market.US: [
        "RIVERA, Elena", "MRN", "00417352", "Aug 14, 1980", "6 East, bed 12", "inotuzumab ozogamicin", "(Besponsa)",
        "DOSE 1.46 mg", "in 0.9% sodium chloride,", "TOTAL VOLUME 50 mL",
        "(0.0292 mg per mL), contains 5.84 mL of 0.25 mg/mL", "FOR INTRAVENOUS INFUSION ONLY",
        "Infuse over 60 minutes (50 mL per hour)", "Give on", "Mar 12, 2026", "Cycle 1 day 1", "START BEFORE (BUD)",
        "INFUSION COMPLETE BY", "Store at 20 to 25 °C.", "Diluted-bag limit not confirmed",
        "PROTECT FROM LIGHT. DO NOT FREEZE.", "Do not shake.", "HAZARDOUS DRUG – CHEMOTHERAPY",
        "Handle and dispose of properly.", "Single dose", "Bag 1 of 1", "Prep. no.", NUMBER, "Copy 1",
        "Prescriber A. Nguyen, MD", "Example Hospital Pharmacy", "24 h (555) 010-0199",
    ],
    Market.UK: [
        "inotuzumab ozogamicin", "BESPONSA", "1.46 mg", "in 50 mL sodium chloride 0.9%", "(0.0292 mg per mL)",
        "For intravenous infusion only", "Infuse over 60 minutes (50 mL per hour)", "RIVERA, Elena", "NHS No.",
        "999 012 3454", "Hospital no.", "TR-20417", "14-Aug-1980", "6 East, bed 12", "Cycle 1 day 1", "Bag 1 of 1",
        "Batch no.", NUMBER, "EXPIRY – start before", "Infusion complete by", "Store below 25 °C. Do not freeze.",
        "Protect from light", "CYTOTOXIC – handle with care", "Keep out of the sight and reach of children",
        "Example Infirmary Pharmacy, 020 7946 0123", "1 Example Road, Exampletown EX1 2AB", "Copy 1",
    ],
}  # fmt: skip

WORKSHEET = {
    # 7.2 − 5.84 = 1.36 mL; 1.8 − 1.46 = 0.34 mg; 15 + 3 = 9 × 2 units
    Market.US: [
        "Compounding Record", "DOSE 1.46 mg, TOTAL VOLUME 50 mL", "1.36 mL, 0.34 mg", "15 + 3 units",
        "J9229 × 15, J9229-JW × 3", "3.6 mL", "2.24 mL", "1.36 mL stays", "Sterile Water for Injection, USP",
        "NDC 0008-0100-01", "Method A: put 44.16 mL of 0.9% sodium chloride", "not weighed", "Out of refrigerator by",
    ],
    # 8 − 5.84 = 2.16 mL; 2 − 1.46 = 0.54 mg; 5.84 × 1.02 = 5.9568 g
    Market.UK: [
        "Worksheet", "1.46 mg in 50 mL sodium chloride 0.9%", "2.16 mL, 0.54 mg", "5.96 g", "5.67 to 6.25 g",
        "all that can be drawn", "(at most 4 mL)", "to a total of",
        "Draw all that can be drawn, then to a total of 5.84 mL.", "Water for injections", "GTIN 5013457012095",
        "Method A: put 44.16 mL of sodium chloride 0.9%", "Mass drawn, g", "Out of the fridge by",
    ],
}  # fmt: skip
EITHER = [
    "√(170 cm × 70 kg ÷ 3600)", "1.82 m²", "0.8 mg/m² × 1.82 m²", "1.456 mg", "order 1.46 mg, 0.27 % over 1.456 mg",
    "1.46 mg ÷ 0.25 mg/mL", "5.84 mL", "8 mL", "50 mL − 5.84 mL", "44.16 mL", "0.0292 mg/mL", "RIVERA, Elena", NUMBER,
    "Page 1 of 2", "Page 2 of 2", "A. Nguyen, MD", "R. Okafor", "Mosteller",
    "Rounding: BSA 0.01 m², dose 0.01 mg, volume 0.01 mL, half away from zero", "TRAINING – NOT FOR PATIENT USE",
]  # fmt: skip


@pytest.mark.parametrize("market", Market)
def test_the_label_holds_every_element_of_its_market(market):
    found = words(pdf("label", work(market)))
    assert [text for text in LABEL[market] if text not in found] == []


@pytest.mark.parametrize("market", Market)
def test_the_worked_example_stands_on_the_worksheet_digit_for_digit(market):
    found = words(pdf("worksheet", work(market)))
    assert [text for text in (*WORKSHEET[market], *EITHER) if text not in found] == []
    for letter in "ABCDEFGHIJKLMNO":
        assert re.search(rf"^{letter}$", found, re.MULTILINE), f"section {letter}"


@pytest.mark.parametrize(("document", "market"), BOTH, ids=ids)
def test_the_same_print_drawn_twice_gives_the_same_bytes_from_json_too(document, market):
    strings = papers.strings(document, work(market), 1)
    assert papers.draw(strings) == papers.draw(strings) == papers.draw(json.loads(json.dumps(strings)))


@pytest.mark.parametrize("market", Market)
def test_another_copy_differs_only_in_its_copy_line_and_code(market):
    first = papers.strings("label", work(market), 1)
    second = papers.with_copy(first, NUMBER, 2)
    differing = {key for key, value in first["content"].items() if value != second["content"][key]}
    assert differing == {"copy", "symbol"}  # none of them says what it is for: both are as the bag's
    assert second["content"]["copy"] == "Copy 2"
    assert papers.with_copy(second, NUMBER, 1) == first


# Forms that no paper may carry (ISMP, NPSA): each with a text that would be caught.
FORBIDDEN = [
    (r"\d\.\d*0(?![\d])(?= ?(mg|mL|m²|g|kg|cm|%))", "trailing zero", "1.50 mg"),
    (r"(?<!\d)\.\d", "naked decimal point", "dose .5 mg"),
    (r"\d ?(ml|cc|CC|ML|Ml)\b", "mL written otherwise", "5 ml"),
    (r"[µμ]g", "µg", "5 µg"),
    (r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b", "all-numeric date", "12/03/2026"),
    (r"…|\.\.\.", "ellipsis", "Okonkwo…"),
    (r"[®™]", "trade sign", "Besponsa®"),
    (r"(?i)fatal if", "a vinca alkaloid's warning", "FATAL IF GIVEN BY OTHER ROUTES"),
    (r"\bIn[oO]\b|inotuzuMAB|INOtuzumab", "short or tall-man name", "InO"),
    (r"(?<!\d)0\.225", "0.9 mg over 4 mL as a concentration", "0.225 mg/mL"),
    (r"(mg|mL|kg|cm|min)\.(?=\s[a-z])", "full stop after a unit", "5 mg. then"),
]


@pytest.mark.parametrize(("pattern", "what", "caught"), FORBIDDEN, ids=[row[1] for row in FORBIDDEN])
def test_no_paper_carries_a_forbidden_form(pattern, what, caught):
    assert re.search(pattern, caught), "the pattern catches what it is for"
    for document, market in BOTH:
        assert not re.search(pattern, words(pdf(document, work(market)))), (document, market)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("market", Market)
def test_the_labels_code_is_read_from_its_picture(market, dpi):
    (page,) = pictures(pdf("label", work(market), copy=2, dpi=dpi), dpi)
    (read,) = zxingcpp.read_barcodes(page)
    assert read.format.name == "DataMatrix"
    assert read.text.startswith(f"{NUMBER}-2-") and is_own_code(read.text)
    assert "RIVERA" not in read.text and "00417352" not in read.text


@pytest.mark.parametrize("market", Market)
def test_each_page_of_the_worksheet_has_its_own_code(market):
    read = [zxingcpp.read_barcodes(page)[0].text for page in pictures(pdf("worksheet", work(market)), 203)]
    assert [text.rpartition("-")[0] for text in read] == [f"{NUMBER}-a1", f"{NUMBER}-b1"]  # pages 1 and 2 of version 1
    assert all(map(is_own_code, read))


@pytest.mark.parametrize(("document", "market"), BOTH, ids=ids)
def test_out_of_training_no_paper_says_training(document, market):
    patient_use = replace(SITES[market], training=False)
    assert "TRAINING" not in words(pdf(document, work(market, site=patient_use)))
    assert "PATIENT USE" in words(pdf(document, work(market)))


@pytest.mark.parametrize("market", Market)
def test_the_checker_works_blind(market):
    """Section I prints no expected figure: its boxes for volume and mass are captions alone."""
    content = papers.strings("worksheet", work(market), 1)["content"]
    captions = [box["caption"] for box in content["check"]["boxes"]]
    assert not any(re.search(r"\d", caption) for caption in captions)
    assert not any(box["value"] for box in content["calculation"]["boxes"])


def test_no_time_is_printed_that_nobody_measured():
    """A start-before from a planned wetting could be later than the truth."""
    content = papers.strings("label", work(Market.US), 1)["content"]
    assert (content["start_before"]["date"], content["start_before"]["hour"]) == ("not timed", None)
    assert content["prepared"] is None
    times = papers.strings("worksheet", work(Market.US), 1)["content"]["times"]["rows"]
    assert [row["time"] for row in times] == [None] * 5
    assert [row["rule"] for row in times] == [
        "the clocks start",
        "4 h, FDA PI §2.4",
        "1 h to warm before the start, if refrigerated",
        "8 h less 1 h to infuse, FDA PI §2.4",
        "1 h after the latest start",
    ]


# What is printed once the drug is in the bag: date and time of each as a site of the market writes them.
BAGGED = {
    Market.US: Bagged(*(Hour("Mar 12, 2026", at) for at in ("09:40", "16:00", "17:00")), "R. Okafor", "K. Adeyemi"),
    Market.UK: Bagged(*(Hour("12-Mar-2026", at) for at in ("09:40", "16:00", "17:00")), "S. Hughes", "L. Farouk"),
}


@pytest.mark.parametrize("market", Market)
def test_the_times_of_a_bag_stand_on_its_label(market):
    found = words(pdf("label", work(market, bagged=BAGGED[market]))).replace("\n", " ")
    when = BAGGED[market]
    assert f"Prepared {when.prepared.date} 09:40" in found
    assert f"{when.start_before.date} 16:00" in found and f"{when.complete_by.date} 17:00" in found
    assert "not timed" not in found
    if market is Market.US:
        assert "Prepared by R. Okafor" in found and "Verified by K. Adeyemi" in found


# Where the clocks go back an hour comes twice, and both limits may fall into it: each says which it is.
TWICE = {
    Market.US: ("Nov 1, 2026", "01:30 EDT", "01:30 EST"),
    Market.UK: ("25-Oct-2026", "01:30 BST", "01:30 GMT"),
}


@pytest.mark.parametrize("market", Market)
def test_an_hour_that_comes_twice_is_printed_with_its_zone(market):
    on, start, complete = TWICE[market]
    made = replace(BAGGED[market], start_before=Hour(on, start), complete_by=Hour(on, complete))
    found = words(pdf("label", work(market, bagged=made), dpi=300)).replace("\n", " ")
    assert f"{on} {start}" in found and f"{on} {complete}" in found


@pytest.mark.parametrize("market", Market)
def test_the_first_copies_say_how_many_there_are_and_a_reprint_that_it_is_one(market):
    first = papers.label_strings(work(market), 2, due(light_cover=True), LabelSize.SMALL)
    lines = [papers.with_copy(first, NUMBER, copy)["content"]["copy"] for copy in (2, 3, 4, 5)]
    assert lines == ["Copy 2 of 4", "Copy 3 of 4", "Copy 4 of 4", "Copy 5, reprint"]


def test_several_copies_are_one_file_of_a_page_each():
    first = papers.label_strings(work(Market.US), 1, due(light_cover=True), LabelSize.SMALL)
    drawn = papers.draw_all([papers.with_copy(first, NUMBER, copy) for copy in (1, 2, 3)])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages]
    assert [f"Copy {number} of 3" in page for number, page in enumerate(pages, 1)] == [True] * 3


def test_a_spare_that_is_wetted_has_its_own_time():
    """UK, 0.93 mg: one vial, and the spare at place 2."""
    made = uk(186, "66.9", cycle=2, day=1, response="cr")
    shown = work(Market.UK, made, recorded=Recorded(wetted={1: "09:00", 2: "09:20"}))
    content = papers.strings("worksheet", shown, 1)["content"]
    assert [row["time"] for row in content["steps"]["rows"] if row["timed"]] == ["09:00", "09:20", None]


def test_a_spare_vial_stands_on_the_picking_list_and_in_the_draws():
    """UK, 0.93 mg: 3.72 mL from one vial, or from the spare where 3.6 mL is all that comes out."""
    made = uk(186, "66.9", cycle=2, day=1, response="cr")
    content = papers.strings("worksheet", work(Market.UK, made), 1)["content"]
    products = [row["product"] for row in content["materials"]["rows"]]
    assert products[:2] == ["BESPONSA 1 mg vial – 1", "BESPONSA 1 mg vial – spare"]
    assert [(row["vial"], row["first"]) for row in content["draws"]["rows"]] == [
        ("1", "3.72 mL"),
        ("spare", "from the spare"),
    ]
    (drawing,) = [row for row in content["steps"]["rows"] if "spare" in str(row["text"])]
    assert drawing["text"] == (
        "Draw to a total of 3.72 mL, from the spare if needed.",
        "Spare: wet with 4 mL first; the clocks run on.",
    )
    assert drawing["timed"] and "4 mL for each vial, and for the spare if it is wetted" in str(content["materials"])


def test_a_ready_filled_bag_says_what_is_removed_first():
    """5.84 mL of drug + 3 mL overfill = 8.84 mL out of the bag before the drug goes in."""
    made = uk(ordered="1.46", making=Making.READY_FILLED, bag_overfill=mL("3"))
    found = words(pdf("worksheet", work(Market.UK, made)))
    assert "Method B: remove 8.84 mL from the ready-filled 50 mL bag" in found
    assert "5.84 mL + 3 mL overfill" in found and "Empty container" not in found


def test_a_reprinted_worksheet_says_which_copy_it_is():
    first = papers.strings("worksheet", work(Market.US), 1)
    assert "copy 1" in words(papers.draw(first))
    assert "copy 2" in words(papers.draw(papers.with_copy(first, NUMBER, 2)))


def test_what_lifts_a_stop_stands_on_the_worksheet_with_its_name():
    """A confirmed dose over 10 % off, the order's own level, the reason for a third cycle before a transplant."""
    transplant = Transplant(True, "MRD positive after 2 cycles")
    made = us(cycle=3, response="cr", ordered="1.2", confirmed_by="Dr Farrow", level="0.75", transplant=transplant)
    found = words(pdf("worksheet", work(Market.US, made)))
    for text in ("Ordered dose 1.2 mg confirmed", "Dr Farrow", "Order's own 0.75 mg/m²", "reduced for toxicity",
                 "Cycle 3 before a transplant", "MRD positive after 2 cycles"):  # fmt: skip
        assert text in found


def test_where_the_site_recorded_a_figure_the_source_is_the_site():
    made = uk(making=Making.READY_FILLED, bag_overfill=mL("3"), withdrawable=mL("3.6"))
    rows = {row.name: (row.source, row.status) for row in plan_text(made).rows}
    assert rows["Removed first"] == ("overfill recorded by the site", "site")
    assert rows["Discarded, volume"] == rows["Stays in the vials, volume"] == ("recorded by the site", "site")
    assert rows["Discarded, mass"] == ("SmPC §2", "label")


def test_draws_by_total_are_never_given_as_volumes_to_draw():
    """4 mL and then 1.84 mL would pool 5.44 mL where 3.6 mL comes out of a vial."""
    draws = [(row.expression, row.result) for row in plan_text(uk()).rows if row.step == "draws"]
    assert draws == [
        ("vial 1: all that can be drawn, nominal", "at most 4 mL"),
        ("vial 2: the rest, by the total", "to a total of 5.84 mL"),
    ]
    assert "1.84 mL" not in words(pdf("worksheet", work(Market.UK)))


NAMES = [
    ("Ó Briain-Wójcik", "Łukasz", "Ó BRIAIN-WÓJCIK, Łukasz"),
    ("<script>alert(1)</script>", "Eve", "<SCRIPT>ALERT(1)</SCRIPT>, Eve"),
    ("O'Neill & Sons", "Anne-Marie", "O'NEILL & SONS, Anne-Marie"),
    ("Παπαδόπουλος", "Νίκος", "ΠΑΠΑΔΌΠΟΥΛΟΣ, Νίκος"),
    ("Шевченко", "Олена", "ШЕВЧЕНКО, Олена"),
]


@pytest.mark.parametrize(("document", "market"), BOTH, ids=ids)
@pytest.mark.parametrize(("family", "given", "printed"), NAMES, ids=[row[0] for row in NAMES])
def test_names_are_printed_as_they_are_written(document, market, family, given, printed):
    named = replace(PATIENT, family=family, given=given)
    assert printed in words(pdf(document, work(market, identity=named)))


REFUSED = [
    ({"given": "你"}, "patient name: “RIVERA, 你” holds 你 (U+4F60), which the label's font lacks."),
    ({"given": "E\u202elena"}, "patient name: “RIVERA, E\\u202elena” holds the invisible character U+202E"),
    ({"family": "Featherstonehaugh-Cholmondeley-Marjoribanks", "given": "Maximiliana Alice"}, "patient name: "),
]


@pytest.mark.parametrize(("document", "market"), BOTH, ids=ids)
@pytest.mark.parametrize(("change", "sentence"), REFUSED, ids=["no glyph", "invisible", "60 characters"])
def test_what_cannot_be_printed_is_refused_by_name_before_printing(document, market, change, sentence):
    with pytest.raises(Refused) as refused:
        papers.strings(document, work(market, identity=replace(PATIENT, **change)), 1)
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == "patient name"


def test_overrides_stand_on_the_worksheet_with_reason_and_name():
    answer = Answer(
        "Ordered 1.6 mg, 9.89 % over 1.456 mg: prescriber confirmed", "by phone 08:05", "J. Park, pharmacist"
    )
    found = words(pdf("worksheet", work(Market.US, answers=(answer,))))
    assert "by phone 08:05" in found and "J. Park, pharmacist" in found and "Ordered 1.6 mg, 9.89 % over" in found


def test_more_overrides_than_rows_go_on_a_further_page():
    answers = tuple(Answer(f"Finding {number}", "known", "J. Park, pharmacist") for number in range(1, 7))
    found = words(pdf("worksheet", work(Market.US, answers=answers)))
    assert "Page 3 of 3" in found and "Finding 6" in found


def test_every_override_with_every_coded_reason_fits_the_worksheet():
    """The finding in a few words and the coded reason share two lines; the longest of each."""
    overridden = [
        us(ordered="1.5999", born=date(1980, 8, 14)),
        us(ordered="0.43", confirmed_by="Dr Rivera", days_old=40),
        us(level="0.375", blasts=123456),
        us(90, 13, level="0.725", born=date(2026, 1, 1)),
    ]
    found = [f for made in overridden for f in made.findings if f.severity.word == "override"]
    assert {f.code for f in found} == {"ordered-dose", "concentration", "measured", "level", "blasts", "age"}
    for finding in found:
        for _, reason in OVERRIDE:
            answer = Answer(f"{short(finding)} – {reason}", "Dr A. Farrow by phone, 08:05", "J. Park")
            papers.strings("worksheet", work(Market.US, answers=(answer,)), 1)


OVER = [
    ("Gloves on", ["Gloves on"]),
    ("two\nlines  of it", ["two lines of it"]),
    ("", []),
]


@pytest.mark.parametrize(("typed", "rows"), OVER)
def test_a_short_reason_is_one_row(typed, rows):
    assert list(over_rows(typed)) == rows


@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize("typed", ["W" * 120, "wet " * 30, "word " * 24, "1 " * 60])  # 120: the most a reason has
def test_a_long_reason_goes_on_in_further_rows_whole_and_uncut(market, typed):
    rows = list(over_rows(typed))
    assert len(rows) > 1
    assert "".join(rows).replace(" ", "") == typed.replace(" ", "")
    answers = tuple(Answer(row, row, "R. Okafor") for row in rows)
    printed = words(pdf("worksheet", work(market, answers=answers))).replace(" ", "").replace("\n", "")
    assert all(printed.count(row.replace(" ", "")) >= 2 for row in rows) and "…" not in printed


def test_a_row_ends_between_words_where_it_can():
    typed = "word " * 24
    assert all(row.split(" ") == ["word"] * len(row.split(" ")) for row in over_rows(typed))


def test_the_first_sign_that_no_paper_can_print_is_named():
    assert (lacking("The autoclave stood open, Ünal said"), lacking("a \u2603 and \u4f60")) == ("", "\u2603")


@pytest.mark.parametrize("market", Market)
def test_no_number_has_a_code_that_the_label_cannot_carry(market):
    """The check may be any two letters, and round ones stand a hair taller than figures."""
    strings = papers.strings("label", work(market), 1)
    for number in range(1, 1300):  # every check of two characters comes up
        made = labels_of(strings, f"2026-{number:06d}")
        labels.compose_bag_label(made, labels.US_4X3 if market is Market.US else labels.UK_100X75, 203)


def labels_of(strings, number):
    """The label of another number, as it would be drawn."""
    kind = labels.BagLabelUS if strings["market"] == "us" else labels.BagLabelUK
    changed = papers.with_copy(strings, number, 1)
    return read_back(kind, changed["content"])


def test_papers_drawn_in_several_threads_are_the_same_papers():
    """reportlab keeps the letters used of a font in the font, which all drawings share."""
    names = ("Ångström Ö", "A. Nguyen", "Ó Źle")
    strings = [papers.strings("label", work(Market.US, prescriber=name), 1) for name in names]
    alone = [papers.draw(each) for each in strings]
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(papers.draw, strings * 20))
    assert drawn == alone * 20


SIZES = [("150", "41.7"), ("186", "66.9"), ("200", "120"), ("230", "139"), ("170.55", "69.525")]  # 1 to 3 vials


@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize("formula", Formula)
def test_every_formula_making_and_rounding_fits_its_papers(market, formula):
    """Both ways to make the bag, a recorded withdrawable volume, and volumes rounded to 0.05 mL."""
    for height, weight in SIZES:
        for making in Making:
            for site in ({}, {"withdrawable": mL("3.6"), "volume_step": mL("0.05")}):
                chosen = {**site, "formula": formula, "making": making, "bag_overfill": mL("3.25")}
                if market is Market.US:
                    chosen.pop("withdrawable", None)
                made = IN[market](Decimal(height), Decimal(weight), **chosen)
                for document in papers.DOCUMENTS:
                    papers.strings(document, work(market, made), 1)


def test_stored_strings_of_another_shape_are_not_drawn():
    strings = papers.strings("label", work(Market.US), 1)
    with pytest.raises((TypeError, KeyError)):
        papers.draw({**strings, "content": {**strings["content"], "dose": 1.46}})
    with pytest.raises((TypeError, KeyError)):
        papers.draw({**strings, "content": {"dose": "1.46 mg"}})


def test_the_words_of_a_us_plan_do_not_reach_a_uk_paper():
    """A plan is drawn for the market of its site; its own texts name that market's product."""
    assert "Besponsa" not in words(pdf("worksheet", work(Market.UK)))
    assert "BESPONSA" not in words(pdf("worksheet", work(Market.US, us())))
