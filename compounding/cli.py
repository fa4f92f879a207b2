"""The `compounding` command: a thin door to the modules that the pages use.

Exit status: 0 fine; 1 read, but refused or stopped; 2 the input could not be read, with one sentence
on standard error that names the option and what is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO, TypeVar

from compounding import formulary
from compounding.dosing import Response, Treatment, listed
from compounding.findings import Severity
from compounding.formulary import FormularyFaults, Presentation
from compounding.patient import OLDEST, Patient, years_between
from compounding.policy import Formula, Market, Policy
from compounding.preparation import Order, Plan, plan
from compounding.quantities import BodyMass, DrugMass, Length, Q, Unreadable, quote, read_number, read_whole
from compounding.wording.export import plan_as_json
from compounding.wording.numbers import count
from compounding.wording.plans import PlanText, plan_text

if TYPE_CHECKING:
    from compounding.records import Engine

FINE, REFUSED, UNREADABLE = 0, 1, 2
DEFAULT_PORT = 5000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
T = TypeVar("T")
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True)
class Answer:
    """What a command says, and its exit status."""

    status: int
    text: str = ""


class Refused(Exception):
    """Input that cannot be read: one sentence that names the option."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a closed one is None
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        given = _parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], Answer] = given.run
        answer = run(given)
    except FormularyFaults as faults:
        more = f" It has {len(faults.faults)} faults: see `compounding formulary check`." if faults.faults[1:] else ""
        return _say(Answer(UNREADABLE, f"{faults.faults[0]}.{more}"), sys.stderr)
    except Refused as refused:
        return _say(Answer(UNREADABLE, str(refused)), sys.stderr)
    return _say(answer, sys.stdout)


def _say(answer: Answer, stream: TextIO | None) -> int:
    """Writes an answer and gives its status, whether or not anybody is left to read it."""
    if stream is None or not answer.text:
        return answer.status
    try:
        print(answer.text, file=stream, flush=True)
    except BrokenPipeError:  # whoever read the output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        print(f"The answer could not be written: {error.strerror}.", file=sys.stderr)
        return UNREADABLE
    return answer.status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage."""

    def error(self, message: str) -> NoReturn:
        sentence = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in message.removeprefix("argument "))
        sentence = re.sub(r"ignored explicit argument .*", "takes no value", sentence)
        raise Refused(sentence if sentence.endswith(".") else f"{sentence}.")


class _Once(argparse.Action):
    """An option that may be given once; the value is kept as it was typed."""

    def __call__(self, parser: argparse.ArgumentParser, given: Any, value: Any, option: str | None = None) -> None:
        if getattr(given, self.dest, None) is not None:
            parser.error(f"{option}: is given more than once")
        setattr(given, self.dest, True if self.nargs == 0 else value)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="compounding", description="A preparation desk for hospital pharmacies.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    planned = commands.add_parser("plan", help="compute a plan; nothing is stored", allow_abbrev=False)
    for option, metavar, what in _PLAN_OPTIONS:
        planned.add_argument(option, metavar=metavar, help=what, action=_Once)
    planned.add_argument("--json", nargs=0, action=_Once, help="one JSON object instead of a table")
    planned.set_defaults(run=_plan)

    drugs = commands.add_parser("formulary", help="look after the drug files", allow_abbrev=False)
    checks = drugs.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    check = checks.add_parser("check", help="report every fault of a drug file", allow_abbrev=False)
    check.add_argument("file", nargs="?", metavar="FILE", help="default: the shipped files and the site's own")
    check.set_defaults(run=_check)

    _add_log(commands)
    whole = commands.add_parser("check", help="check the database against its log", allow_abbrev=False)
    whole.add_argument("--witness", metavar="FOLDER", action=_Once, help="the newest witness to compare with")
    _of_a_site(whole).set_defaults(run=_check_site)

    kept = commands.add_parser("backup", help="write a checked backup to a new file", allow_abbrev=False)
    kept.add_argument("file", metavar="FILE")
    _of_a_site(kept).set_defaults(run=_backup)

    serve = commands.add_parser("serve", help="serve the pages on this machine", allow_abbrev=False)
    serve.add_argument("--port", metavar="N", action=_Once, help=f"default {DEFAULT_PORT}")
    serve.add_argument("--market", metavar="us|uk", action=_Once, help="which training site; default us")
    serve.set_defaults(run=_serve)
    return parser


def _add_log(commands: Any) -> None:
    log = commands.add_parser("log", help="export, verify or witness the log", allow_abbrev=False)
    does = log.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    export = does.add_parser("export", help="write every entry, checkpoint and the public key", allow_abbrev=False)
    export.add_argument("file", metavar="FILE", help="a file that does not exist yet")
    _of_a_site(export).set_defaults(run=_export)

    verify = does.add_parser("verify", help="as `python evidence.py verify`, offline", allow_abbrev=False)
    verify.add_argument("rest", nargs=argparse.REMAINDER, metavar="FILE [--head CODE]… [--public-key FILE]")
    verify.set_defaults(run=_verify)

    witness = does.add_parser("witness", help="copy the newest checkpoint to a folder elsewhere", allow_abbrev=False)
    witness.add_argument("folder", metavar="FOLDER")
    _of_a_site(witness).set_defaults(run=_witness)


def _of_a_site(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """A command that reads a site's database: DATABASE_URL, else a training site of COMPOUNDING_HOME."""
    command.add_argument("--market", metavar="us|uk", action=_Once, help="which training site; default us")
    command.add_argument("--json", nargs=0, action=_Once, help="one JSON object instead of sentences")
    return command


