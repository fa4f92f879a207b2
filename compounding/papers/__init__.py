"""Which elements each document has in each market. The only importer of `labels`.

    work        what a paper is made from: the plan's strings, and what was recorded so far
    bags        the bag labels
    copies      each copy of one: its stock, what it is for, its line and code
    worksheets  the worksheets
    paper       the office paper of each market
    fitting     a text cut to its place
    downtime    packs of blank worksheets, printed ahead
    printers    calibration labels, sheets of labels, and the dots of a network printer
    documents   a document's finished strings, and its PDF
    plan        the treatment plan of a course
    reports     documents of a moment: their editions, and their PDF
    master      the master record of a drug file
    reconciliation  the labels of a preparation counted
    certificate waste certificates, of a preparation and of a period

A document is made once into finished strings, which are stored with its first print; every later
print draws those, so that no upgrade changes an old paper.
"""

from compounding.papers.certificate import WasteOfDrug, WasteOfOne, waste_of_one, waste_of_period
from compounding.papers.copies import size_of, stock_name
from compounding.papers.documents import (
    DOCUMENTS,
    draw,
    draw_all,
    draw_extract,
    draw_on_sheets,
    label_strings,
    preview_strings,
    reprint_strings,
    strings,
    with_copy,
)
from compounding.papers.downtime import Ahead, downtime_strings, draw_downtime
from compounding.papers.fitting import lacking, over_rows
from compounding.papers.master import Choice, Master, master_record
from compounding.papers.plan import draw_treatment
from compounding.papers.reconciliation import CopyLine, Counted, reconciliation
from compounding.papers.reports import Shown, draw_report, report_copy, report_strings, tells_the_same
from compounding.papers.work import Answer, Bagged, Checked, Hour, Lot, Recorded, Signed, Work
from labels import Extract, ExtractRow, ExtractValue, Pair, Record, Refused, png

__all__ = [
    "DOCUMENTS",
    "Ahead",
    "Answer",
    "Bagged",
    "Checked",
    "Choice",
    "CopyLine",
    "Counted",
    "Extract",
    "ExtractRow",
    "ExtractValue",
    "Hour",
    "Lot",
    "Master",
    "Pair",
    "Record",
    "Recorded",
    "Refused",
    "Shown",
    "Signed",
    "WasteOfDrug",
    "WasteOfOne",
    "Work",
    "downtime_strings",
    "draw",
    "draw_all",
    "draw_downtime",
    "draw_extract",
    "draw_on_sheets",
    "draw_report",
    "draw_treatment",
    "label_strings",
    "lacking",
    "master_record",
    "over_rows",
    "png",
    "preview_strings",
    "reconciliation",
    "report_copy",
    "report_strings",
    "reprint_strings",
    "size_of",
    "stock_name",
    "strings",
    "tells_the_same",
    "waste_of_one",
    "waste_of_period",
    "with_copy",
]
