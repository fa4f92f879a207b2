"""The worked example on paper: one invented patient, 1.46 mg, as a US and a UK site would print it.

Every string here is what `labels` takes: finished, captions included."""

from dataclasses import replace

from labels import (
    BagLabelUK,
    BagLabelUS,
    Banner,
    Box,
    Calculation,
    Clearance,
    Clock,
    DeviationCaptions,
    Deviations,
    Discarded,
    Draw,
    DrawCaptions,
    Draws,
    Foot,
    Header,
    Heading,
    InProcessCheck,
    Inspection,
    LabelCount,
    Material,
    MaterialCaptions,
    Materials,
    Moment,
    Order,
    PageMark,
    Pair,
    Signature,
    SignatureCaptions,
    Signatures,
    Step,
    Steps,
    Tick,
    Times,
    Verification,
    WorkingLine,
    Worksheet,
)

ON_LABEL = ("TRAINING –", "NOT FOR", "PATIENT USE")
ON_WORKSHEET = ("TRAINING –", "NOT FOR PATIENT USE")
VERDICT = (Tick("Accept"), Tick("Reject"))

US_LABEL = BagLabelUS(
    patient_name="OKONKWO-BRIGHTWATER, Maximiliana",
    mrn=Pair("MRN", "00123456"),
    born=Pair("Born", "Aug 14, 1980"),
    location="Infusion Center 4W, chair 12",
    generic="inotuzumab ozogamicin",
    brand="(Besponsa)",
    dose="DOSE 1.46 mg",
    diluent="in 0.9% sodium chloride,",
    total_volume="TOTAL VOLUME 50 mL",
    strength="(0.0292 mg per mL), contains 5.84 mL of 0.25 mg/mL",
    route="FOR INTRAVENOUS INFUSION ONLY",
    rate="Infuse over 60 minutes (50 mL per hour)",
    give_on=Pair("Give on", "Mar 12, 2026"),
    cycle="Cycle 1 day 1",
    prepared="Prepared Mar 12, 2026 09:40",
    start_before=Moment("START BEFORE (BUD)", "Mar 12, 2026", "16:00"),
    complete_by=Moment("INFUSION COMPLETE BY", "Mar 12, 2026", "17:00"),
    storage="Store at 20 to 25 °C.",
    limit="Diluted-bag limit not confirmed",
    light="PROTECT FROM LIGHT. DO NOT FREEZE.",
    handling="Do not shake.",
    hazard="HAZARDOUS DRUG – CHEMOTHERAPY",
    hazard_note="Handle and dispose of properly.",
    single_dose="Single dose",
    bag="Bag 1 of 1",
    number=Pair("Prep. no.", "2026-000123"),
    copy="Copy 1 of 3",
    prescriber="Prescriber A. Nguyen, MD",
    prepared_by="Prepared by T. Osei, CPhT",
    verified_by="Verified by R. Castellanos-Whitfield, PharmD",
    pharmacy="St. Example Medical Center Pharmacy",
    phone="24 h (555) 010-0199",
    symbol="2026-000123-1-7K",
    training=ON_LABEL,
)

UK_LABEL = BagLabelUK(
    generic="inotuzumab ozogamicin",
    brand="BESPONSA",
    dose="1.46 mg",
    diluent="in 50 mL sodium chloride 0.9%",
    strength="(0.0292 mg per mL)",
    route="For intravenous infusion only",
    rate="Infuse over 60 minutes (50 mL per hour)",
    patient_name="OKONKWO-BRIGHTWATER, Maximiliana",
    nhs_number=Pair("NHS No.", "999 012 3454"),
    hospital_number=Pair("Hospital no.", "X0012345"),
    born=Pair("Born", "14-Aug-1980"),
    ward="Haematology Day Unit",
    cycle="Cycle 1 day 1",
    bag="Bag 1 of 1",
    batch=Pair("Batch no.", "2026-000123"),
    prepared="Prepared 12-Mar-2026 09:40",
    expiry=Moment("EXPIRY – start before", "12-Mar-2026", "16:00"),
    complete_by=Moment("Infusion complete by", "12-Mar-2026", "17:00"),
    storage="Store below 25 °C. Do not freeze.",
    light="Protect from light",
    hazard="CYTOTOXIC – handle with care",
    children="Keep out of the sight and reach of children",
    pharmacy="Example NHS Trust Pharmacy, 020 7946 0123",
    address="1 Example Road, Exampletown EX1 2AB",
    symbol="2026-000123-1-7K",
    copy="Copy 1 of 3",
    training=ON_LABEL,
)

