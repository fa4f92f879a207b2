"""Label printers: what a site has, whether one may be trusted, and labels sent to one on the network.

    printers     a printer as it is set up, its calibration, and which printers a workstation may choose from
    status       what a printer says of itself, and what of it keeps a label from being printed
    line         the connection to one printer: asked, sent to, and asked again

Nothing here knows what a label says: it is finished bytes.
"""

from compounding.printing.line import Address, Line, NotPrinted, Times, Unknown, connected, longest
from compounding.printing.printers import (
    Calibration,
    Kind,
    Measured,
    Printer,
    at_workstation,
    judged,
    trusted,
)
from compounding.printing.status import Status, read_status

__all__ = [
    "Address",
    "Calibration",
    "Kind",
    "Line",
    "Measured",
    "NotPrinted",
    "Printer",
    "Status",
    "Times",
    "Unknown",
    "at_workstation",
    "connected",
    "judged",
    "longest",
    "read_status",
    "trusted",
]
