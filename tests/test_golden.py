"""Every paper against what is stored of it in tests/golden, by its strings and by its pixels, and no forbidden form on
any. Whoever means a change makes them anew (make golden), so that it is seen as a picture."""

from __future__ import annotations

import ast
import io
import json
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from golden_papers import DOCS, FOLDER, catalogue, documented
from PIL import Image, ImageChops
from pypdf import PdfReader

from compounding import papers
from compounding.policy import Market

ROOT = Path(__file__).parents[1]
NEW = Path(tempfile.gettempdir()) / "golden-papers"
"""Where a picture that differs is put, beside the one that is stored."""
NAMES = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.json"))
MAKE = "If that is meant: make golden."

EACH = pytest.mark.parametrize("name", NAMES)


@EACH
def test_a_paper_says_what_is_stored_of_it(name: str) -> None:
    stored = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    difference = unlike(stored, catalogue()[name].said)
    assert difference is None, f"tests/golden/{name}.json: {difference}. {MAKE}"


@EACH
def test_a_paper_looks_as_it_is_stored(name: str) -> None:
    found = [said for file, picture in catalogue()[name].pictures.items() if (said := seen(file, picture))]
    assert found == [], MAKE


@EACH
def test_the_same_print_drawn_twice_gives_the_same_bytes(name: str) -> None:
    assert catalogue()[name].draw() == catalogue()[name].drawn


def test_every_paper_is_stored_and_nothing_else_is() -> None:
    made = {f"{name}.json" for name in catalogue()} | {
        file for golden in catalogue().values() for file in golden.pictures
    }
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*")} == made


# ------------------------------------------------------------------ how two are compared


def unlike(stored: Any, now: Any, place: str = "") -> str | None:
    """Where two values of JSON differ first, and how; None where they do not."""
    if isinstance(stored, dict) and isinstance(now, dict):
        keys = list(dict.fromkeys((*stored, *now)))
        pairs = [(f"{place}.{key}", stored.get(key, _NONE), now.get(key, _NONE)) for key in keys]
    elif isinstance(stored, list) and isinstance(now, list):
        longest = range(max(len(stored), len(now)))
        was, has = (dict(enumerate(one)) for one in (stored, now))
        pairs = [(f"{place}[{i}]", was.get(i, _NONE), has.get(i, _NONE)) for i in longest]
    else:
        return None if stored == now else f"{place.lstrip('.')} was {stored!r} and is {now!r}"
    return next((said for key, one, other in pairs if (said := unlike(one, other, key))), None)


_NONE = "nothing"


def seen(file: str, picture: Image.Image) -> str | None:
    """How a picture differs from the stored one of its name. Both are then put where a reviewer finds them."""
    if not (FOLDER / file).exists():
        return f"tests/golden/{file} is not there"
    with Image.open(FOLDER / file) as opened:
        stored = opened.convert("L")
    difference = differs(stored, picture.convert("L"))
    if difference is None:
        return None
    new = NEW / file
    new.parent.mkdir(parents=True, exist_ok=True)
    picture.save(new)
    stored.save(new.with_suffix(".stored.png"))
    return f"tests/golden/{file} {difference}: see {new}"


def differs(stored: Image.Image, now: Image.Image) -> str | None:
    if stored.size != now.size:
        return f"was {stored.size[0]} × {stored.size[1]} pixels and is {now.size[0]} × {now.size[1]}"
    box = ImageChops.difference(stored, now).getbbox()
    return box and f"differs within the pixels {box[0]}, {box[1]} to {box[2]}, {box[3]}"


UNLIKE = [
    ({"a": [1, "x"]}, {"a": [1, "x"]}, None),
    ({"a": {"dose": "1.46 mg"}}, {"a": {"dose": "1.64 mg"}}, "a.dose was '1.46 mg' and is '1.64 mg'"),
    ({"a": [1, "x", 2]}, {"a": [1, "y", 3]}, "a[1] was 'x' and is 'y'"),
    ({"a": ["x"]}, {"a": ["x", "z"]}, "a[1] was 'nothing' and is 'z'"),
    ({"a": 1, "b": None}, {"a": 1}, "b was None and is 'nothing'"),
    ({"a": "1"}, {"a": 1}, "a was '1' and is 1"),
]


@pytest.mark.parametrize(("stored", "now", "said"), UNLIKE)
def test_the_first_string_that_differs_is_named(stored: Any, now: Any, said: str | None) -> None:
    assert unlike(stored, now) == said


