"""What stands on each page: whose it is, where it comes from, and the mark that says what it is for."""

from __future__ import annotations

from compounding.papers.work import Work
from compounding.patient import years_between
from compounding.policy import Market, Site
from compounding.scanning import page_code
from compounding.wording import papers as paper_words
from compounding.wording import worksheets as words
from compounding.wording.numbers import day
from compounding.workflow import State
from labels import Banner, Foot, Header, PageMark, Pair, SignatureCaptions

BLANK = 0
"""The version that a worksheet is of which is filled by hand."""
SIGNED = SignatureCaptions(*words.SIGNED)


def page_marks(number: str, version: int, pages: int) -> tuple[PageMark, ...]:
    """Of each page its words and its code, which says of which version it is; 0 is a blank one."""
    return tuple(PageMark(words.page(page, pages), page_code(number, page, version)) for page in range(1, pages + 1))


def header(number: str, site: Site) -> Header:
    word = paper_words.WORDS[site.policy.market]
    return Header(letter=words.HEADER, title=word.worksheet, pharmacy=site.pharmacy, number=f"{word.number} {number}")


def banner(work: Work) -> Banner:
    text, identity, market = work.text, work.identity, work.market
    born = Pair(words.BORN, day(identity.born, market))
    if market is Market.US:
        numbers: tuple[Pair, ...] = (Pair(words.MRN, identity.mrn), born)
    else:
        nhs = (Pair(words.NHS_NUMBER, paper_words.spaced_nhs(identity.nhs_number)),) if identity.nhs_number else ()
        numbers = (*nhs, Pair(words.HOSPITAL_NUMBER, identity.hospital_number), born)
    return Banner(
        letter=words.BANNER,
        patient_name=identity.name,
        numbers=numbers,
        age=words.age(years_between(identity.born, work.give_on)),
        location=identity.location or None,
        generic=text.generic,
        brand=paper_words.brand(text, market),
        dose=paper_words.dose_line(text, market),
        cycle=words.when(text.cycle_day, text.give_on),
    )


def foot(work: Work) -> Foot:
    text = work.text
    state = work.recorded.state or words.entered(work.entered_at)
    return Foot(
        (
            *words.origin(text.drug_file, paper_words.spaced_checksum(text.checksum), text.program),
            words.state(work.version, state),
            words.copy(1),
        ),
        words.log_head(work.log_head) if work.log_head else None,
        paper_words.unconfirmed_note(text),
    )


def mark(state: State, *, training: bool) -> tuple[str, ...]:
    """The grey words across each page. In training that is said first, whatever the state."""
    said = paper_words.MARKS[state]
    if not training:
        return (said,)
    return paper_words.TRAINING_AND_VOID if said == paper_words.VOID else paper_words.TRAINING_ON_WORKSHEET
