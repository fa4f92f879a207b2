"""Every page of the desk: its address, who may open it, and a form that it takes.

A page that is missing here fails the tests that walk all of them.
"""

import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import course_desk
import pyotp
from course_desk import COURSE
from finishing import final_form, finish
from on_the_way import bring
from path_desk import WITNESS, vial
from web_desk import ADMINISTRATOR, AFRESH, AUDITOR, US, Browser, on, typed
from zebra import Zebra, running

from compounding import credentials, records, training
from compounding.printing import Address, Printer
from compounding.printing import Kind as PrinterKind
from compounding.records import Event, NewPack
from compounding.scanning import own_code
from compounding.workflow import State

ROUNDED = "2026-000002"
"""0.91 mg, just over one vial."""
NUMBER, PRINTED, SETTING = "2026-000001", "2026-000003", "site.phone"
ON_PAPER = "2026-000004"
"""The first number of a downtime pack that is printed before any order is saved."""
FIRST = "grey gloves, warm bread"
GTIN = "00361234567890"
"""Of a pack that no drug file knows: 3 × (0+3+1+3+5+7+9) + (0+6+2+4+6+8) = 110, so its check digit is 0."""
READ = {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5.84"}
"""What a checker works out and reads of the worked example."""
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

USERS = {"T": "okafor", "P": "adeyemi", "U": AUDITOR[US], "A": ADMINISTRATOR[US]}
"""Technician, pharmacist, auditor, administrator."""
ANYBODY = "TPUA and nobody"

# Written down from what the roles are for, and not from the program's own table.
OPENS = {
    "static": ANYBODY,
    "favicon": ANYBODY,
    "sign_in.page": ANYBODY,
    "sign_in.sign_in": ANYBODY,
    "sign_in.unlock": ANYBODY,
    "sign_in.sign_out": ANYBODY,
    "preparations.home": "TPUA",
    "account.shown": "TPUA",
    "account.password": "TPUA",
    "account.pin": "TPUA",
    "account.factor": "TPUA",
    "account.factor_off": "TPUA",
    "settings.listed": "TPUA",
    "settings.shown": "TPUA",
    "settings.set_site": "A",
    "settings.decide": "P",
    "staff.listed": "UA",
    "staff.shown": "UA",
    "staff.new": "A",
    "staff.open_": "A",
    "staff.change": "A",
    "staff.reset": "A",
    "worklist.shown": "TPU",
    "worklist.scan": "TPU",
    "preparations.listed": "TPU",
    "preparations.search": "TPU",
    "preparations.shown": "TPU",
    "preparations.pdf": "TPU",
    "preparations.print_": "TP",
    "orders.new": "TP",
    "orders.change": "TP",
    "orders.review": "TP",
    "orders.save": "TP",
    "orders.edit": "TP",
    "patients.listed": "TPU",
    "patients.search": "TPU",
    "patients.shown": "TPU",
    "patients.new": "TP",
    "patients.enter": "TP",
    "patients.edit": "TP",
    "patients.correct": "TP",
    "courses.shown": "TPU",
    "courses.plan_pdf": "TPU",
    "courses.calendar": "TPU",
    "courses.new": "TP",
    "courses.open_": "TP",
    "courses.order": "TP",
    "courses.change": "TP",
    "courses.record": "TP",
    "courses.out": "TP",
    "courses.take_out": "TP",
    "checklists.shown": "TPU",
    "checklists.record": "TP",
    "giving.shown": "TPU",
    "giving.record": "TP",
    "verifying.shown": "P",
    "verifying.verify": "P",
    "verifying.sign_": "P",
    # In the UK a technician as well: the page itself says so in the US.
    "checking.shown": "PT",
    "checking.check": "PT",
    "checking.sign_": "PT",
    "releasing.final": "PT",
    "releasing.sign_final": "PT",
    "releasing.release": "P",
    "releasing.sign_release": "P",
    "materials.scan": "TP",
    "materials.type_": "TP",
    "materials.typed": "TP",
    "materials.out": "TP",
    "materials.take_out": "TP",
    "true_times.wet": "TP",
    "true_times.add_drug": "TP",
    "true_times.hand_label": "TP",
    "true_times.enter_hand_label": "TP",
    "ending.shown": "TP",
    "ending.end": "TP",
    "labels.shown": "TPU",
    "labels.pdf": "TPU",
    "labels.preview": "TPU",
    "labels.print_": "TP",
    "labels.came_out": "TP",
    "labels.scan": "TP",
    "labels.destroy": "TP",
    "wastes.of_one": "TPU",
    "wastes.shown": "TPU",
    "wastes.search": "TPU",
    "wastes.csv": "TPU",
    "wastes.print_one": "TP",
    "wastes.print_period": "TP",
    "reports.pdf": "TPU",
    "reconciling.shown": "TPU",
    "reconciling.print_": "TP",
    "recalls.shown": "TPU",
    "recalls.search": "TPU",
    "recalls.pdf": "TPU",
    "recalls.put": "P",
    "recalls.end": "P",
    "downtime.shown": "TPU",
    "downtime.pdf": "TPU",
    "downtime.print_": "P",
    "downtime.destroy": "P",
    "rounding.shown": "TP",
    "rounding.take": "TP",
    "scanner.shown": "TPUA",
    "scanner.read": "TPUA",
    "enrolling.listed": "TPUA",
    "enrolling.enrol": "TP",
    "enrolling.withdraw": "TP",
    "calculator.calculator": "TPU",
    "calculator.calculate": "TPU",
    "drugs.listed": "TPU",
    "drugs.shown": "TPU",
    "drugs.print_": "TP",
    "printers.listed": "TPUA",
    "printers.shown": "TPUA",
    "printers.pdf": "TPUA",
    "printers.add": "A",
    "printers.change": "A",
    "printers.send": "TPA",
    "printers.calibrated": "TPA",
    "audit.timeline": "TPU",
    "audit.searched": "PU",
    "audit.search": "PU",
    "audit.compare": "PU",
    "audit.check": "PU",
    "audit.csv": "PU",
    "audit.pdf": "PU",
    "audit.export": "U",
}

_FILLED = {
    "number": NUMBER,
    "document": "worksheet",
    "place": "1",
    "filename": "desk.css",
    "user": "park",
    "name": SETTING,
    "kind": "water",
    "what": "cancel",
    "material_id": "1",
    "drug": "besponsa-us",
    "first": "1",
    "last": "3",
    "patient_id": "1",
    "fact_id": "1",
    "cycle": "1",
    "day": "1",
    "pack_id": "1",
    "key": "1",
    "copy_of": "bag",
    "stock": "small",
    "form": "png",
}


@dataclass(frozen=True)
class Place:
    """An address with something in its variable parts, and the method that it is asked by."""

    endpoint: str
    method: str
    path: str

    @property
    def opens(self) -> str:
        return OPENS[self.endpoint]

    @property
    def user(self) -> str:
        """The first who may open it."""
        return USERS[self.opens[0]]


def places(browser: Browser, *methods: str) -> list[Place]:
    """Every address of the application."""
    return sorted(
        (
            Place(rule.endpoint, method, _address(rule.rule, rule.endpoint))
            for rule in browser.app.url_map.iter_rules()
            for method in methods or ("GET", "POST")
            if method in (rule.methods or ())
        ),
        key=lambda place: (place.path, place.method),
    )


def _address(rule: str, endpoint: str) -> str:
    own = {
        "settings.decide": {"name": "bsa_step"},
        "preparations.pdf": {"number": PRINTED},
        "true_times.enter_hand_label": {"number": ON_PAPER},
        "rounding.shown": {"number": ROUNDED},
        "rounding.take": {"number": ROUNDED},
        **{page: {"number": COURSE} for page in OPENS if page.split(".")[0] in ("courses", "checklists", "giving")},
        **{f"printers.{name}": {"number": "1"} for name in ("shown", "pdf", "change", "send", "calibrated")},
    }
    if endpoint in ("courses.change", "courses.record"):
        own[endpoint] = {"number": COURSE, "kind": "ended"}
    filled = {**_FILLED, **own.get(endpoint, {})}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: filled[part[1]], rule)