_PLAN_OPTIONS = (
    ("--market", "us|uk", "the market whose vials are used"),
    ("--height", "CM", "centimetres"),
    ("--weight", "KG", "kilograms"),
    ("--cycle", "N", "1 or more"),
    ("--day", "N", "day of the cycle: 1, 8 or 15"),
    ("--response", "cr|cri|none", "decides the dose from cycle 2"),
    ("--formula", "NAME", ", ".join(formula.value for formula in Formula) + "; default mosteller"),
    ("--ordered-dose", "MG", "the dose as the prescriber wrote it, milligrams"),
    ("--born", "YYYY-MM-DD", "without it the adult limits apply and the licensed age is not judged"),
    ("--on", "YYYY-MM-DD", "the day on which age is judged; default today, UTC"),
    ("--drug", "NAME", "needed only where there is more than one drug for the market"),
)


def _plan(given: argparse.Namespace) -> Answer:
    market = _choice(Market, _needed("--market", given.market), "--market")
    policy = replace(Policy(market), formula=_option(given.formula, "--formula", Formula) or Formula.MOSTELLER)
    on = _on("--on", given.on) or datetime.now(UTC).date()
    drug = _drug(market, given.drug)
    order = Order(_patient(given, on), _treatment(given, drug))
    try:
        made = plan(order, drug, policy)
    except Unreadable as nothing:
        named = "--ordered-dose" if given.ordered_dose is not None else "--height and --weight"
        raise Refused(f"{named}: {nothing}") from None
    if given.json:
        text = json.dumps(plan_as_json(made), ensure_ascii=False, indent=2)
    else:
        text = "\n".join(_table(made, plan_text(made)))
    return Answer(REFUSED if made.stopped else FINE, text)


def _patient(given: argparse.Namespace, on: date) -> Patient:
    born = _on("--born", given.born)
    if born is not None and born > on:
        raise Refused(f"--born: {born} is after {on}, the day of the dose.")
    if born is not None and years_between(born, on) > OLDEST:
        raise Refused(f"--born: {born} is more than {OLDEST} years before {on}.")
    height = _amount(Length, "--height", _needed("--height", given.height))
    return Patient(height, _amount(BodyMass, "--weight", _needed("--weight", given.weight)), on, born)


def _treatment(given: argparse.Namespace, drug: Presentation) -> Treatment:
    cycle = _whole("--cycle", _needed("--cycle", given.cycle))
    if cycle < 1:
        raise Refused(f"--cycle: {quote(given.cycle)} is not 1 or more.")
    day = _whole("--day", _needed("--day", given.day))
    if day not in drug.days:
        raise Refused(f"--day: {quote(given.day)} is not a day of dosing: they are {listed(drug.days)}.")
    ordered = None if given.ordered_dose is None else _amount(DrugMass, "--ordered-dose", given.ordered_dose)
    if ordered is not None:
        _storable("--ordered-dose", ordered)
    return Treatment(cycle, day, _option(given.response, "--response", Response), ordered)


