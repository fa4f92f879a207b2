"""A preparation on its way through the pages, for their tests: picked, wetted, checked, diluted.

Lots, serials and makers are invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from web_desk import UK, US, Browser, Html, on

from compounding import papers, records, training
from compounding.records import Event, NewFate, NewPrint, SavedPreparation, Standing
from compounding.web.progressing import way_of
from compounding.web.recorded import recorded_work
from compounding.web.signing import sign
from compounding.workflow import Meaning, State
from compounding.workflow.progress import Fate, Moment, What
from tests.path_rows import READING

NUMBER = "2026-000001"
"""170 cm, 70 kg, 0.8 mg/m²: 1.82 m², 1.46 mg, 5.84 mL of two vials. Entered by R. Okafor, verified by K. Adeyemi."""
ADDRESS = f"/preparations/{NUMBER}"
GS = "\x1d"
GTIN = {US: "00300080100011", UK: "05013457012095"}
WITNESS = {"witness": "park", "witness_secret": training.PASSWORD}
FLUIDS = {"water": "TR-W-2291", "diluent": "TR-S-8830", "container": "TR-C-0417"}


def vial(number: int = 1, *, gtin: str = GTIN[US], expiry: str = "271130", lot: str = "TR4471A") -> str:
    """What a scanner sends of a vial, its serial made of the number."""
    return f"]d201{gtin}17{expiry}10{lot}{GS}2122008{number:02d}"


class Bench(Browser):
    """The desk of R. Okafor, at the page of one verified preparation."""

    number = NUMBER

    @property
    def address(self) -> str:
        return f"/preparations/{self.number}"

    def page(self) -> Html:
        return self.get(self.address)

    def act(self, what: str, **sent: Any) -> Html:
        """Sends a form that was opened for the preparation as it is now."""
        saved = self.saved
        opened = {"number": saved.number, "version": str(saved.version), "state": saved.state}
        place = self.page().fields.get("place", "")
        today = self.desk.today().isoformat()
        return self.post(f"{self.address}/{what}", {"place": place, "on": today, **opened, **sent})

    def scan(self, text: str) -> Html:
        return self.act("scan", scan=text)

    def typing(self, kind: str, **changes: str) -> Html:
        """Types a lot and an expiry once: the page that asks for them a second time."""
        first = self.get(f"{self.address}/type/{kind}").fields
        sent = {**first, "maker": "Example Fluids", **on("expiry", 31, 1, 2028), **changes}
        return self.post(f"{self.address}/type/{kind}", sent)

    def type_twice(self, kind: str, lot: str) -> Html:
        again = self.typing(kind, lot=lot)
        return self.post(f"{self.address}/type/{kind}", {**again.fields, "lot": lot, **on("expiry", 31, 1, 2028)})

    def pick(self) -> None:
        """Everything on the picking list of the worked example."""
        self.scan(vial(1))
        self.scan(vial(2))
        for kind, lot in FLUIDS.items():
            self.type_twice(kind, lot)
            assert self.status == 303, (kind, self.status)

    def wet(self, *places: int) -> None:
        for place in places or (1, 2):
            self.act("wet", place=str(place))
            assert self.status == 303, place

    def check(self, user: str = "adeyemi") -> None:
        self.step(user, State.CHECKED, READING, signs=Meaning.IN_PROCESS_CHECK)

    def step(self, user: str, state: State | None, *rows: Any, signs: Meaning | None = None) -> None:
        """What another page does, as somebody else, and signs."""
        account = records.account(self.desk.engine, user)
        assert account is not None
        told = Event(account.person, state.value if state else "recorded", self.now)
        records.take_step(
            self.desk.engine,
            self.number,
            told,
            judge=lambda now: None,
            state=None if state is None else state.value,
            rows=rows,
            signature=sign(signs, {"number": self.number}, account.person) if signs else None,
        )

    def release(self) -> None:
        """The bag labelled, checked and released, as other pages do it."""
        for step in self.finishing():
            step()

    def finishing(self) -> tuple[Callable[[], None], ...]:
        """What leads from the diluted bag to its release, a state each."""
        return self._label, self._look, self._let_go

    def print_label(self) -> None:
        """One more copy of the label, which is nowhere yet."""
        copy = len(self.standing.labels) + 1
        strings = None if copy > 1 else self._strings()
        self.step("okafor", None, NewPrint("label", str(copy), strings, "0123456789abcdef" * 4))

    def _strings(self) -> str:
        with self.app.test_request_context():
            return json.dumps(papers.strings("label", recorded_work(way_of(self.number, self.desk), self.desk), 1))

    def _label(self) -> None:
        self.print_label()
        (copy,) = self.standing.labels
        self.step("okafor", State.LABELLED, NewFate(copy.print_id, Fate.APPLIED))

    def _look(self) -> None:
        self.step("adeyemi", State.FINAL, signs=Meaning.FINAL_CHECK)

    def _let_go(self) -> None:
        released = Moment(What.RELEASED, 0, self.minute, self.minute)
        self.step("adeyemi", State.RELEASED, released, signs=Meaning.RELEASE)

    @property
    def minute(self) -> datetime:
        return self.now.astimezone(UTC).replace(second=0, microsecond=0)

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    @property
    def standing(self) -> Standing:
        found = records.standing(self.desk.engine, self.number)
        assert found is not None
        return found

    @property
    def saved(self) -> SavedPreparation:
        return self.standing.preparation

    @property
    def state(self) -> str:
        return self.saved.state

    def newest(self) -> Event:
        """The newest entry that tells of no look at a page."""
        found = records.timeline(self.desk.engine, self.number)
        return next(one.event for one in reversed(found) if not one.event.action.endswith("viewed"))