def print_one(browser: Browser) -> None:
    """Prints a master record; verifies an invented order and prints its worksheet: 180 cm and 64.8 kg are 1.80 m², and
    0.5 mg/m² of it 0.90 mg."""
    assert browser.verify(PRINTED, weight="64.8", level="0.5", dose="0.90").status_code == 303
    assert browser.send(f"/preparations/{PRINTED}/print/worksheet", {}).status_code == 303
    assert browser.send("/drugs/besponsa-us/print", {}).status_code == 303


# ------------------------------------------------------------------ a form for each

Sent = dict[str, str]


def _sign_in(browser: Browser) -> Sent:
    return {"user": "okafor", "secret": training.PASSWORD, "workstation": browser.desk.site.workstations[0]}


def _unlock(browser: Browser) -> Sent:
    browser.now += timedelta(minutes=20)
    return {"unlock_secret": training.PIN, "next": "/"}


def _factor_off(browser: Browser) -> Sent:
    d = browser.desk
    account = records.account(d.engine, "okafor")
    assert account is not None
    value = credentials.sealed(FACTOR, d.secrets_key)
    records.put_secret(d.engine, "okafor", "totp", value, Event(account.person, "second factor set", browser.now))
    browser.sign_in("okafor", code=pyotp.TOTP(FACTOR).at(browser.now))
    browser.now += timedelta(minutes=2)
    return {"own_secret": training.PASSWORD, "own_code": pyotp.TOTP(FACTOR).at(browser.now)}


