"""What a worksheet says of a preparation that ended before anybody was given anything of it."""

from pathlib import Path

import pytest
from on_the_way import bring
from path_desk import WITNESS
from web_desk import US, WHO, Browser

from compounding.papers import Work, draw, strings
from compounding.web.progressing import way_of
from compounding.web.recorded import recorded_work
from compounding.workflow import State

NUMBER = "2026-000001"


def work(browser: Browser) -> Work:
    with browser.app.test_request_context():
        return recorded_work(way_of(NUMBER, browser.desk), browser.desk)


# How far it had come, and then: what went into the bin, and what M says, concentrate and diluted apart.
REJECTED = [
    (State.RECONSTITUTED, "Into the bin: Vial 1, whole, 0.9 mg in 3.6 mL; Vial 2, whole, 0.9 mg in 3.6 mL", "7.2 mL"),
    (State.DILUTED, "Into the bin: Bag, 1.46 mg in 50 mL", "1.36 mL; bag 50 mL"),
]


@pytest.mark.parametrize(("reached", "binned", "discarded"), REJECTED)
def test_a_rejection_says_when_why_by_whom_and_what_was_thrown_away(
    tmp_path: Path, reached: State, binned: str, discarded: str
) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    browser.sign_in(WHO[US][0])
    path = f"/preparations/{NUMBER}/end/reject"
    sent = {**browser.get(path).fields, "why": "quality", "words": "It leaks.", **WITNESS}
    assert browser.client.post(path, data=sent).status_code == 303
    found = work(browser)
    rows = [(one.what.replace("\N{NO-BREAK SPACE}", " "), one.reason, one.by) for one in found.answers]
    ended = next(row for row in rows if row[0].startswith("Rejected Mar 12, 2026 09:0"))
    assert "It leaks." in ended[1] and ended[2] == "rejected, R. Okafor"
    assert binned in " ".join(what for what, _, _ in rows)
    assert any(by == "witness, J. Park" for _, _, by in rows)
    assert found.recorded.discarded == discarded
    made = strings("worksheet", found, 1)
    assert "VOID" in " ".join(made["content"]["mark"])
    assert made["content"]["discarded"]["heading"]["note"] == "not given, so not claimed"
    assert draw(made)
