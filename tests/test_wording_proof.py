"""What the log rests on, and what its entries are about, in words: each expected text written out by hand."""

import pytest

from compounding.settings import SETTINGS
from compounding.web.routes import OPEN, ROUTES
from compounding.wording.proof import checked, checked_up_to, compared, newer, uncovered, unseen
from compounding.wording.subjects import PAGES, subject_typed, subject_words

REST = "until the next one they rest on the chain and the heads on paper."
COVERED = [
    # newest entry, that of the newest checkpoint, and what is said
    (15, None, "No checkpoint is signed yet: the log rests on the chain and the heads on paper."),
    (100, 100, "Every entry is covered by the last signed checkpoint."),
    (100, 101, "Every entry is covered by the last signed checkpoint."),  # signed meanwhile
    (103, 100, f"3 entries are newer than the last signed checkpoint; {REST}"),
    (
        101,
        100,
        "1 entry is newer than the last signed checkpoint; until the next one it rests on the chain and the heads on"
        " paper.",
    ),
]


@pytest.mark.parametrize(("newest", "signed", "sentence"), COVERED)
def test_what_no_checkpoint_covers(newest: int, signed: int | None, sentence: str) -> None:
    assert uncovered(newest, signed) == sentence


SEEN = [
    (15, None, "No witness was compared: only one tells whether an older state was put back."),
    (100, 100, "The witness has seen every entry."),
    (102, 100, "2 entries are newer than what the witness has seen."),
    (101, 100, "1 entry is newer than what the witness has seen."),
]


@pytest.mark.parametrize(("newest", "seen", "sentence"), SEEN)
def test_what_no_witness_has_seen(newest: int, seen: int | None, sentence: str) -> None:
    assert unseen(newest, seen) == sentence


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [(0, "No code from paper was compared."), (1, "1 code from paper fits."), (2, "2 codes from paper fit.")],
)
def test_how_many_codes_fit(codes: int, sentence: str) -> None:
    assert compared(codes) == sentence


def test_how_many_are_newer_than_a_check() -> None:
    assert newer(3, "that check") == "3 entries are newer than that check"
    assert newer(1234, "that check") == "1,234 entries are newer than that check"


def test_a_check_leaves_what_it_read_and_the_first_fault() -> None:
    assert checked(15, [], "none") == {"entries": "1 to 15", "witness": "none", "faults": "0"}
    assert checked(15, ["a", "b"], "compared") == {
        "entries": "1 to 15", "witness": "compared", "faults": "2", "first fault": "a",
    }  # fmt: skip
    assert checked(None, ["a"], "none")["entries"] == "none"


@pytest.mark.parametrize(
    ("entries", "newest"),
    [("1 to 15", 15), ("1 to 1234", 1234), ("none", None), ("", None), ("1 to ١٥", None), ("1 to x", None)],
)
def test_the_newest_entry_of_a_check_is_read_again(entries: str, newest: int | None) -> None:
    assert checked_up_to({"entries": entries}) == newest
    assert checked_up_to({}) is None


# ------------------------------------------------------------------ what an entry is about

SUBJECTS = [
    # as the log has it, as a page says it
    ("2026-000123", "2026-000123"),
    ("staff:okafor", "account okafor"),
    ("downtime:2026-000004", "downtime pack 2026-000004"),
    ("setting:formula", "setting Formula for body surface"),
    ("setting:site.mode", "setting site.mode"),  # what no page changes has no label
    ("", ""),
]


@pytest.mark.parametrize(("subject", "words"), SUBJECTS)
def test_what_an_entry_is_about_is_said_in_words_and_found_by_them(subject: str, words: str) -> None:
    assert subject_words(subject) == words
    assert subject_typed(words) == subject
    assert subject_typed(words.upper().replace(" ", "  ")) == subject


def test_every_setting_is_found_by_its_words() -> None:
    for setting in SETTINGS:
        subject = f"setting:{setting.name}"
        assert subject_typed(subject_words(subject)) == subject


@pytest.mark.parametrize("typed", ["2026-000123", "staff:okafor", "setting:bsa_step", "anything else"])
def test_the_logs_own_keys_are_taken_as_they_are(typed: str) -> None:
    assert subject_typed(typed) == typed


def test_every_page_that_may_be_refused_has_a_name() -> None:
    assert set(PAGES) == {endpoint for endpoint, deed in ROUTES.items() if deed is not OPEN}
    assert all(name and "_" not in name and "." not in name for name in PAGES.values())