def _change_account(browser: Browser) -> Sent:
    account = records.account(browser.desk.engine, "park")
    assert account is not None
    return {"name": account.name, "role": "auditor", "state": "open", "was": str(account.entry)}


def _save(browser: Browser) -> Sent:
    return browser.saving(browser.review())


def _print(browser: Browser) -> Sent:
    assert browser.verify(NUMBER).status_code == 303
    return {}


def _verify(browser: Browser) -> Sent:
    return {**browser.get(f"/preparations/{NUMBER}/verify").fields, **AFRESH}


def _sign(browser: Browser) -> Sent:
    agreed = browser.post(f"/preparations/{NUMBER}/verify", _verify(browser))
    return {**agreed.fields, "signing_secret": training.PIN}


def _setting(name: str, value: str) -> Callable[[Browser], Sent]:
    def sent(browser: Browser) -> Sent:
        page = browser.get(f"/settings/{name}")
        changed = {"value": value, "reason": "As it was agreed.", "signing_secret": training.PIN}
        return {**page.fields, "act": "hold", **changed}

    return sent


def _compare(browser: Browser) -> Sent:
    head = records.head(browser.desk.engine)
    assert head is not None
    number, _, characters = head.code.partition(" ")
    return {"entry": number, "characters": characters}


def _diluted(browser: Browser) -> Sent:
    bring(browser, NUMBER, State.DILUTED)
    return browser.get(f"/preparations/{NUMBER}/labels").fields


def _printed(**sent: str) -> Callable[[Browser], Sent]:
    def made(browser: Browser) -> Sent:
        path = f"/preparations/{NUMBER}/labels"
        assert browser.client.post(f"{path}/print", data=_diluted(browser)).status_code == 303
        return {**browser.get(path).fields, **sent}

    return made


def _brought(state: State, **sent: str) -> Callable[[Browser], Sent]:
    """A form of the page of a preparation in a state."""

    def made(browser: Browser) -> Sent:
        bring(browser, NUMBER, state)
        return {"number": NUMBER, "version": "1", "state": state.value, **sent}

    return made


