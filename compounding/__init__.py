"""A preparation desk for hospital pharmacies.

A technician enters an order; the program computes the dose from body surface area, picks vials,
works out reconstitution, volumes and waste, and prints a worksheet and a bag label. Every figure can
be followed back to the label text that it came from.

The modules, in the order in which one may import another (only what stands earlier):

    quantities    amounts with units: read, round, write for machines; the only user of pint
    findings      what is said about an order: findings, lines of working, how sure a source is
    policy        a site's choices: formula, roundings, limits, zone
    formulary     the drug files, drugs/*.toml, as frozen values
    localtime     local times as they are typed, each one moment
    settings      every choice of a site as a row of a table, and what stored rows mean
    patient       measurements, body surface area, plausibility
    course        earlier doses in; permitted levels, dates and blocks out
    checklist     before a dose: what was seen, and what the label's limits say of it
    dosing        cycle, day and response into a dose
    vials         vials, draws, what is discarded, billing units
    stability     the clocks from the first vial wetted
    preparation   order + presentation + policy into a plan
    reckoner      doses by body surface, worked ahead
    workflow      a package: people and roles, the states of a preparation, its steps, and what each step waits for
    files         files that are whole or not there at all
    credentials   passwords, PINs and second factors: rules, hashing, locks
    scanning      what a scanner or a hand typed
    printing      label printers: which one may be trusted, and labels sent to one
    wording       the exact words and numbers for screen, label, worksheet and export
    papers        which elements each document has in each market; the only user of labels/
    records       the database: tables, migrations, the functions that write
    training      the invented sites, staff and orders of training mode
    sites         which site this desk is, and the database that holds it
    founding      a site for patient use, set up once
    web           forms and pages
    cli           the `compounding` command

Beside the corridor, and importing nothing of it:

    evidence      an export of the log verified, by one file that needs nothing of the program
    labels        the drawing kit of the papers; it knows no word of its own

Glossary:

    presentation     one market's form of a drug: its vial, strength and code
    labelled         the content stated on a vial
    withdrawable     the volume that can be drawn from a reconstituted vial
    nominal          the volume that would hold the labelled content
    reconstitution   dissolving the powder in a vial with a stated volume of water
    diluent          what fills the bag up to its volume
    draw             the volume taken from one vial
    discarded        what can be drawn from the vials used and is not given
    level            the dose per body surface area, in mg/m²
    beyond-use       the time after which a preparation may not be given
    nominal day      day 1 of the cycle and 7 or 14 days on; a dose's window lies around it
    finding          a judgement on an order or a course: stop, override, acknowledge or info
    working          the calculation, line by line, with its sources
"""