def _drug(market: Market, wanted: str | None) -> Presentation:
    """The one presentation of the market, or the one named among several."""
    home = os.environ.get("COMPOUNDING_HOME", "instance")
    found = formulary.catalogue(market, Path(home) / "drugs")
    named = [drug for drug in found if wanted is None or drug.drug == wanted]
    if not named:
        raise Refused(f"--drug: {quote(wanted or '')} is not among {', '.join(sorted(d.drug for d in found))}.")
    if len(named) > 1:
        raise Refused(f"--drug: is needed: there are {', '.join(sorted(d.drug for d in named))}.")
    return named[0]


def _needed(option: str, text: str | None) -> str:
    if text is None:
        raise Refused(f"{option}: is missing.")
    return text


def _amount(kind: type[Q], option: str, text: str) -> Q:
    number = _read(option, read_number, text)
    if number <= 0:
        raise Refused(f"{option}: {quote(text)} is not above zero.")
    return kind(number)


def _storable(option: str, mass: DrugMass) -> None:
    """A dose is stored as whole nanograms."""
    try:
        mass.whole("ng")
    except ValueError:
        raise Refused(f"{option}: {mass} has more than 6 figures after the point.") from None


def _whole(option: str, text: str) -> int:
    return _read(option, read_whole, text)


