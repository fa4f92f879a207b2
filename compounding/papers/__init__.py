"""Which elements each document has in each market. The only importer of `labels`.

    work        what a paper is made from: the plan's strings, and what was recorded so far
    bags        the bag labels
    worksheets  the worksheets
    fitting     a text cut to its place
    documents   a document's finished strings, and its PDF

A document is made once into finished strings, which are stored with its first print; every later
print draws those, so that no upgrade changes an old paper.
"""

from compounding.papers.documents import DOCUMENTS, draw, draw_all, draw_extract, strings, with_copy
from compounding.papers.fitting import lacking, over_rows
from compounding.papers.work import Answer, Bagged, Hour, Lot, Recorded, Signed, Work
from labels import Extract, ExtractRow, ExtractValue, Pair, Refused

__all__ = [
    "DOCUMENTS",
    "Answer",
    "Bagged",
    "Extract",
    "ExtractRow",
    "ExtractValue",
    "Hour",
    "Lot",
    "Pair",
    "Recorded",
    "Refused",
    "Signed",
    "Work",
    "draw",
    "draw_all",
    "draw_extract",
    "lacking",
    "over_rows",
    "strings",
    "with_copy",
]
