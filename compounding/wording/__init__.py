"""The exact words and numbers for screen, label, worksheet and export.

Only this package writes a number or a date for a person, and turns a finding or a line of working
into its sentence, so that screen, label, worksheet and export cannot disagree. It computes nothing.

    numbers     amounts, percentages, dates and times as they are written
    findings    a finding's sentence; those of a course in course_findings, of a checklist in checklist_findings
    working     a step's name, its expressions and results
    plans       a whole plan as finished strings, for the pages and the papers
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
    patients    the patients' pages
    checklist   a checklist and an infusion
    drug_page   the page of a drug; its headings in drug_sections
    treatment   the treatment plan of a course
    calendar    its doses on a calendar
    ics         the same as a file for other calendars
    deviations  what went otherwise on it, for its worksheet
    endings     how it ends, or something leaves it
    barriers    why a step may not be taken
    log         an entry of the log: who, when, where, each value old and new, and why
"""