def test_one_other_dot_is_seen_and_said_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "NEW", tmp_path)
    name = "us/label-small-bag-patient.png"
    picture = catalogue()["us/label-small-bag-patient"].pictures[name].copy()
    assert differs(picture, picture.copy()) is None
    other = picture.copy()
    other.putpixel((400, 300), 0 if other.getpixel((400, 300)) else 255)
    assert differs(picture.convert("L"), other.convert("L")) == "differs within the pixels 400, 300 to 401, 301"
    assert differs(picture, picture.crop((0, 0, 812, 608))) == "was 812 × 609 pixels and is 812 × 608"
    said = seen(name, other)
    assert said == f"tests/golden/{name} differs within the pixels 400, 300 to 401, 301: see {NEW / name}"
    assert (NEW / name).exists() and (NEW / name).with_suffix(".stored.png").exists()


# ------------------------------------------------------------------ another copy


def text(drawn: bytes) -> str:
    """As a reader of the file finds it, in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages).split())


@cache
def text_of(name: str) -> str:
    return text(catalogue()[name].drawn)


@pytest.mark.parametrize("size", ["small", "tall", "secondary"])
@pytest.mark.parametrize("market", Market)
def test_a_reprinted_label_differs_in_its_copy_line_and_its_code_alone(market: Market, size: str) -> None:
    was, now = (text_of(f"{market.value}/label-{size}-{kind}-patient") for kind in ("bag", "reprint"))
    code = r"2026-000001-{}-[0-9A-Z]{{2}}"
    for own, copy, said in (("Copy 1 of 3", 1, was), ("Copy 4, reprint", 4, now)):
        assert said.count(own) == 1 and len(re.findall(code.format(copy), said)) == 1
    again = re.sub(code.format(4), "CODE", now.replace("Copy 4, reprint", "Copy 1 of 3"))
    assert again == re.sub(code.format(1), "CODE", was)


@pytest.mark.parametrize("market", Market)
def test_a_worksheet_printed_again_differs_in_its_copy_line_alone(market: Market) -> None:
    name = f"{market.value}/worksheet-complete"
    strings = catalogue()[name].strings
    again = text(papers.draw(papers.with_copy(strings, "2026-000001", 2)))
    assert again != text_of(name) and again.replace("copy 2", "copy 1") == text_of(name)


REPORTS = ("reconciliation", "waste", "waste-period", "master")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("market", Market)
def test_a_report_printed_again_differs_in_its_copy_line_alone(market: Market, report: str) -> None:
    name = f"{market.value}/{report}-training"
    again = text(papers.draw_report(papers.report_copy(catalogue()[name].strings, 2)))
    assert again != text_of(name)
    assert again.replace("Edition 1, copy 2", "Edition 1, copy 1") == text_of(name)


# ------------------------------------------------------------------ forms that no paper may carry

DAY_FIRST, YEAR_FIRST = r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:\d{2})?", r"\d{4}([/.-])\d{1,2}\2\d{1,2}"
DO_NOT_USE = "IU U/mL QD Q.D. qd QOD Q.O.D. MgSO4 SC SQ HS D/C".replace(".", r"\.").replace(" ", "|")
CHECKSUM = re.compile(r"\b[0-9a-f]{4,8}(?: [0-9a-f]{4,8}){3,}\b")
"""In fours or eights: its letters are no units."""
UNIT = r"(?:mg|mL|L|mm|cm|kg|g|m²|mcg|micrograms?|%|h|min|minutes?|hours?|units?|°C|nm)(?![A-Za-z])"
US, UK = Market.US, Market.UK

# What it is, its pattern, the markets that it is forbidden in, and sentences that it must find.
FORMS: list[tuple[str, str, tuple[Market, ...], list[str]]] = [
    ("trailing zero", rf"(?<![\d.,§])\d[\d,]*\.\d*0(?=\s?{UNIT}|\s?[–÷×+−]|[\s,;)/]|$)(?!\.\d)", (US, UK),
     ["1.0 mg", "DOSE 1.50 mg", "0.10 mg/mL", "2.0 to 3 mg", "1,200.0 mL", "(5.0)", "give 5.0", "37.0 °C"]),
    ("naked decimal point", r"(?<![\d.])\.\d", (US, UK), ["dose .5 mg", "(.25 mg/mL)", "−.1"]),
    ("mL written otherwise", r"(?<![A-Za-z])(?:ml|ML|Ml|cc|CC)(?![A-Za-z\d])", (US, UK),
     ["5 ml", "5ml", "mg/ml", "50 cc", "5 ML"]),
    ("µg", r"[µμ]g", (US, UK), ["5 µg", "5 μg per mL"]),
    ("mcg in the UK", r"\bmcg\b", (UK,), ["50 mcg", "mcg/kg"]),
    ("micrograms in the US", r"(?i)\bmicrograms?\b", (US,), ["50 micrograms", "1 microgram", "Microgram"]),
    ("all-numeric date", rf"(?<![\d.§-])(?:{DAY_FIRST}|{YEAR_FIRST})(?![\d.-])", (US, UK),
     ["12/03/2026", "3/12/26", "12.03.2026", "3-4-26", "12-03-26", "2026-03-12", "2026/3/12"]),
    ("ellipsis", r"…|\.\.", (US, UK), ["Okonkwo…", "Okonkwo...", "to be continued.."]),
    ("trade sign", r"[®™]|\((?:R|TM|r|tm)\)", (US, UK), ["Besponsa®", "BESPONSA™", "Besponsa (R)"]),
    ("a vinca alkaloid's warning", r"(?i)\bfatal\s+if\b", (US, UK),
     ["FATAL IF GIVEN BY OTHER ROUTES", "fatal if"]),
    ("tall-man or short name", r"(?!inotuzumab|ozogamicin)(?i:inotuzumab|ozogamicin)|\bIn[oO]\b", (US, UK),
     ["inoTUZUmab", "INOtuzumab", "inotuzuMAB", "Inotuzumab", "ozogaMICin", "InO 1.46 mg"]),
    ("abbreviation of the do-not-use list", rf"(?<![A-Za-z])(?:{DO_NOT_USE})(?![A-Za-z])", (US, UK),
     ["100 IU", "10 U/mL", "1 mg QD", "QOD", "Q.D.", "give SC"]),
    ("units as a letter", r"\d\s?[Uu](?![A-Za-z/-])", (US, UK), ["10 U", "10u"]),
    ("a number beside its unit without a space", r"\d(?:mg|mL|kg|cm|mcg|m²)(?![A-Za-z])", (US, UK),
     ["5mg", "70kg", "1.82m²", "50mL"]),
    ("thousands without a comma", rf"(?<![\d.,–-])\d{{4,}}(?:\.\d+)?(?=\s(?!h\b){UNIT})", (US, UK),
     ["1200 mL", "12400 mg"]),
    ("full stop after a unit", r"\d\s?(?:mg|mL|kg|cm|min|h)\.(?=\s[a-z])", (US, UK), ["5 mg. then", "60 min. and"]),
    ("a bare Exp", r"\bExp\b\.?", (US, UK), ["Exp 12-Mar-2026", "Exp. Mar 12"]),
]  # fmt: skip
WHATS = [row[0] for row in FORMS]


@pytest.mark.parametrize(("what", "pattern", "markets", "bad"), FORMS, ids=WHATS)
def test_each_forbidden_form_is_found_where_it_stands(
    what: str, pattern: str, markets: tuple[Market, ...], bad: list[str]
) -> None:
    assert [sentence for sentence in bad if not re.search(pattern, sentence)] == []


GOOD = {
    US: ["program 0.1.0", "1.46 mg in 50 mL (0.0292 mg per mL)", "10 mg", "1,200 mL", "FDA PI §2.4, §11", "§2.10",
         "09:00", "100 mg", "2026-000123-1-7K", "NDC 0008-0100-01", "(212) 555-0142", "Mar 12, 2026", "0.01 mg, volume",
         "50 mcg", "inotuzumab ozogamicin (Besponsa)", "√(170 cm × 70 kg ÷ 3600)", "J9229 × 15", "20 to 25 °C.",
         "10.5 mg", "203 dpi", "about a g.", "EX1 1EX", "Expiry",
         "checksum f766 54d7 a1cc 0b0e", "fatal in some", "the bag is 50 mL. Protect"],
    UK: ["50 micrograms", "12-Mar-2026", "BESPONSA 1 mg", "NHS No. 999 012 3454", "020 7946 0123", "4 × 2 in"],
}  # fmt: skip


@pytest.mark.parametrize("market", Market)
def test_what_is_written_well_is_not_taken_for_a_forbidden_form(market: Market) -> None:
    assert [(sentence, *found) for sentence in GOOD[market] for found in forbidden(sentence, market)] == []


def forbidden(said: str, market: Market) -> Iterator[tuple[str, str]]:
    """Each forbidden form with what stands around it."""
    for what, pattern, markets, _ in FORMS:
        if market in markets:
            for found in re.finditer(pattern, said := CHECKSUM.sub("", said)):
                yield what, said[max(found.start() - 30, 0) : found.end() + 10]


@EACH
def test_no_paper_carries_a_forbidden_form(name: str) -> None:
    assert list(forbidden(text_of(name), Market(name.partition("/")[0]))) == []


# ------------------------------------------------------------------ whose words they are

LETTERS = re.compile(r"[^\W\d_]+")


@EACH
def test_nothing_is_drawn_that_does_not_stand_in_the_strings(name: str) -> None:
    """labels/ has no word of its own: each on paper came with the strings."""
    golden = catalogue()[name]
    given = set(LETTERS.findall(json.dumps(golden.said, ensure_ascii=False)))
    assert set(LETTERS.findall(text_of(name))) - given == set()


# What is no key of stored strings and stands on no paper, with where: a face, a pattern, the kind of a code, a way of
# making the bag.
NO_WORDS = {
    "Regular": "fitting",
    r"[ \t\r\n]+": "fitting",
    "CAL": "printers",
    "B": "worksheets/materials",
    "utf-8": "extracts",
    "T": "extracts",
}
KEY = re.compile(r"[a-z_]+")


def own_words(source: str, module: str) -> list[str]:
    """Strings of a module that could be words for people: no names of fields, no docstrings, no error's text."""
    tree = ast.parse(source)
    passed = {id(inner) for outer in ast.walk(tree) if isinstance(outer, (ast.Raise, ast.Expr)) for inner in _of(outer)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed
        if LETTERS.search(node.value) and not KEY.fullmatch(node.value) and NO_WORDS.get(node.value) != module
    ]


