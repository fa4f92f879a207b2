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
    kind: str | None = None  # Light cover, SPECIMEN; of the bag's own copy nothing
    void: Mark | None = None  # SPECIMEN –, NOT FOR, USE: of a copy that no bag may bear


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
    kind: str | None = None  # Light cover
    void: Mark | None = None


# What worksheets and running documents share.


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a caption inside; without a value it is empty for the hand."""

    caption: str
    value: str | None = None


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
