"""`compounding formulary`: the drug files, looked after."""

from __future__ import annotations

import argparse
from pathlib import Path

from compounding import formulary
from compounding.cli.answers import FINE, REFUSED, Answer, Refused
from compounding.cli.parsers import Commands
from compounding.cli.site import home
from compounding.formulary import FormularyFaults, Presentation
from compounding.policy import Market
from compounding.quantities import quote


def add(commands: Commands) -> None:
    """Declares `formulary check`."""
    does = commands.add_parser("formulary", help="look after the drug files").commands()
    check = does.add_parser("check", help="report every fault of a drug file")
    check.add_argument("file", nargs="?", metavar="FILE", help="default: the shipped files and the site's own")
    check.set_defaults(run=_check)


def _check(given: argparse.Namespace) -> Answer:
    try:
        found = _found(given.file)
    except OSError as error:
        raise Refused(f"{given.file}: cannot be read: {error.strerror}.") from None
    except FormularyFaults as refused:
        if not refused.readable:
            raise Refused(str(refused)) from None
        return Answer(REFUSED, str(refused))
    told = [f"{drug.id}.toml: no faults (edition {drug.edition}, checksum {drug.checksum[:16]})" for drug in found]
    return Answer(FINE, "\n".join(told))


def _found(file: str | None) -> tuple[Presentation, ...]:
    """The drug of the file, else all of both markets."""
    if file is not None:
        return (formulary.load(Path(file)),)
    return drugs_of_all_markets()


def drugs_of_all_markets() -> tuple[Presentation, ...]:
    """The shipped presentations and the site's own. Raises FormularyFaults."""
    return tuple(drug for market in Market for drug in formulary.catalogue(market, home() / "drugs"))


def drug_of(market: Market, wanted: str | None) -> Presentation:
    """The one presentation of the market, or the one named by --drug among several. Raises Refused."""
    found = formulary.catalogue(market, home() / "drugs")
    named = [drug for drug in found if wanted is None or drug.drug == wanted]
    if not named:
        raise Refused(f"--drug: {quote(wanted or '')} is not among {', '.join(sorted(d.drug for d in found))}.")
    if len(named) > 1:
        raise Refused(f"--drug: is needed: there are {', '.join(sorted(d.drug for d in named))}.")
    return named[0]
