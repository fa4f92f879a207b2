"""`compounding init`: a site for patient use, set up."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from compounding.cli.answers import FINE, REFUSED, Answer, Refused, choice, needed, read, told
from compounding.cli.parsers import Commands
from compounding.cli.proof import new_password
from compounding.cli.site import home
from compounding.policy import Market

if TYPE_CHECKING:
    from compounding.founding import NewSite

_OPTIONS = (
    ("--market", "us|uk", "the market whose vials are prepared"),
    ("--name", "NAME", "of the site, at the head of every page"),
    ("--pharmacy", "NAME", "of the pharmacy, on worksheet and label; default the site's name"),
    ("--address", "ADDRESS", "of the pharmacy, in one line"),
    ("--phone", "NUMBER", "answered day and night; on the label"),
    ("--zone", "ZONE", "of the clocks on the wall, such as Europe/London"),
    ("--url", "URL", "where people reach it, such as https://desk.example.org"),
    ("--administrator", "USER", "the first administrator's sign-in name"),
    ("--administrator-name", "NAME", "and the name as it is printed"),
)
_DEFAULT_PLACE = "Workstation 1"


def add(commands: Commands) -> None:
    """Declares `init`."""
    init = commands.add_parser("init", help="set up a site for patient use, in an empty folder and database")
    for option, metavar, what in _OPTIONS:
        init.once(option, metavar, what)
    init.add_argument(
        "--workstation", action="append", metavar="PLACE", help=f"where people sign in; default {_DEFAULT_PLACE}"
    )
    init.flag("--json", "one JSON object instead of sentences")
    init.set_defaults(run=_init)


def _init(given: argparse.Namespace) -> Answer:
    from compounding import formulary, founding
    from compounding.records import RecordsFault, RecordsRefused

    new = _new_site(given)
    drugs = formulary.catalogue(new.market, home() / "drugs")
    try:
        founding.refuse_used(home())
        password = new_password(f"A password for {new.user}: ")
        if weak := founding.weak(password, new, drugs, home()):
            raise Refused(f"The password: {weak}")
        head = founding.found(home(), new, password, datetime.now(UTC))
    except RecordsRefused as refused:
        return told(given, REFUSED, str(refused), {"made": False, "message": str(refused)})
    except RecordsFault as fault:
        raise Refused(str(fault)) from None
    code = head.code if head else None
    return told(given, FINE, _next(new, code), {"made": True, "head": code, "url": new.url})


def _new_site(given: argparse.Namespace) -> NewSite:
    from compounding import sites
    from compounding.credentials import sign_in_name
    from compounding.founding import NewSite

    market = choice("--market", Market, needed("--market", given.market))
    name = needed("--name", given.name)
    places = given.workstation or [_DEFAULT_PLACE]
    typed = {
        "site.name": ("--name", name),
        "site.pharmacy": ("--pharmacy", given.pharmacy or name),
        "site.address": ("--address", needed("--address", given.address)),
        "site.phone": ("--phone", needed("--phone", given.phone)),
        "site.workstations": ("--workstation", "\n".join(places)),
        "zone": ("--zone", needed("--zone", given.zone)),
    }
    texts = {setting: _setting(option, setting, text) for setting, (option, text) in typed.items()}
    url = read("--url", sites.web_address, needed("--url", given.url))
    user = read("--administrator", sign_in_name, needed("--administrator", given.administrator))
    printed = read("--administrator-name", _printed_name, needed("--administrator-name", given.administrator_name))
    return NewSite(market, url, texts, user, printed)


def _as_for(setting: str) -> Callable[[str], str]:
    """Reads a text as a setting's, and gives it as it is stored."""
    from compounding import settings

    return lambda text: settings.text_of(setting, settings.read(setting, text))


def _printed_name(text: str) -> str:
    from compounding.credentials import printed_name

    return printed_name(_as_for("site.name")(text))


def _setting(option: str, setting: str, text: str) -> str:
    return read(option, _as_for(setting), text)


def _next(new: NewSite, code: str | None) -> str:
    """What was made, and what stands between it and the first patient."""
    return "\n".join(
        (
            f"The site {new.texts['site.name']} is set up for patient use. Its newest entry: {code}.",
            f"1. Keep a copy of signing.key and secrets.key of {home().absolute()}, elsewhere than the backups.",
            f"2. Put a proxy with TLS before it, so that it answers at {new.url}, and start `compounding serve`.",
            f"3. Sign in as {new.user} and set a second factor: nothing else opens before.",
            "4. Open an account for each of the staff. Two pharmacists then confirm what the site must confirm.",
        )
    )
