"""What a worksheet says, section by section: finished strings, captions included. A value of None leaves its box
empty for the hand to fill. An empty string is refused."""

from dataclasses import dataclass

from labels.content import Box, Mark, Pair, Signature, SignatureCaptions


@dataclass(frozen=True, slots=True)
class Heading:
    """The bar over a section: its letter, title, and a note at the right."""

    letter: str
    title: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    caption: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class PageMark:
    """What differs from page to page: PageMark("Page 1 of 2", "2026-000123-p1-4H")."""

    page: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A."""

    letter: str
    title: str  # Compounding Record
    pharmacy: str  # St. Example Medical Center Pharmacy
    number: str  # Prep. no. 2026-000123


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """B, on each page: the patient on the left, the drug on the right."""

    letter: str
    patient_name: str
    numbers: tuple[Pair, ...]  # MRN and born; NHS No., hospital no. and born
    age: str | None = None  # age 45
    location: str | None = None
    generic: str
    brand: str
    dose: str  # DOSE 1.46 mg, TOTAL VOLUME 50 mL
    cycle: str  # Cycle 1 day 1, give on Mar 12, 2026


@dataclass(frozen=True, slots=True)
class BlankRow:
    """Boxes side by side for the hand, with the share of the width that each has."""

    boxes: tuple[Box, ...]
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankBanner:
    """B of a blank worksheet: who it is for is written, on page 2 in one row."""

    letter: str
    first: tuple[BlankRow, ...]
    second: tuple[BlankRow, ...]
    generic: str
    brand: str
    dose: str  # DOSE ____ mg, TOTAL VOLUME 50 mL


@dataclass(frozen=True, slots=True)
class Order:
    """C: six measurements, then three figures and a wide box for the rounding rule."""

    heading: Heading
    measurements: tuple[Box, Box, Box, Box, Box, Box]
    figures: tuple[Box, Box, Box]
    rounding: Box


@dataclass(frozen=True, slots=True)
class Verification:
    """D."""

    heading: Heading
    signature: Signature


@dataclass(frozen=True, slots=True)
class WorkingLine:
    """WorkingLine("Vials", "5.84 mL ÷ 3.6 mL, rounded up", "2 vials of 0.9 mg", "7.2 mL can be drawn").
    `ways` names two ways, of which one is taken: each has a box of its own for the hand."""

    name: str
    expression: str
    result: str | None
    source: str | None
    ways: tuple[str, str] | None = None  # A, B


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """E: the working, and the frame for the checker's own result, six boxes."""

    heading: Heading
    lines: tuple[WorkingLine, ...]
    checker: str  # Checker’s own result
    checker_note: str
    boxes: tuple[Box, Box, Box, Box, Box, Box]


@dataclass(frozen=True, slots=True)
class MaterialCaptions:
    product: str
    maker: str
    quantity: str
    lot: str
    expiry: str
    entry: str  # S / T


@dataclass(frozen=True, slots=True)
class Material:
    number: str
    product: str
    detail: str | None = None  # NDC 0008-0100-01
    maker: str | None = None
    quantity: str | None = None
    lot: str | None = None
    expiry: str | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Materials:
    """F: one row a vial, then the other materials; assembled by, checked by."""

    heading: Heading
    captions: MaterialCaptions
    rows: tuple[Material, ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Clearance:
    """G."""

    heading: Heading
    ticks: tuple[Tick, ...]
    cabinet: Box
    initials: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. Each string of `text` begins a line; two lines in all, broken between words where one is too
    long. `stop` prints it bold; `timed` gives it a box for the time of day; `unit` one for an amount."""

    number: str
    text: tuple[str, ...]
    stop: bool = False
    ticked: bool = False
    timed: bool = False
    time: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """H, left."""

    heading: Heading
    rows: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class DrawCaptions:
    vial: str
    draw: str
    drawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Two short lines a vial: "3.6 mL" over "0 mL stays"; by total, "to a total of" over "5.84 mL".
    The first is bold; the second is bold and larger where it is the result."""

    vial: str
    first: str | None = None
    second: str | None = None
    result: bool = False
    drawn: str | None = None


@dataclass(frozen=True, slots=True)
class Draws:
    """H, right."""

    heading: Heading
    captions: DrawCaptions
    rows: tuple[Draw, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    name: str  # Dilute by
    rule: str  # T + 4 h, label
    time: str | None = None
    ticks: tuple[Tick, ...] = ()  # beside the name: which of these sets it


@dataclass(frozen=True, slots=True)
class Times:
    """K."""

    heading: Heading
    rows: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class InProcessCheck:
    """I: vials, diluent, volume, mass; accept or reject. The checker works blind: no figure in a caption."""

    heading: Heading
    boxes: tuple[Box, Box, Box, Box]
    verdict: tuple[Tick, Tick]


@dataclass(frozen=True, slots=True)
class Inspection:
    """J."""

    heading: Heading
    ticks: tuple[Tick, ...]
    verdict: tuple[Tick, Tick]


@dataclass(frozen=True, slots=True)
class LabelCount:
    """L: printed, on bag, on cover, specimen, destroyed, difference."""

    heading: Heading
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Discarded:
    """M: expected, actual."""

    heading: Heading
    boxes: tuple[Box, Box]


@dataclass(frozen=True, slots=True)
class DeviationCaptions:
    what: str
    reason: str
    authorised_by: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """Each up to two lines, broken between words."""

    what: str
    reason: str | None = None
    authorised_by: str | None = None


@dataclass(frozen=True, slots=True)
class Deviations:
    """N: as many rows as the stock gives page 2; what is beyond them goes on further pages."""

    heading: Heading
    captions: DeviationCaptions
    rows: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """O."""

    heading: Heading
    rows: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Foot:
    """Drug file with checksum, program, state shown; the log head below them, and a note beside it."""

    facts: tuple[str, ...]
    log_head: str | None = None
    note: str | None = None  # Not confirmed at this site: storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """What a worksheet and a blank one have in common."""

    pages: tuple[PageMark, ...]  # as many as page_count() says
    header: Header
    signature_captions: SignatureCaptions  # over D, F and O
    order: Order
    verification: Verification
    calculation: Calculation
    materials: Materials
    clearance: Clearance
    steps: Steps
    draws: Draws
    times: Times
    check: InProcessCheck
    inspection: Inspection
    labels: LabelCount
    discarded: Discarded
    deviations: Deviations
    signatures: Signatures
    foot: Foot
    mark: Mark | None = None  # TRAINING –, NOT FOR PATIENT USE; or VOID: large, grey, and whole in the foot


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet(Sections):
    banner: Banner


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankWorksheet(Sections):
    """One that is filled by hand, all of it."""

    banner: BlankBanner