PAGES = (PageMark("Page 1 of 2", "2026-000123-p1-4H"), PageMark("Page 2 of 2", "2026-000123-p2-9C"))
SIGNED_ON_PAPER = SignatureCaptions("Meaning", "Printed name", "Role", "Signature", "Date", "Time")
RELEASE = (
    Signature("Calculation checked"),
    Signature("Prepared"),
    Signature("In-process checked"),
    Signature("Labels counted"),
    Signature("Final check"),
    Signature("Released"),
)

US_WORKSHEET = Worksheet(
    pages=PAGES,
    header=Header(
        letter="A",
        title="Compounding Record",
        pharmacy="St. Example Medical Center Pharmacy",
        number="Prep. no. 2026-000123",
    ),
    banner=Banner(
        letter="B",
        patient_name="OKONKWO-BRIGHTWATER, Maximiliana",
        numbers=(Pair("MRN", "00123456"), Pair("Born", "Aug 14, 1980")),
        age="age 45",
        location="Infusion Center 4W, chair 12",
        generic="inotuzumab ozogamicin",
        brand="(Besponsa)",
        dose="DOSE 1.46 mg, TOTAL VOLUME 50 mL",
        cycle="Cycle 1 day 1, give on Mar 12, 2026",
    ),
    signature_captions=SIGNED_ON_PAPER,
    order=Order(
        Heading("C", "Order", "ordered by A. Nguyen, MD, Mar 11, 2026 15:20"),
        (
            Box("Height, Mar 10, 2026", "170 cm"),
            Box("Weight, Mar 10, 2026", "70 kg"),
            Box("BSA, Mosteller", "1.82 m²"),
            Box("Cycle and day", "Cycle 1 day 1"),
            Box("Dose level", "0.8 mg/m²"),
            Box("Give on", "Mar 12, 2026"),
        ),
        (Box("Calculated dose", "1.456 mg"), Box("Ordered dose", "1.46 mg"), Box("Difference", "0.27%")),
        Box(
            "Rounding: BSA 0.01 m², dose 0.01 mg, volume 0.01 mL, half away from zero",
            "Actual body weight, no cap on BSA or dose",
        ),
    ),
    verification=Verification(
        Heading("D", "Order verified", "against the order, not against this paper"),
        Signature(
            "Order verified",
            "R. Castellanos-Whitfield",
            "pharmacist",
            "on screen, 5b1e 77c0",
            "Mar 12, 2026",
            "08:52",
        ),
    ),
    calculation=Calculation(
        heading=Heading("E", "Calculation", "each line is rounded before the next line uses it"),
        lines=(
            WorkingLine("BSA", "√(170 cm × 70 kg ÷ 3600)", "1.82 m²", "Mosteller 1987; 1.8181 to 0.01"),
            WorkingLine("Dose level", "cycle 1 day 1, every patient", "0.8 mg/m²", "label, dose table"),
            WorkingLine("Calculated dose", "0.8 mg/m² × 1.82 m²", "1.456 mg", "exact"),
            WorkingLine("Dose", "to 0.01 mg; ordered 1.46 mg, difference 0.27%", "1.46 mg", "site rounding"),
            WorkingLine("Volume to withdraw", "1.46 mg ÷ 0.25 mg/mL", "5.84 mL", "PI §2.4, §11"),
            WorkingLine("Vials", "5.84 mL ÷ 3.6 mL, rounded up", "2 vials of 0.9 mg", "7.2 mL can be drawn"),
            WorkingLine("Reconstitution", "4 mL × 2 vials", "8 mL", "Sterile Water for Injection, USP"),
            WorkingLine("Discarded", "7.2 mL − 5.84 mL; 1.8 mg − 1.46 mg", "1.36 mL, 0.34 mg", "labeled content"),
            WorkingLine("Bag", "50 mL − 5.84 mL", "44.16 mL", "0.9% sodium chloride"),
            WorkingLine("Concentration", "1.46 mg ÷ 50 mL", "0.0292 mg/mL", "0.01 to 0.1 mg/mL"),
            WorkingLine("Billing", "1.46 mg ÷ 0.1 mg, rounded up; 18 − 15", "15 + 3 units", "J9229 × 15, J9229-JW × 3"),
        ),
        checker="Checker’s own result",
        checker_note="worked from the order by a second person, before reading the lines above",
        boxes=(
            Box("BSA, m²"),
            Box("Dose, mg"),
            Box("Volume, mL"),
            Box("Vials"),
            Box("Sodium chloride, mL"),
            Box("Agrees: initials, time"),
        ),
    ),
    materials=Materials(
        Heading("F", "Materials", "S scanned, T typed twice. One row for each vial."),
        MaterialCaptions("Product", "Maker", "Quantity", "Lot", "Expiry", "S / T"),
        (
            Material(
                "1",
                "Besponsa 0.9 mg vial – 1",
                "NDC 0008-0100-01",
                "Pfizer",
                "1 vial",
                "EX2041",
                "Aug 31, 2027",
                "S",
            ),
            Material(
                "2",
                "Besponsa 0.9 mg vial – 2",
                "NDC 0008-0100-01",
                "Pfizer",
                "1 vial",
                "EX2041",
                "Aug 31, 2027",
                "S",
            ),
            Material(
                "3",
                "Sterile Water for Injection, USP",
                "4 mL for each vial",
                "Example Labs",
                "8 mL",
                "W7719",
                "Dec 31, 2026",
                "T",
            ),
            Material(
                "4",
                "0.9% sodium chloride injection, USP",
                None,
                "Example Labs",
                "44.16 mL",
                "N5530",
                "Nov 30, 2026",
                "T",
            ),
            Material(
                "5",
                "Empty container, 50 mL",
                "PVC, polyolefin or EVA",
                "Example Med",
                "1",
                "B0088",
                "Jan 31, 2028",
                "T",
            ),
            Material("6", "Light cover", None, "Example Med", "1", "C1150", None, "T"),
        ),
        (
            Signature(
                "Materials assembled",
                "T. Osei",
                "technician",
                "on screen, 90d4 1ac7",
                "Mar 12, 2026",
                "08:41",
            ),
            Signature(
                "Materials checked",
                "M. Lindqvist",
                "pharmacist",
                "on screen, c3f8 02b6",
                "Mar 12, 2026",
                "08:46",
            ),
        ),
    ),
    clearance=Clearance(
        Heading("G", "Line clearance and cabinet"),
        (Tick("No other drug, label or paper in the area"), Tick("Clean, airflow in range")),
        Box("Cabinet no."),
        Box("Initials, time"),
    ),
    steps=Steps(
        Heading("H", "Steps", "tick when done; time of day in the boxes"),
        (
            Step(
                number="1",
                text=(
                    "Wet vial 1 with 4 mL of Sterile Water for Injection.",
                    "This moment is T: the clocks start.",
                ),
                ticked=True,
                timed=True,
                time="09:00",
            ),
            Step(
                number="2",
                text=("Wet vial 2 with 4 mL. Gently swirl; do not shake.", "Protect from light."),
                ticked=True,
                timed=True,
                time="09:02",
            ),
            Step(
                number="3",
                text=("Clear to opalescent, colorless to slightly yellow,", "no visible foreign matter."),
            ),
            Step(number="4", text=("Draw from the vials as the table says: 5.84 mL in all.",)),
            Step(
                number="5",
                text=("STOP. In-process check, section I,", "before any drug is added."),
                stop=True,
            ),
            Step(
                number="6",
                text=(
                    "Method A: put 44.16 mL of 0.9% sodium chloride into the empty container; nothing else as diluent.",
                ),
            ),
            Step(
                number="7",
                text=(
                    "Add 5.84 mL of drug: exactly 50 mL in all.",
                    "This moment is the dilution: the first clock stops.",
                ),
                timed=True,
            ),
            Step(number="8", text=("Gently invert; do not shake. Protect from light.",)),
            Step(number="9", text=("Label the bag, fit the light cover, label the cover.",)),
        ),
    ),
    draws=Draws(
        Heading("H", "Vial draws", "3.6 mL can be drawn"),
        DrawCaptions("Vial", "Draw", "Drawn, mL"),
        (
            Draw(vial="1", first="3.6 mL", second="0 mL stays"),
            Draw(vial="2", first="2.24 mL", second="1.36 mL stays"),
        ),
    ),
    times=Times(
        Heading("K", "Times", "rule that set each"),
        (
            Clock("First vial wetted (T)", "clock starts", "09:00"),
            Clock("Dilute by", "T + 4 h, label", "13:00"),
            Clock("Out of refrigerator by", "T + 6 h, if refrigerated", "15:00"),
            Clock("START BEFORE", "T + 7 h; diluted-bag limit not confirmed", "16:00"),
            Clock("COMPLETE BY", "T + 8 h, label", "17:00"),
        ),
    ),
    check=InProcessCheck(
        Heading("I", "In-process check by a second person", "before the drug is added to the bag"),
        (
            Box("Vials: product, lot, number"),
            Box("Diluent"),
            Box("Volume drawn, mL"),
            Box("Mass: no density stated", "not weighed"),
        ),
        VERDICT,
    ),
    inspection=Inspection(
        Heading("J", "Final inspection"),
        (
            Tick("Clear, no particles"),
            Tick("No leak"),
            Tick("Volume 50 mL"),
            Tick("Light cover on"),
            Tick("Label right and legible"),
        ),
        VERDICT,
    ),
    labels=LabelCount(
        Heading("L", "Labels", "printed = applied + specimen + destroyed; specimen on the back"),
        (
            Box("Printed"),
            Box("On bag"),
            Box("On cover"),
            Box("Specimen"),
            Box("Destroyed"),
            Box("Difference, 0"),
        ),
    ),
    discarded=Discarded(
        Heading("M", "Discarded", "J9229-JW × 3"),
        (Box("Expected", "1.36 mL, 0.34 mg"), Box("Actual mL, initials")),
    ),
    deviations=Deviations(
        Heading(
            "N",
            "Deviations and overrides",
            "name, signature, date and time of who allowed it. None: strike through and initial.",
        ),
        DeviationCaptions("What", "Reason", "Authorized by"),
    ),
    signatures=Signatures(Heading("O", "Signatures", "preparer is neither checker nor releaser"), RELEASE),
    foot=Foot(
        (
            "besponsa-us edition 2, checksum 7c41 9ae0 52d3 b6f8",
            "program 0.3.0",
            "state shown: reconstituted, Mar 12, 2026 09:06",
        ),
        "log head 418 MFRGGZDFMZTWQ2LK",
    ),
    mark=ON_WORKSHEET,
)