def _wetted(browser: Browser) -> Sent:
    bring(browser, NUMBER, State.RECONSTITUTED)
    return {**browser.get(f"/preparations/{NUMBER}/check").fields, **READ}


def _read(browser: Browser) -> Sent:
    agreed = browser.post(f"/preparations/{NUMBER}/check", _wetted(browser))
    return {**agreed.fields, "signing_secret": training.PIN}


def _labelled(browser: Browser) -> Sent:
    finish(browser, NUMBER, State.LABELLED)
    return final_form(browser, NUMBER)


def _checked(browser: Browser) -> Sent:
    finish(browser, NUMBER, State.FINAL)
    return {**browser.get(f"/preparations/{NUMBER}/release").fields, "signing_secret": training.PIN}


def _agreed(browser: Browser) -> Sent:
    said = {"prescriber": "A. Nguyen, MD", "agreed_at": "09:00", "words": "Round it.", **on("agreed_on", 12, 3, 2026)}
    return {**browser.get(f"/preparations/{ROUNDED}/rounding").fields, **said}


def _recalled(browser: Browser) -> Sent:
    person = next(account.person for account in records.accounts(browser.desk.engine) if account.user == "adeyemi")
    told = Event(person, "lot recalled", browser.now)
    made = records.put_recall(browser.desk.engine, "besponsa-us", "AB-1", "glass in a vial", told)
    return {"which": str(made.id), "end_reason": "It was another lot.", "signing_secret": training.PIN}


def _enrolled(browser: Browser) -> Sent:
    person = next(account.person for account in records.accounts(browser.desk.engine) if account.user == "okafor")
    told = Event(person, "code proposed", browser.now)
    records.put_setting(browser.desk.engine, f"code:{GTIN}", "besponsa-us", "proposed", told, was=0)
    return {"gtin": GTIN, "why": "Another pack.", "signing_secret": training.PIN}


def put_printer(browser: Browser, at: Address | None = None) -> Printer:
    """A printer of the site: by the driver, or on the network at an address."""
    kind, place = (PrinterKind.NETWORK, (at.host, at.port)) if at else (PrinterKind.DRIVER, ())
    new = Printer(0, 0, "Cabinet 1", kind, 203, "4 × 3 in", *place)
    person = next(account.person for account in records.accounts(browser.desk.engine) if account.user == "castellan")
    return records.put_printer(browser.desk.engine, new, Event(person, "printer set up", browser.now))


def _new_printer(browser: Browser) -> Sent:
    said = {"name": "Office", "kind": "driver", "dpi": "203", "stock": "4 × 3 in", "signing_secret": training.PIN}
    return {**browser.get("/settings/printers").fields, **said}


def _changed_printer(browser: Browser) -> Sent:
    put_printer(browser)
    return {**browser.get("/settings/printers/1").fields, "dpi": "300", "signing_secret": training.PIN}


def _calibrated(browser: Browser) -> Sent:
    put_printer(browser)
    found = {"across": "50", "down": "49.8", "scanned": own_code("CAL", "1"), "corners": "whole"}
    return {**browser.get("/settings/printers/1").fields, **found, "signing_secret": training.PIN}


def _listening(browser: Browser) -> Sent:
    """A network printer that listens as long as the browser is there."""
    printer = running(Zebra())
    put_printer(browser, printer.__enter__().address)
    weakref.finalize(browser, printer.__exit__, None, None, None)
    return {}


def _sent_labels(browser: Browser) -> Sent:
    """Three labels of which nobody knows whether they came out."""
    fields = _printed()(browser)
    person = next(account.person for account in records.accounts(browser.desk.engine) if account.user == "okafor")
    rows = [records.NewSending(put_printer(browser, Address("192.0.2.1", 9100)).row, 1, 3)]
    told = Event(person, "label printed", browser.now)
    records.take_step(browser.desk.engine, NUMBER, told, judge=lambda _: None, rows=rows)
    browser.now += timedelta(minutes=4)  # longer than three labels can take
    return {**fields, "came_out": "3"}


