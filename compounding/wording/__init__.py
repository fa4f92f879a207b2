"""The exact words and numbers for screen, label, worksheet and export.

Only this package writes a number or a date for a person, and turns a finding or a line of working
into its sentence, so that screen, label, worksheet and export cannot disagree. It computes nothing.

    numbers     amounts, percentages, dates and times as they are written
    findings    a finding's sentence; those of a course in course_findings, of a checklist in checklist_findings
    working     a step's name, its expressions and results
    plans       a whole plan as finished strings, for the pages and the papers
    plan_values those strings as values, and how they are stored
    clocks      the five times of a plan, and what sets each
    drug_facts  the facts that a plan uses: those unconfirmed, and those a site confirmed
    draws       what is drawn from each vial
    export      a plan as JSON
    courses     a course's schedule, as JSON and as rows
    scans       what was scanned, and why it is refused
    papers      the fixed words of the papers
    bags        the words of the bag labels
    labels      what is in the way of the labels
    worklist    the rows of the worklist
    wastes      what was thrown away, and what is billed
    recalls     what a lot was used for
    rounding    a dose rounded down to whole vials
    settings    a setting's text for people
    subjects    what an entry is about, and which page was refused
    proof       whether the log holds
    path        the path of a preparation: next action, steps, materials, clocks
    course_page a course on its page; its schedule in courses
    course_facts what is recorded of a course, value by value
    fields      the words at a field of a form
    course_forms what the forms of a course ask
    course_orders an order in its course
    patients    the patients' pages, and what their forms ask
    checklist   a checklist and an infusion
    checklist_forms what the form of a checklist asks
    infusions   what the form of a dose given asks
    downtime    a downtime pack: cover, table of doses, labels by hand
    blank_worksheet a worksheet of it, filled in by hand
    drug_page   the page of a drug; its headings in drug_sections
    treatment   the treatment plan of a course
    calendar    its doses on a calendar
    ics         the same as a file for other calendars
    deviations  what went otherwise on it, for its worksheet
    endings     how it ends, or something leaves it
    barriers    why a step may not be taken
    log         an entry of the log: who, when, where, each value old and new, and why
"""