UK_WORKSHEET = replace(
    US_WORKSHEET,
    header=Header(
        letter="A",
        title="Worksheet",
        pharmacy="Example NHS Trust, Pharmacy Aseptic Unit",
        number="Batch no. 2026-000123",
    ),
    banner=Banner(
        letter="B",
        patient_name="OKONKWO-BRIGHTWATER, Maximiliana",
        numbers=(
            Pair("NHS No.", "999 012 3454"),
            Pair("Hospital no.", "X0012345"),
            Pair("Born", "14-Aug-1980"),
        ),
        age="age 45",
        location="Haematology Day Unit",
        generic="inotuzumab ozogamicin",
        brand="BESPONSA",
        dose="1.46 mg in 50 mL sodium chloride 0.9%",
        cycle="Cycle 1 day 1, give on 12-Mar-2026",
    ),
    order=Order(
        Heading("C", "Order", "ordered by A. Nguyen, consultant haematologist, 11-Mar-2026 15:20"),
        (
            Box("Height, 10-Mar-2026", "170 cm"),
            Box("Weight, 10-Mar-2026", "70 kg"),
            Box("BSA, Mosteller", "1.82 m²"),
            Box("Cycle and day", "Cycle 1 day 1"),
            Box("Dose level", "0.8 mg/m²"),
            Box("Give on", "12-Mar-2026"),
        ),
        US_WORKSHEET.order.figures,
        US_WORKSHEET.order.rounding,
    ),
    verification=Verification(US_WORKSHEET.verification.heading, Signature("Order verified")),
    calculation=replace(
        US_WORKSHEET.calculation,
        lines=(
            *US_WORKSHEET.calculation.lines[:4],
            WorkingLine("Volume to withdraw", "1.46 mg ÷ 0.25 mg/mL", "5.84 mL", "SmPC §2"),
            WorkingLine("Vials", "5.84 mL ÷ 4 mL nominal, rounded up", "2 vials of 1 mg", "8 mL nominal"),
            WorkingLine("Reconstitution", "4 mL × 2 vials", "8 mL", "water for injections"),
            WorkingLine(
                "Discarded",
                "8 mL − 5.84 mL; 2 mg − 1.46 mg",
                "2.16 mL, 0.54 mg",
                "nominal; labelled content",
            ),
            WorkingLine("Bag", "50 mL − 5.84 mL", "44.16 mL", "sodium chloride 0.9%"),
            WorkingLine("Concentration", "1.46 mg ÷ 50 mL", "0.0292 mg/mL", "0.01 to 0.1 mg/mL"),
            WorkingLine(
                "Expected mass",
                "5.84 mL × 1.02 g/mL; ±5%: 5.67 to 6.25 g",
                "5.96 g",
                "water 4 g per vial, 1 g/mL",
            ),
        ),
    ),
    materials=Materials(
        US_WORKSHEET.materials.heading,
        MaterialCaptions("Product", "Maker", "Quantity", "Batch (maker’s)", "Expiry", "S / T"),
        (
            Material("1", "BESPONSA 1 mg vial – 1", "GTIN 5013457012095", "Pfizer", "1 vial"),
            Material("2", "BESPONSA 1 mg vial – 2", "GTIN 5013457012095", "Pfizer", "1 vial"),
            Material("3", "Water for injections", "4 mL for each vial", None, "8 mL"),
            Material("4", "Sodium chloride 0.9% injection", None, None, "44.16 mL"),
            Material("5", "Empty container, 50 mL", "PVC, polyolefin or EVA", None, "1"),
            Material("6", "Light cover", None, None, "1"),
        ),
        (Signature("Materials assembled"), Signature("Materials checked")),
    ),
    clearance=replace(US_WORKSHEET.clearance, cabinet=Box("Isolator no.")),
    steps=Steps(
        US_WORKSHEET.steps.heading,
        (
            Step(
                number="1",
                text=("Wet vial 1 with 4 mL of water for injections.", "This moment is T: the clocks start."),
                timed=True,
            ),
            Step(
                number="2",
                text=("Wet vial 2 with 4 mL. Gently swirl; do not shake.", "Protect from light."),
                timed=True,
            ),
            Step(number="3", text=("Accept only without particles or discolouration.",)),
            *US_WORKSHEET.steps.rows[3:5],
            Step(
                number="6",
                text=(
                    "Method A: put 44.16 mL of sodium chloride 0.9% into the empty container; nothing else as diluent.",
                ),
            ),
            *US_WORKSHEET.steps.rows[6:],
        ),
    ),
    draws=Draws(
        Heading("H", "Vial draws", "nominal; by total"),
        DrawCaptions("Vial", "Draw", "Drawn, mL"),
        (
            Draw(vial="1", first="all that can be drawn", second="(at most 4 mL)"),
            Draw(vial="2", first="to a total of", second="5.84 mL", result=True),
        ),
    ),
    times=Times(
        US_WORKSHEET.times.heading,
        (
            Clock("First vial wetted (T)", "clock starts"),
            Clock("Dilute by", "T + 4 h, SmPC"),
            Clock("Out of the fridge by", "T + 6 h, if refrigerated"),
            Clock("EXPIRY – start before", "T + 8 h less 1 h of infusion"),
            Clock("Complete by", "T + 8 h, SmPC"),
        ),
    ),
    check=replace(
        US_WORKSHEET.check,
        boxes=(
            Box("Vials: product, lot, number"),
            Box("Diluent"),
            Box("Volume drawn, mL"),
            Box("Mass drawn, g"),
        ),
    ),
    discarded=Discarded(
        Heading("M", "Discarded", "nominal"),
        (Box("Expected", "2.16 mL, 0.54 mg"), Box("Actual mL, initials")),
    ),
    deviations=Deviations(US_WORKSHEET.deviations.heading, DeviationCaptions("What", "Reason", "Authorised by")),
    foot=Foot(
        (
            "besponsa-uk edition 2, checksum 7c41 9ae0 52d3 b6f8",
            "program 0.3.0",
            "state shown: order verified, 12-Mar-2026 08:52",
        ),
        "log head 418 MFRGGZDFMZTWQ2LK",
    ),
)


def three_vials(worksheet: Worksheet, spare: bool = False) -> Worksheet:
    """The longest worksheet: three vials, one step that wets vials 2 and 3, and perhaps a spare vial."""
    first, second, *others = worksheet.materials.rows
    vials = [first, second, replace(first, number="3", product=first.product.replace("– 1", "– 3"))]
    if spare:
        vials.append(replace(first, number="4", product=first.product.replace("– 1", "– spare")))
    rows = [replace(row, number=str(i + 1)) for i, row in enumerate([*vials, *others])]
    draws = [*worksheet.draws.rows[:1], replace(worksheet.draws.rows[0], vial="2")]
    draws.append(replace(worksheet.draws.rows[1], vial="3"))
    if spare:
        draws.append(Draw(vial="spare", first="from the spare", second="where it does not suffice"))
    return replace(
        worksheet,
        materials=replace(worksheet.materials, rows=tuple(rows)),
        draws=replace(worksheet.draws, rows=tuple(draws)),
    )