def put_pack(browser: Browser) -> None:
    """Reserves the next number for a blank worksheet, as a printed pack does."""
    person = next(account.person for account in records.accounts(browser.desk.engine) if account.user == "adeyemi")
    year, drug = browser.now.year, browser.desk.drugs[0]
    first = records.next_sequence(browser.desk.engine, year)
    new = NewPack(year, first, 1, drug.id, drug.edition, drug.checksum, 0, "{}", "0123456789abcdef" * 4)
    told = Event(person, "downtime pack printed", browser.now - timedelta(hours=2))
    records.reserve_pack(browser.desk.engine, new, told)


def _packed(browser: Browser) -> Sent:
    put_pack(browser)
    return {"destroyed": ON_PAPER, "destroy_reason": "Torn."}


def _on_paper(browser: Browser) -> Sent:
    """An order from paper whose bag is made, and waits for the time at which its label was written."""
    mine = browser.client
    put_pack(browser)
    browser.sign_in("okafor")
    told = {"downtime_number": ON_PAPER, "written_at": "08:00", "written_by": "R. Okafor", "paper_reason": "Down."}
    assert browser.save(browser.review(**told, **on("written_on", 12, 3, 2026))).status_code == 303
    bring(browser, ON_PAPER, State.DILUTED)
    browser.client = mine
    return {**browser.get(f"/preparations/{ON_PAPER}/hand-label").fields, "at": "", "late_reason": ""}


def _just(**sent: str) -> Callable[[Browser], Sent]:
    return lambda browser: sent


def _edited(browser: Browser) -> Sent:
    course_desk.enter(browser)
    said = {"allergies": "none known", "reason": "as the record has it", "signing_secret": training.PIN}
    return {**browser.get("/patients/1/edit").fields, **said}


def _new_course(browser: Browser) -> Sent:
    course_desk.enter(browser)
    ended = {**on("on", 12, 3, 2026), "why": "patient", "told": "asked to stop"}
    assert course_desk.record(browser, "ended", "C-000001", **ended) is None  # that of the training site
    return {**browser.get("/patients/1/courses/new").fields, **course_desk.course(), **course_desk.SIGNED}


def _begun(**sent: str) -> Callable[[Browser], Sent]:
    """A form of a course that was opened."""

    def made(browser: Browser) -> Sent:
        course_desk.begin(browser)
        return {"was": str(course_desk.stored(browser).entry), "signing_secret": training.PIN, **sent}

    return made


def _out(browser: Browser) -> Sent:
    course_desk.begin(browser)
    course_desk.respond(browser, "cr")
    second = {"second": "adeyemi", "second_secret": training.PASSWORD}
    return {"out_words": "another patient's", **second, "signing_secret": training.PIN}


def _given(browser: Browser) -> Sent:
    course_desk.begin(browser)
    number = course_desk.place(browser)
    course_desk.check(browser)
    course_desk.release(browser, number)
    course_desk.later(browser)
    page = browser.get(f"/courses/{COURSE}/doses/1/1")
    return {**page.fields, "start": "14:00", "end": "15:00", "reaction": "none", "signing_secret": training.PIN}


def _checked_list(browser: Browser) -> Sent:
    course_desk.begin(browser)
    page = browser.get(f"/courses/{COURSE}/checklists/1/1")
    return {**page.fields, **course_desk.checklist(browser), "signing_secret": training.PIN}


