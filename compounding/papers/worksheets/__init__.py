"""The worksheets of both markets, filled with what was recorded when they are printed; the rest is for the hand.

frame      A, B, the foot and the mark
order      C, D, E
materials  F, G
steps      H, K
checks     I, J, L, M, N, O
"""

from __future__ import annotations

from compounding.papers.work import Work
from compounding.papers.worksheets.checks import check, deviations, discarded, inspection, label_count, signatures
from compounding.papers.worksheets.frame import SIGNED, banner, foot, header, mark, page_marks
from compounding.papers.worksheets.materials import clearance, materials
from compounding.papers.worksheets.order import calculation, order, verification
from compounding.papers.worksheets.steps import draws, steps, times
from compounding.workflow import Meaning
from labels import Stock, Worksheet, page_count

__all__ = ["worksheet"]


def worksheet(work: Work, stock: Stock) -> Worksheet:
    """The worksheet of a preparation, for the stock whose pages it fills."""
    text, recorded, departed = work.text, work.recorded, deviations(work)
    return Worksheet(
        pages=page_marks(work.number, work.version, page_count(stock, len(departed.rows))),
        header=header(work.number, work.site),
        banner=banner(work),
        signature_captions=SIGNED,
        order=order(work),
        verification=verification(recorded),
        calculation=calculation(text, recorded.reading),
        materials=materials(text, work.market, recorded),
        clearance=clearance(work.market),
        steps=steps(text, recorded),
        draws=draws(text, recorded.reading),
        times=times(text, work.market, recorded),
        check=check(text.expected_mass != "", recorded.reading),
        inspection=inspection(text.bag, text.light_cover, looked=Meaning.FINAL_CHECK in recorded.signatures),
        labels=label_count(recorded.labels),
        discarded=discarded(text, recorded),
        deviations=departed,
        signatures=signatures(recorded.signatures, recorded.entries),
        foot=foot(work),
        mark=mark(recorded.reached, training=work.site.training),
    )