def _of(outer: ast.Raise | ast.Expr) -> Iterator[ast.AST]:
    """All of an error's call; of an expression that stands alone the docstring."""
    if isinstance(outer, ast.Raise):
        yield from ast.walk(outer)
    elif isinstance(outer.value, ast.Constant):
        yield outer.value


PAPERS, WEB = ROOT / "compounding/papers", ROOT / "compounding/web"
MODULES = [str(path.relative_to(PAPERS).with_suffix("")) for path in sorted(PAPERS.rglob("*.py"))]


@pytest.mark.parametrize("module", [one for one in MODULES if not one.endswith("__init__")])
def test_every_word_on_paper_comes_from_wording(module: str) -> None:
    assert own_words((PAPERS / f"{module}.py").read_text("utf-8"), module) == []


# The modules of the pages that make the strings of a paper.
WEB_MODULES = ("recorded", "certificates", "extracts")


@pytest.mark.parametrize("module", WEB_MODULES)
def test_the_pages_that_make_a_paper_take_its_words_from_wording(module: str) -> None:
    assert own_words((WEB / f"{module}.py").read_text("utf-8"), module) == []


OWN = [
    ('x = "Bag 1 of 1"', ["Bag 1 of 1"]),
    ('x = f"copy {n}"', ["copy "]),
    ('Pair("MRN", y)', ["MRN"]),
    ('"""A docstring."""\nx = stored["content"]', []),
    ('raise TypeError(f"{x} is not one")', []),
    ('x = ", "', []),
    ('face("Regular")', ["Regular"]),
]


@pytest.mark.parametrize(("source", "found"), OWN)
def test_a_word_of_its_own_is_found(source: str, found: list[str]) -> None:
    assert own_words(source, "bags") == found


# ------------------------------------------------------------------ the pictures of the documentation


def test_every_picture_of_a_paper_is_shown_and_there() -> None:
    page = (ROOT / "docs/papers.md").read_text("utf-8")
    shown = set(re.findall(r"\(pictures/([\w-]+\.png)\)", page))
    assert shown == set(documented())
    for name, picture in documented().items():
        with Image.open(DOCS / name) as stored:
            assert stored.size == picture.size, name
    assert "docs/papers.md" in (ROOT / "README.md").read_text("utf-8")
