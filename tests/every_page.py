"""Every page of the desk: its address, who may open it, and a form that it takes.

A page that is missing here fails the tests that walk all of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from web_desk import ADMINISTRATOR, AFRESH, AUDITOR, US, Browser, typed

from compounding import credentials, records, training
from compounding.records import Event

NUMBER, PRINTED, SETTING = "2026-000001", "2026-000003", "site.phone"
FIRST = "grey gloves, warm bread"
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
    "verifying.shown": "P",
    "verifying.verify": "P",
    "verifying.sign_": "P",
    "calculator.calculator": "TPU",
    "calculator.calculate": "TPU",
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
    "document": "label",
    "place": "1",
    "filename": "desk.css",
    "user": "park",
    "name": SETTING,
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
    own = {"settings.decide": {"name": "bsa_step"}, "preparations.pdf": {"number": PRINTED}}
    filled = {**_FILLED, **own.get(endpoint, {})}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: filled[part[1]], rule)


def print_one(browser: Browser) -> None:
    """Verifies an invented order and prints its label: 180 cm and 64.8 kg are 1.80 m², and 0.5 mg/m² of it 0.90 mg."""
    assert browser.verify(PRINTED, weight="64.8", level="0.5", dose="0.90").status_code == 303
    assert browser.send(f"/preparations/{PRINTED}/print/label", {}).status_code == 303


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


def _just(**sent: str) -> Callable[[Browser], Sent]:
    return lambda browser: sent


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
    "calculator.calculate": _just(height="170", weight="70", formula="mosteller", cycle="1", day="1"),
    "audit.search": _just(name="Rivera"),
    "audit.compare": _compare,
    "audit.check": _just(),
    "audit.csv": _just(),
    "audit.pdf": _just(),
    "audit.export": _just(),
}
"""By its page a form that is right, as whoever may send it makes it."""