_MARCH = {**on("since", 1, 3, 2026), **on("until", 12, 3, 2026)}
_PASSWORDS = {"new_secret": FIRST, "again_secret": FIRST}
FORMS: dict[str, Callable[[Browser], Sent]] = {
    "sign_in.sign_in": _sign_in,
    "sign_in.unlock": _unlock,
    "sign_in.sign_out": _just(),
    "account.password": _just(own_secret=training.PASSWORD, **_PASSWORDS),
    "account.pin": _just(own_secret=training.PASSWORD, new_pin_secret="314159", again_pin_secret="314159"),
    "account.factor": _just(own_secret=training.PASSWORD),
    "account.factor_off": _factor_off,
    "staff.open_": _just(user="novak", name="E. Novak", role="auditor", **_PASSWORDS),
    "staff.change": _change_account,
    "staff.reset": _just(what="password", **_PASSWORDS),
    "settings.set_site": _setting(SETTING, "(212) 555-0143"),
    "settings.decide": _setting("bsa_step", "0.001"),
    "orders.change": lambda browser: typed(US),
    "orders.review": lambda browser: typed(US),
    "orders.save": _save,
    "preparations.search": _just(name="Rivera"),
    "preparations.print_": _print,
    "verifying.verify": _verify,
    "verifying.sign_": _sign,
    "worklist.scan": _just(scan=NUMBER),
    "checking.check": _wetted,
    "checking.sign_": _read,
    "releasing.sign_final": _labelled,
    "releasing.sign_release": _checked,
    "materials.scan": _brought(State.VERIFIED, scan=vial()),
    "materials.typed": _brought(State.VERIFIED, maker="M", lot="L1", **on("expiry", 31, 1, 2028)),
    "materials.take_out": _brought(State.MATERIALS, why="broken", **WITNESS),
    "true_times.wet": _brought(State.MATERIALS, place="1", on="2026-03-12"),
    "true_times.add_drug": _brought(State.CHECKED, on="2026-03-12"),
    "true_times.enter_hand_label": _on_paper,
    "ending.end": _brought(State.VERIFIED, why="twice"),
    "labels.print_": _diluted,
    "labels.came_out": _sent_labels,
    "labels.scan": _printed(scanned=own_code(NUMBER, "1")),
    "labels.destroy": _printed(copy="1", why="torn", witness="adeyemi", witness_secret=training.PASSWORD),
    "wastes.search": _just(**_MARCH),
    "wastes.csv": _just(**_MARCH),
    "wastes.print_one": _diluted,
    "wastes.print_period": _just(**_MARCH),
    "drugs.print_": _just(),
    "reconciling.print_": _printed(),
    "recalls.search": _just(lot="AB-1"),
    "recalls.pdf": _just(lot="AB-1"),
    "recalls.put": _just(
        recalled_lot="AB-1", recalled_product="besponsa-us", recall_reason="Glass.", signing_secret=training.PIN
    ),
    "recalls.end": _recalled,
    "downtime.print_": _just(worksheets="1"),
    "downtime.destroy": _packed,
    "rounding.take": _agreed,
    "scanner.read": _just(scanned="00300080100011"),
    "enrolling.enrol": _just(scanned=f"]d201{GTIN}", product="besponsa-us", signing_secret=training.PIN),
    "enrolling.withdraw": _enrolled,
    "patients.search": _just(name="Rivera"),
    "patients.enter": lambda browser: course_desk.patient(),
    "patients.correct": _edited,
    "courses.open_": _new_course,
    "courses.record": _begun(**on("on", 12, 3, 2026), why="patient", told="asked to stop"),
    "courses.take_out": _out,
    "checklists.record": _checked_list,
    "giving.record": _given,
    "printers.add": _new_printer,
    "printers.change": _changed_printer,
    "printers.send": _listening,
    "printers.calibrated": _calibrated,
    "calculator.calculate": _just(height="170", weight="70", formula="mosteller", cycle="1", day="1"),
    "audit.search": _just(name="Rivera"),
    "audit.compare": _compare,
    "audit.check": _just(),
    "audit.csv": _just(),
    "audit.pdf": _just(),
    "audit.export": _just(),
}
"""By its page a form that is right, as whoever may send it makes it."""
