"""What each paper says: finished strings, captions included. A value of None is left out, or leaves its box
empty for the hand to fill; its place is kept. An empty string is refused."""

from dataclasses import dataclass

Mark = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A value that never parts from its caption: Pair("MRN", "00123456")."""

    caption: str
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A caption, a date and an hour in columns: Moment("START BEFORE (BUD)", "Mar 12, 2026", "16:00")."""

    caption: str
    date: str | None = None
    hour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLabelUS:
    patient_name: str  # OKONKWO-BRIGHTWATER, Maximiliana
    mrn: Pair  # MRN, 00123456
    born: Pair  # Born, Aug 14, 1980
    location: str | None = None  # Infusion Center 4W, chair 12
    generic: str  # inotuzumab ozogamicin
    brand: str  # (Besponsa)
    dose: str  # DOSE 1.46 mg
    diluent: str  # in 0.9% sodium chloride,
    total_volume: str  # TOTAL VOLUME 50 mL
    strength: str  # (0.0292 mg per mL), contains 5.84 mL of 0.25 mg/mL
    route: str  # FOR INTRAVENOUS INFUSION ONLY
    rate: str  # Infuse over 60 minutes (50 mL per hour)
    give_on: Pair  # Give on, Mar 12, 2026
    cycle: str  # Cycle 1 day 1
    prepared: str | None = None  # Prepared Mar 12, 2026 09:40
    start_before: Moment
    complete_by: Moment
    storage: str  # Store at 20 to 25 °C.
    limit: str | None = None  # Diluted-bag limit not confirmed
    light: str  # PROTECT FROM LIGHT. DO NOT FREEZE.
    handling: str | None = None  # Do not shake.
    hazard: str  # HAZARDOUS DRUG – CHEMOTHERAPY
    hazard_note: str | None = None  # Handle and dispose of properly.
    single_dose: str  # Single dose
    bag: str  # Bag 1 of 1
    number: Pair  # Prep. no., 2026-000123
    copy: str | None = None  # Copy 1 of 3
    prescriber: str | None = None  # Prescriber A. Nguyen, MD
    prepared_by: str | None = None  # Prepared by T. Osei, CPhT
    verified_by: str | None = None  # Verified by R. Castellanos-Whitfield, PharmD
    pharmacy: str  # St. Example Medical Center Pharmacy
    phone: str  # 24 h (555) 010-0199
    symbol: str  # 2026-000123-1-7K, encoded and printed under the symbol
    training: Mark | None = None  # TRAINING –, NOT FOR, PATIENT USE


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLabelUK:
    generic: str  # inotuzumab ozogamicin
    brand: str  # BESPONSA
    dose: str  # 1.46 mg
    diluent: str  # in 50 mL sodium chloride 0.9%
    strength: str  # (0.0292 mg per mL)
    route: str  # For intravenous infusion only
    rate: str  # Infuse over 60 minutes (50 mL per hour)
    patient_name: str  # OKONKWO-BRIGHTWATER, Maximiliana
    nhs_number: Pair | None = None  # NHS No., 999 012 3454
    hospital_number: Pair  # Hospital no., X0012345
    born: Pair  # Born, 14-Aug-1980
    ward: str | None = None  # Haematology Day Unit
    cycle: str  # Cycle 1 day 1
    bag: str  # Bag 1 of 1
    batch: Pair  # Batch no., 2026-000123; both bold
    prepared: str | None = None  # Prepared 12-Mar-2026 09:40
    expiry: Moment  # EXPIRY – start before
    complete_by: Moment  # Infusion complete by
    storage: str  # Store below 25 °C. Do not freeze.
    light: str  # Protect from light
    hazard: str  # CYTOTOXIC – handle with care
    children: str  # Keep out of the sight and reach of children
    pharmacy: str  # Example NHS Trust Pharmacy, 020 7946 0123
    address: str  # 1 Example Road, Exampletown EX1 2AB, and the MS number where the site has one
    symbol: str  # 2026-000123-1-7K
    copy: str | None = None  # Copy 1 of 3
    training: Mark | None = None


# The worksheet, section by section.


@dataclass(frozen=True, slots=True)
class Heading:
    """The bar over a section: its letter, title, and a note at the right."""

    letter: str
    title: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a caption inside; without a value it is empty for the hand."""

    caption: str
    value: str | None = None


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
class Order:
    """C: six measurements, then three figures and a wide box for the rounding rule."""

    heading: Heading
    measurements: tuple[Box, Box, Box, Box, Box, Box]
    figures: tuple[Box, Box, Box]
    rounding: Box


@dataclass(frozen=True, slots=True)
class SignatureCaptions:
    meaning: str
    name: str
    role: str
    signature: str
    date: str
    time: str


@dataclass(frozen=True, slots=True)
class Signature:
    meaning: str
    name: str | None = None
    role: str | None = None
    signature: str | None = None
    date: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """D."""

    heading: Heading
    signature: Signature


@dataclass(frozen=True, slots=True)
class WorkingLine:
    """WorkingLine("Vials", "5.84 mL ÷ 3.6 mL, rounded up", "2 vials of 0.9 mg", "7.2 mL can be drawn")."""

    name: str
    expression: str
    result: str
    source: str


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
    long. `stop` prints it bold; `timed` gives it a box for the time of day."""

    number: str
    text: tuple[str, ...]
    stop: bool = False
    ticked: bool = False
    timed: bool = False
    time: str | None = None


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
    first: str
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
    """Drug file with checksum, program, state shown; and the log head below them."""

    facts: tuple[str, ...]
    log_head: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    pages: tuple[PageMark, ...]  # as many as page_count() says
    header: Header
    banner: Banner
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
