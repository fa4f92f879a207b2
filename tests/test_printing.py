"""Label printers: what a status says, labels sent to a printer that does well or badly, and which one is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from zebra import PATIENT, Zebra, nobody, running

from compounding.printing import (
    Address,
    Calibration,
    Kind,
    Measured,
    NotPrinted,
    Printer,
    Status,
    Times,
    Unknown,
    at_workstation,
    connected,
    judged,
    longest,
    read_status,
    trusted,
)
from compounding.printing.printers import limits

END = b"^XZ\n"
LABEL = b"^XA^FO0,0^GFA,8,8,2,FF00FF00FF00FF00^FS\n" + END
# A label of 4 × 3 in has about this many bytes: more than one packet, and than some buffers.
LARGE = b"^XA^FO0,0^GFA," + b"0F" * 40_000 + b"^FS\n" + END

# ------------------------------------------------------------------ the status

# The answer of the manual's form; string 1: paper out, pause, buffer full, memory, cold, hot; string 2: head, ribbon.
FINE = ("030,0,0,1245,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,4,0,00000000,1,000", "1234,0")


def answer(*lines: str) -> bytes:
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)


def flagged(line: int, place: int, figure: str = "1") -> bytes:
    lines = [part.split(",") for part in FINE]
    lines[line][place] = figure
    return answer(*(",".join(part) for part in lines))


STATUSES = [
    (answer(*FINE), Status((), 0, False, 0), True),
    (flagged(0, 1), Status(("paper-out",), 0, False, 0), True),
    (flagged(0, 2), Status(("paused",), 0, False, 0), True),
    (flagged(0, 5), Status(("buffer-full",), 0, False, 0), True),
    (flagged(0, 9), Status(("memory-lost",), 0, False, 0), True),
    (flagged(0, 10), Status(("too-cold",), 0, False, 0), True),
    (flagged(0, 11), Status(("too-hot",), 0, False, 0), True),
    (flagged(1, 2), Status(("head-open",), 0, False, 0), True),
    (flagged(1, 3), Status(("ribbon-out",), 0, False, 0), True),
    (flagged(0, 4, "002"), Status((), 2, False, 0), False),
    (flagged(0, 7), Status((), 0, True, 0), False),
    (flagged(1, 8, "00000003"), Status((), 0, False, 3), False),
    (b"noise" + answer(*FINE), Status((), 0, False, 0), True),
]


@pytest.mark.parametrize(("text", "status", "idle"), STATUSES)
def test_a_status_is_read_from_its_three_lines(text: bytes, status: Status, idle: bool) -> None:
    assert (read_status(text), read_status(text).idle) == (status, idle)


def test_an_open_head_with_no_paper_says_both() -> None:
    """The paper first: it is what somebody mends first."""
    lines = (FINE[0].replace("030,0", "030,1"), FINE[1].replace("000,0,0", "000,0,1"), FINE[2])
    assert read_status(answer(*lines)).faults == ("paper-out", "head-open")


NO_STATUS = [
    b"",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    answer("030,0,0"),
    answer("a,b", "c,d", "e,f"),
    answer(*FINE)[:-4],
]


@pytest.mark.parametrize("text", NO_STATUS)
def test_what_is_no_status_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="printer"):
        read_status(text)


# ------------------------------------------------------------------ sending


@pytest.fixture
def zebra(request: pytest.FixtureRequest) -> Iterator[Zebra]:
    with running(request.param if hasattr(request, "param") else Zebra()) as made:
        yield made


def print_(zebra: Zebra, label: bytes = LABEL, count: int = 1) -> None:
    with connected(zebra.address, zebra.times) as line:
        line.ready()
        for _ in range(count):
            line.print_(label, END)


@pytest.mark.parametrize("label", [LABEL, LARGE], ids=["small", "large"])
def test_labels_are_printed_one_after_the_other_to_the_last_byte(zebra: Zebra, label: bytes) -> None:
    print_(zebra, label, 3)
    assert zebra.printed == [label.replace(b"\n", b"")] * 3
    # once before, and for each label once before its end and twice idle after it
    assert zebra.asked == 1 + 3 * 3


# The printer, the code, whether a person must look; and what it has printed all the same.
TROUBLE = [
    pytest.param(Zebra(head_open=True), NotPrinted, "head-open", 0, id="head open"),
    pytest.param(Zebra(paused=True), NotPrinted, "paused", 0, id="paused"),
    pytest.param(Zebra(ribbon_out=True), NotPrinted, "ribbon-out", 0, id="ribbon out"),
    pytest.param(Zebra(paper=0, waiting=[b"before"]), NotPrinted, "paper-out", 0, id="no paper"),
    pytest.param(Zebra(paper=0), NotPrinted, "paper-out", 0, id="the roll ends under it"),
    pytest.param(Zebra(answers=0), NotPrinted, "silent", 0, id="silent"),
    pytest.param(Zebra(deaf=True), NotPrinted, "silent", 0, id="deaf"),
    pytest.param(Zebra(says=b"HTTP/1.1 400 Bad Request\r\n" * 200), NotPrinted, "not-a-printer", 0, id="a web server"),
    pytest.param(Zebra(answers=1), NotPrinted, "silent", 0, id="silent before the end"),
    pytest.param(Zebra(hangs_up_after=20_000), NotPrinted, "broke-off", 0, id="breaks off half-way"),
    pytest.param(Zebra(answers=2), Unknown, "silent", 1, id="silent after the end"),
    pytest.param(Zebra(hangs_up_at_the_end=True), Unknown, "broke-off", 1, id="breaks off after the end"),
    pytest.param(Zebra(jams=True), Unknown, "too-slow", 0, id="never done"),
]


@pytest.mark.parametrize(("made", "kind", "code", "out"), TROUBLE)
def test_a_printer_in_trouble_says_what_it_is(made: Zebra, kind: type[Exception], code: str, out: int) -> None:
    fresh = replace(made, printed=[], waiting=list(made.waiting))
    with running(fresh), pytest.raises(kind) as raised:
        print_(fresh, LARGE)
    assert (raised.value.args, len(fresh.printed)) == ((code,), out)


def test_what_waits_in_a_printer_in_trouble_is_cancelled() -> None:
    """Else the label would come out by itself once paper is there again."""
    with running(Zebra(paper=0)) as zebra:
        with pytest.raises(NotPrinted):
            print_(zebra)
        with connected(zebra.address, zebra.times) as line:
            line.ready()  # it has been told before it answers
        assert (zebra.waiting, zebra.printed) == ([], [])


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (nobody(), "no-connection"),
        (Address("printer.invalid", 9100), "no-such-host"),
        (Address("x" * 70, 9100), "no-connection"),
    ],
)
def test_where_no_printer_is_nothing_is_printed(address: Address, code: str) -> None:
    with pytest.raises(NotPrinted) as raised, connected(address, PATIENT):
        pytest.fail("there is a line to nobody")
    assert raised.value.code == code


def test_a_label_without_its_end_is_never_sent(zebra: Zebra) -> None:
    with connected(zebra.address, zebra.times) as line, pytest.raises(ValueError, match="ends with"):
        line.print_(b"^XA^FS", END)
    assert zebra.printed == []


# ------------------------------------------------------------------ calibration

PRINTER = Printer(1, 7, "Cabinet 1", Kind.NETWORK, 203, "4 × 3 in", "10.0.0.8", 9100)


def measured(across: str, down: str, rule: int = 50, *, read: bool = True, whole: bool = True) -> Measured:
    return Measured(Decimal(across), Decimal(down), rule, read, whole)


# 50 mm ± 1 % are 49.5 to 50.5; 40 mm ± 1 % are 39.6 to 40.4.
RESULTS = [
    (measured("50", "50"), True),
    (measured("49.5", "50.5"), True),
    (measured("50.5", "49.5"), True),
    (measured("49.49", "50"), False),
    (measured("50", "49.4"), False),
    (measured("50.51", "50"), False),
    (measured("50", "51"), False),
    (measured("50", "50", read=False), False),
    (measured("50", "50", whole=False), False),
    (measured("50", "40", 40), True),
    (measured("49.5", "39.6", 40), True),
    (measured("50", "40.4", 40), True),
    (measured("50", "40.41", 40), False),
    (measured("40", "40", 40), False),
]


@pytest.mark.parametrize(("found", "passes"), RESULTS)
def test_a_printer_passes_within_a_hundredth_with_symbol_and_corners(found: Measured, passes: bool) -> None:
    assert judged(found) is passes


def test_the_limits_are_those_of_the_rule() -> None:
    assert limits(50) == (Decimal("49.5"), Decimal("50.5"))
    assert limits(40) == (Decimal("39.6"), Decimal("40.4"))


def result(passed: bool, printer: Printer = PRINTER) -> Calibration:
    return Calibration(measured("50", "50"), passed, printer.made_up)


# What the printer is by now, and whether a pass of before still counts.
CHANGED = [
    ({}, True),
    ({"name": "Cabinet 2", "row": 9, "workstations": ("Cabinet 2",)}, True),
    ({"dpi": 300}, False),
    ({"stock": "4 × 4 in"}, False),
    ({"host": "10.0.0.9"}, False),
    ({"port": 6101}, False),
    ({"kind": Kind.DRIVER}, False),
    ({"kind": Kind.SHEETS, "sheet": "Avery 5164"}, False),
]


@pytest.mark.parametrize(("changes", "holds"), CHANGED)
def test_a_pass_counts_for_what_the_printer_was(changes: dict[str, object], holds: bool) -> None:
    assert trusted(replace(PRINTER, **changes), [result(True)]) is holds  # type: ignore[arg-type]


def test_the_newest_result_counts() -> None:
    other = replace(PRINTER, stock="4 × 4 in")
    assert not trusted(PRINTER, [])
    assert not trusted(PRINTER, [result(True), result(False)])
    assert trusted(PRINTER, [result(False), result(True), result(False, other)])


def test_a_workstation_is_shown_its_own_printers_first() -> None:
    one = replace(PRINTER, number=1, workstations=("Cabinet 1",))
    two = replace(PRINTER, number=2, workstations=("Cabinet 2", "Office"))
    old = replace(PRINTER, number=3, workstations=("Office",), in_use=False)
    assert at_workstation((one, two, old), "Office") == (two, one)
    assert at_workstation((one, two, old), "Elsewhere") == (one, two)


# Labels, how long is waited for a connection, an answer, a label and between questions; the most seconds.
LONGEST = [
    (1, Times(9, 3, 20, 0.5), 41.5),  # 20 + 0.5 + 7 × 3
    (3, Times(9, 3, 20, 0.5), 124.5),
    (2, Times(0, 1, 10, 0), 34.0),
]


@pytest.mark.parametrize(("labels", "times", "most"), LONGEST)
def test_a_sending_has_an_end(labels: int, times: Times, most: float) -> None:
    assert longest(labels, times) == pytest.approx(most)
