"""`compounding scan`: what a scanner sent, as JSON and as a table, with its exit status."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import compounding
from compounding.cli import main

GS = "\x1d"
US_01, UK_01 = "0100300080100011", "0105013457012095"
SCAN = f"]d2{US_01}1727033110AB123{GS}217Q4"
KEYS = ["market", "symbology", "product", "gtin", "expiry", "lot", "serial", "refusal"]


@pytest.fixture(autouse=True)
def no_site(tmp_path, monkeypatch):
    """No site's own drug files lie in the way."""
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))


@pytest.fixture
def run(capsys):
    def call(*words):
        status = main(["scan", *words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def read(run):
    def call(text, *words):
        status, out, err = run(text, "--json", *words)
        assert err == ""
        return status, json.loads(out)

    return call


def test_a_whole_scan(read):
    status, answer = read(SCAN, "--market", "us", "--on", "2026-03-12")
    assert (status, list(answer)) == (0, KEYS)
    assert answer == {
        "market": "us",
        "symbology": "]d2",
        "product": "besponsa-us",
        "gtin": "00300080100011",
        "expiry": "2027-03-31",
        "lot": "AB123",
        "serial": "7Q4",
        "refusal": None,
    }


def test_an_expired_vial_keeps_what_was_read_beside_its_refusal(read):
    """Good on the 31st itself, refused on the day after."""
    assert read(SCAN, "--market", "us", "--on", "2027-03-31")[0] == 0
    status, answer = read(SCAN, "--market", "us", "--on", "2027-04-01")
    assert (status, answer["lot"], answer["expiry"]) == (1, "AB123", "2027-03-31")
    assert answer["refusal"] == {
        "code": "expired",
        "message": "The vial was good until Mar 31, 2027, and it is needed on Apr 1, 2027.",
    }


# text, market: code, and the fields that are not null
REFUSALS = [
    ("", "us", "empty", []),
    ("1" * 201, "us", "too-long", []),
    ("2026-000123-1-7K", "us", "own-label", []),
    ("https://example.org", "uk", "not-a-code", []),
    (f"{US_01}17280230", "us", "not-a-code", []),
    ("]d2010030008010001217270331", "us", "bad-check-digit", []),
    ("]C10109501101530003", "us", "unknown-product", ["symbology", "gtin"]),
    ("0100300084510014" + "17270331", "uk", "look-alike", ["gtin", "expiry"]),
    (f"{UK_01}10AB123", "us", "other-market", ["product", "gtin", "lot"]),
    (f"{US_01}17270331", "uk", "other-market", ["product", "gtin", "expiry"]),
    (f"{US_01}1727033110AB123217Q4", "us", "ambiguous", ["product", "gtin"]),
]


@pytest.mark.parametrize(("text", "market", "code", "read_fields"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_a_refusal_is_status_1_with_its_json(read, text, market, code, read_fields):
    status, answer = read(text, "--market", market, "--on", "2026-03-12")
    assert (status, answer["refusal"]["code"]) == (1, code)
    assert [key for key in KEYS[1:-1] if answer[key] is not None] == read_fields
    assert answer["refusal"]["message"].endswith(".")


def test_the_uk_product(read):
    status, answer = read("5013457012095", "--market", "uk")
    assert (status, answer["product"], answer["gtin"]) == (0, "besponsa-uk", "05013457012095")
    assert (answer["expiry"], answer["lot"], answer["serial"]) == (None, None, None)


def test_today_in_utc_judges_the_expiry_where_no_day_is_named(read):
    """2001 is past and day 00 of December 2075 is not, whenever this runs before 2050."""
    assert read(f"{US_01}17010101", "--market", "us")[1]["refusal"]["code"] == "expired"
    assert read(f"{US_01}17751200", "--market", "us")[1]["expiry"] == "2075-12-31"


TABLE = """\
  Symbol   ]d2
  Product  besponsa-us, Besponsa; its code: Derived, from the NDC (indicator 0, prefix 03, NDC 0008010001, \
check digit 1) [derived]
  Code     00300080100011
  Expiry   Mar 31, 2027
  Lot      AB123
  Serial   7Q4
"""


def test_the_table_for_people(run):
    assert run(SCAN, "--market", "us", "--on", "2026-03-12") == (0, TABLE, "")
    status, out, err = run("hello", "--market", "uk")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        *(f"  {name:<8} –" for name in ("Symbol", "Product", "Code", "Expiry", "Lot", "Serial")),
        "  REFUSED (not-a-code): “hello” is not the code of a vial. Scan its other symbol, or type its lot and expiry, "
        "each twice.",
    ]


UNREADABLE = [
    (("x",), "--market: is missing."),
    (("x", "--market", "eu"), "--market: “eu” is none of us, uk."),
    (("x", "--market", "us", "--on", "12.3.2026"), "--on: “12.3.2026” is not a date such as 2026-03-12."),
    (("x", "--market", "us", "--market", "uk"), "--market: is given more than once."),
    (("--market", "us"), "the following arguments are required: TEXT."),
]


@pytest.mark.parametrize(("words", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_one_sentence_and_status_2(run, words, sentence):
    assert run(*words) == (2, "", f"{sentence}\n")


# ------------------------------------------------------------------ standard input


def piped(raw, *words):
    command = [sys.executable, "-m", "compounding.cli", "scan", "-", "--json", *words]
    done = subprocess.run(command, input=raw, capture_output=True, env={**os.environ, "PYTHONUTF8": "0"})
    assert done.stderr == b""
    return done.returncode, json.loads(done.stdout)


def test_standard_input_is_read_with_its_separators():
    status, answer = piped(f"{SCAN}\r\n".encode(), "--market", "us", "--on", "2026-03-12")
    assert (status, answer["lot"], answer["serial"]) == (0, "AB123", "7Q4")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"\xff\xfe01", "not-a-code"),
        (b"]d2" * 40_000, "too-long"),
        (b"\x1d", "not-a-code"),
    ],
)
def test_whatever_stands_in_standard_input_is_judged(raw, code):
    status, answer = piped(raw, "--market", "us")
    assert (status, answer["refusal"]["code"]) == (1, code)


def test_standard_input_that_is_already_text_is_taken_as_it_is(read, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(SCAN))
    assert read("-", "--market", "us", "--on", "2026-03-12")[1]["lot"] == "AB123"


def test_no_standard_input_is_said(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert run("-", "--market", "us") == (2, "", "-: there is no standard input.\n")


def test_standard_input_that_fails_is_said(run, monkeypatch):
    class Broken(io.StringIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", Broken())
    assert run("-", "--market", "us") == (2, "", "-: standard input cannot be read: Input/output error.\n")


def test_a_sites_own_drug_is_a_product(read, tmp_path):
    """Its file repeats the US one but for its names and its codes: NDC 12345-678-90 is GTIN 0031234567890 and 6."""
    text = (Path(compounding.__file__).parent / "drugs" / "besponsa-us.toml").read_text("utf-8")
    for old, new in (
        ('id = "besponsa-us"', 'id = "examplin-us"'),
        ('drug = "besponsa"', 'drug = "examplin"'),
        ("0008-0100-01", "12345-678-90"),
        ('is = "00300080100011"', 'is = "00312345678906"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "drugs").mkdir()
    (tmp_path / "drugs" / "examplin-us.toml").write_text(text, "utf-8")
    status, answer = read("12345-678-90", "--market", "us")
    assert (status, answer["product"], answer["gtin"]) == (0, "examplin-us", "00312345678906")