def _read(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Unreadable as unreadable:
        raise Refused(f"{option}: {unreadable}") from None


def _choice(kind: type[E], text: str, option: str) -> E:
    choices = [member.value for member in kind]
    if text not in choices:
        raise Refused(f"{option}: {quote(text)} is none of {', '.join(choices)}.")
    return kind(text)


def _option(text: str | None, option: str, kind: type[E]) -> E | None:
    return None if text is None else _choice(kind, text, option)


def _on(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{option}: {quote(text)} is not a date such as 2026-03-12.") from None


def _table(made: Plan, text: PlanText) -> Iterator[str]:
    """The plan for a person at a terminal."""
    yield f"{text.generic} ({text.brand}), {text.market}, {text.vial}"
    yield f"{text.cycle_day}, {text.height}, {text.weight}, {text.formula}"
    yield ""
    steps = [(row.name, row.expression, row.result, f"{row.source} [{row.status}]") for row in text.rows]
    widths = [max((len(step[column]) for step in steps), default=0) for column in range(3)]
    for step, expression, result, source in steps:
        yield f"  {step:<{widths[0]}}  {expression:<{widths[1]}}  {result:>{widths[2]}}  {source}"
    yield ""
    yield f"  DOSE {text.dose} {text.in_bag}"
    if text.instruction:
        yield f"  {text.instruction}"
    if text.spare:
        yield f"  On the picking list: {text.spare}."
    for bill in text.billing:
        yield f"  {bill.code} {bill.units}"
    for finding in text.findings:
        yield f"  {finding.severity.upper()} ({finding.code}): {finding.message}"
    for unconfirmed in text.unconfirmed:
        yield f"  NOT CONFIRMED: {unconfirmed}"
    if made.stopped:
        stops = sum(finding.severity is Severity.STOP for finding in made.findings)
        yield f"  STOPPED: {stops} of the findings must be resolved. Not to be prepared."


def _check(given: argparse.Namespace) -> Answer:
    home = Path(os.environ.get("COMPOUNDING_HOME", "instance"))
    try:
        if given.file is not None:
            found: tuple[Presentation, ...] = (formulary.load(Path(given.file)),)
        else:
            found = tuple(drug for market in Market for drug in formulary.catalogue(market, home / "drugs"))
    except OSError as error:
        raise Refused(f"{given.file}: cannot be read: {error.strerror}.") from None
    except FormularyFaults as refused:
        if not refused.readable:
            raise Refused(str(refused)) from None
        return Answer(REFUSED, str(refused))
    told = [f"{drug.id}.toml: no faults (edition {drug.edition}, checksum {drug.checksum[:16]})" for drug in found]
    return Answer(FINE, "\n".join(told))


@contextmanager
def _site(given: argparse.Namespace) -> Iterator[Engine]:
    """The database of the site. Raises Refused where there is none, or where it cannot be read."""
    from compounding import training
    from compounding.records import RecordsFault, open_database

    home = Path(os.environ.get("COMPOUNDING_HOME", "instance"))
    url = os.environ.get("DATABASE_URL")
    if not url:
        named = given.market or os.environ.get("COMPOUNDING_MARKET", "us")
        file = training.database(home, _choice(Market, named, "--market"))
        if not file.exists():
            raise Refused(f"There is no site at {file}: `compounding serve` makes one.")
        url = f"sqlite:///{file}"
    try:
        engine = open_database(url, home=home)
        try:
            yield engine
        finally:
            engine.dispose()
    except RecordsFault as fault:
        raise Refused(str(fault)) from None


def _told(given: argparse.Namespace, status: int, sentence: str, figures: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(figures, ensure_ascii=False, indent=2) if given.json else sentence)


def _export(given: argparse.Namespace) -> Answer:
    from compounding.records import export_log

    with _site(given) as engine, _new_file(given.file) as file:
        counts = export_log(engine, file)
    sentence = f"{given.file}: {count(counts.entries, 'entry', 'entries')}, {count(counts.checkpoints, 'checkpoint')}."
    return _told(given, FINE, sentence, {"entries": counts.entries, "checkpoints": counts.checkpoints})


@contextmanager
def _new_file(name: str) -> Iterator[BinaryIO]:
    """A file that did not exist; gone again where what fills it fails. Raises Refused."""
    try:
        file = open(name, "xb")  # noqa: SIM115 - closed below, whether or not it is kept
    except OSError as error:
        raise Refused(f"{name}: cannot be written: {error.strerror}.") from None
    try:
        with file:
            yield file
    except BaseException:
        Path(name).unlink()
        raise


def _verify(given: argparse.Namespace) -> Answer:
    from compounding import evidence

    return Answer(evidence.main(["verify", *given.rest]))


def _witness(given: argparse.Namespace) -> Answer:
    from compounding.records import witness

    with _site(given) as engine:
        kept = witness(engine, Path(given.folder))
    sentence = f"{given.folder}: the checkpoint of {kept.at} over {count(kept.size, 'entry', 'entries')}."
    return _told(given, FINE, sentence, {"size": kept.size, "root": kept.root, "at": kept.at})


def _check_site(given: argparse.Namespace) -> Answer:
    from compounding.records import check, head

    with _site(given) as engine:
        faults = check(engine, Path(given.witness) if given.witness else None)
        newest = head(engine)
    if faults:
        told = [{"part": fault.part, "place": fault.place, "message": fault.message} for fault in faults]
        return _told(given, REFUSED, "\n".join(map(str, faults)), {"whole": False, "faults": told})
    code = newest.code if newest else None
    return _told(
        given, FINE, f"The log is whole. Its newest entry: {code}.", {"whole": True, "head": code, "faults": []}
    )


def _backup(given: argparse.Namespace) -> Answer:
    from compounding.records import backup

    with _site(given) as engine:
        newest = backup(engine, Path(given.file))
    code = newest.code if newest else None
    return _told(given, FINE, f"{given.file}: checked, up to entry {code}.", {"head": code})


def _serve(given: argparse.Namespace) -> Answer:
    """Serves until it is interrupted. The web is imported here, so that `plan` starts fast."""
    import waitress

    from compounding.records import RecordsFault
    from compounding.web import create_app

    port = DEFAULT_PORT if given.port is None else _whole("--port", given.port)
    if not 0 < port < 65536:  # the range of a TCP port
        raise Refused(f"--port: {quote(given.port)} is not from 1 to 65535.")
    market = _option(given.market, "--market", Market)
    try:
        app = create_app(market=market.value if market else None)
    except (RecordsFault, ValueError) as fault:
        raise Refused(str(fault)) from None
    print(f"Serving http://127.0.0.1:{port} in training mode. Stop it with Ctrl+C.", flush=True)
    try:
        waitress.serve(app, host="127.0.0.1", port=port, ident=None, threads=4)
    except OSError as error:
        raise Refused(f"--port: {port} cannot be used: {error.strerror}.") from None
    return Answer(FINE)


if __name__ == "__main__":
    sys.exit(main())
