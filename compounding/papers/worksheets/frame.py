"""What stands on each page: whose it is, where it comes from, and the mark that says what it is for."""

from __future__ import annotations

from compounding.papers.work import Work
from compounding.patient import years_between
from compounding.policy import Market, Site
from compounding.scanning import own_code, page_part
from compounding.wording import papers as words
from compounding.wording.numbers import day
from compounding.workflow import State
from labels import Banner, Foot, Header, PageMark, Pair, SignatureCaptions

BLANK = 0
"""The version that a worksheet is of which is filled by hand."""
SIGNED = SignatureCaptions("Meaning", "Printed name", "Role", "Signature", "Date", "Time")


def page_marks(number: str, version: int, pages: int) -> tuple[PageMark, ...]:
    """Of each page its words and its code, which says of which version it is; 0 is a blank one."""
    return tuple(
        PageMark(f"Page {page} of {pages}", own_code(number, page_part(page, version))) for page in range(1, pages + 1)
    )


def header(number: str, site: Site) -> Header:
    word = words.WORDS[site.policy.market]
    return Header(letter="A", title=word.worksheet, pharmacy=site.pharmacy, number=f"{word.number} {number}")


def banner(work: Work) -> Banner:
    text, identity, market = work.text, work.identity, work.market
    born = Pair("Born", day(identity.born, market))
    if market is Market.US:
        numbers: tuple[Pair, ...] = (Pair("MRN", identity.mrn), born)
    else:
        nhs = (Pair("NHS No.", words.spaced_nhs(identity.nhs_number)),) if identity.nhs_number else ()
        numbers = (*nhs, Pair("Hospital no.", identity.hospital_number), born)
    return Banner(
        letter="B",
        patient_name=identity.name,
        numbers=numbers,
        age=f"age {years_between(identity.born, work.give_on)}",
        location=identity.location or None,
        generic=text.generic,
        brand=words.brand(text, market),
        dose=words.dose_line(text, market),
        cycle=f"{text.cycle_day}, give on {text.give_on}",
    )


def foot(work: Work) -> Foot:
    text = work.text
    state = work.recorded.state or f"entered, {work.entered_at}"
    return Foot(
        (
            f"{text.drug_file}, checksum {words.spaced_checksum(text.checksum)}",
            f"program {text.program}",
            f"version {work.version}, {state}",
            "copy 1",
        ),
        f"log head {work.log_head}" if work.log_head else None,
    )


def mark(state: State, *, training: bool) -> tuple[str, ...]:
    """The grey words across each page. In training that is said first, whatever the state."""
    said = words.MARKS[state]
    if not training:
        return (said,)
    return words.TRAINING_AND_VOID if said == words.VOID else words.TRAINING_ON_WORKSHEET
