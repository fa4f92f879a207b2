"""The way from a number on a bag back to its source leads through doors that open one way.

The tables say who may import whom. A module that is not in them fails until it is given its place.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A module of compounding/ may import only what stands before it.
CORRIDOR = (
    "quantities",
    "findings",
    "policy",
    "formulary",
    "localtime",
    "settings",
    "patient",
    "course",
    "checklist",
    "dosing",
    "vials",
    "stability",
    "preparation",
    "reckoner",
    "workflow",
    "files",
    "credentials",
    "scanning",
    "printing",
    "wording",
    "papers",
    "records",
    "training",
    "sites",
    "founding",
    "web",
    "cli",
)

# These stand alone: they import nothing of compounding. Beside each, who may import it.
ALONE = {
    "labels": {"papers"},
    "evidence": {"cli", "records"},
}

# Amounts here are exact: no float literal, no float().
CORE = CORRIDOR[: CORRIDOR.index("preparation") + 1]

# Everything from outside the standard library, and where it may be imported.
OUTSIDE = {
    "pint": {"quantities"},
    "sqlalchemy": {"records"},
    "alembic": {"records"},
    "sqlite3": {"records"},
    "psycopg": {"records"},
    "cryptography": {"records", "evidence", "credentials"},
    "argon2": {"credentials"},
    "pyotp": {"credentials"},
    "flask": {"web"},
    "flask_login": {"web"},
    "wtforms": {"web"},
    "flask_wtf": {"web"},
    "werkzeug": {"web"},
    "jinja2": {"web"},
    "markupsafe": {"web"},
    "waitress": {"web", "cli"},
    "biip": {"scanning"},
    "icalendar": {"wording"},
    "reportlab": {"labels"},
    "PIL": {"labels"},
    "pypdfium2": {"labels"},
    "zxingcpp": {"labels", "web"},  # the QR code of an authenticator
    "font_source_sans_pro": {"labels"},
}

# The whole of the top level. Another file or folder needs a line here, and a reason.
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "CHANGELOG.md",
    "README.md",
    "bench",
    "compounding",
    "docs",
    "labels",
    "pyproject.toml",
    "requirements.lock",
    "templates",
    "tests",
    "wsgi.py",
}


# ------------------------------------------------------------------ the checker


def place_of(dotted: str) -> str:
    """The row of the tables that a module belongs to: compounding.web.forms → web, labels.draw → labels."""
    first, *rest = dotted.split(".")
    return rest[0] if first == "compounding" and rest else first


def imported(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.ImportFrom(module=source, names=names, level=level):
                if level:  # from . import x: as many steps up from here as there are dots
                    steps_up = level - 1 if is_package else level
                    parts = module.split(".")[: len(module.split(".")) - steps_up]
                    source = ".".join([*parts, source] if source else parts)
                if source == "compounding":  # from compounding import vials
                    yield from ((node.lineno, f"compounding.{alias.name}") for alias in names)
                else:
                    yield node.lineno, source or ""
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module")):
                yield node.lineno, MADE_UP


MADE_UP = "a name that is made up at run time"


def objection(place: str, target: str) -> str | None:
    """Why place may not import target, or None where it may."""
    if target == MADE_UP:
        return "it could be any"
    first, to = target.split(".")[0], place_of(target)
    if first in ("compounding", *ALONE):
        if to == place:
            return None  # within records/, web/ and labels/ imports are free
        if to in ALONE:
            allowed = place in ALONE[to]
            return None if allowed else f"only {' and '.join(sorted(ALONE[to]))} may import {to}"
        if place in ALONE:
            return f"{place} stands alone"
        if to not in CORRIDOR:
            return f"{to} has no place in the corridor"
        if CORRIDOR.index(to) > CORRIDOR.index(place):
            return f"{to} stands after {place}"
        return None
    if first in OUTSIDE:
        return None if place in OUTSIDE[first] else f"only {' and '.join(sorted(OUTSIDE[first]))} may"
    if first not in sys.stdlib_module_names:
        return "it has no place in the table OUTSIDE"
    return None


def faults(module: str, source: str, is_package: bool = False) -> list[str]:
    """What is wrong with one module's text, a sentence for each."""
    place = place_of(module)
    if place not in CORRIDOR and place not in ALONE:
        return [f"{module} has no place yet: give it one in the corridor"]
    tree = ast.parse(source)
    found = [
        f"{module}, line {line}, imports {target}: {why}"
        for line, target in imported(tree, module, is_package)
        if (why := objection(place, target))
    ]
    if place in CORE:
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=float() | complex() as value):
                    found.append(f"{module}, line {node.lineno}, holds the float {value!r}: amounts are exact")
                case ast.Call(func=ast.Name(id="float")):
                    found.append(f"{module}, line {node.lineno}, calls float(): amounts are exact")
    return found


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted([*ROOT.glob("compounding/**/*.py"), *ROOT.glob("labels/**/*.py")]):
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if dotted != "compounding":  # the door itself: test_the_door_holds_no_code
            yield dotted, path


# ------------------------------------------------------------------ the program


@pytest.mark.parametrize(("module", "path"), [pytest.param(*found, id=found[0]) for found in modules()])
def test_a_module_imports_only_what_stands_before_it(module: str, path: Path) -> None:
    assert faults(module, path.read_text("utf-8"), path.name == "__init__.py") == []


def test_the_door_holds_no_code() -> None:
    """compounding/__init__.py is read, not run: a docstring and nothing else."""
    tree = ast.parse((ROOT / "compounding/__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_wsgi_makes_the_application_and_nothing_else() -> None:
    tree = ast.parse((ROOT / "wsgi.py").read_text("utf-8"))
    code = tree.body[1:] if ast.get_docstring(tree) else tree.body
    assert [ast.unparse(line) for line in code] == [
        "from compounding.web import create_app",
        "app = create_app()",
    ]


def test_nothing_lies_about_at_the_top_level() -> None:
    if not (ROOT / ".git").exists():
        assert {path.name for path in ROOT.iterdir()} >= TOP_LEVEL
        return
    # What is committed or about to be; what .gitignore names does not count.
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {line.split("/")[0] for line in listing.splitlines()} == TOP_LEVEL


# ------------------------------------------------------------------ the checker itself

GOOD = [
    (
        "compounding.dosing",
        "from compounding.quantities import Dose\nfrom compounding import patient, policy",
    ),
    ("compounding.dosing", "from .quantities import Dose\nimport datetime"),
    ("compounding.papers", "import labels\nfrom labels.draw import sheet"),
    ("compounding.records.log", "import sqlalchemy as sa\nfrom . import models\nfrom .models import people"),
    (
        "compounding.web.forms",
        "from flask_wtf import Form\nfrom ..wording import dose\nfrom . import pages",
    ),
    (
        "compounding.cli",
        "import waitress\nfrom compounding import evidence\nfrom .web import create_app",
    ),
    ("compounding.evidence", "import hashlib, json"),
    ("compounding.records.chain", "from compounding.evidence import entry_hash"),
    ("labels.sheet", "from reportlab.pdfgen import canvas\nfrom labels import fonts\nfrom . import marks"),
    ("compounding.web.pages", "SPLIT = 0.5"),  # a share of the screen, not an amount
]

BAD = [
    (
        "compounding.quantities",
        "import re\nfrom compounding import vials",
        "compounding.quantities, line 2, imports compounding.vials: vials stands after quantities",
    ),
    (
        "compounding.dosing",
        "def later():\n    from .vials import Vial",
        "compounding.dosing, line 2, imports compounding.vials: vials stands after dosing",
    ),
    (
        "compounding.patient",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import compounding.web.forms",
        "compounding.patient, line 3, imports compounding.web.forms: web stands after patient",
    ),
    (
        "compounding.records.log",
        "from ..web import create_app",
        "compounding.records.log, line 1, imports compounding.web: web stands after records",
    ),
    (
        "compounding.wording",
        "from labels import sheet",
        "compounding.wording, line 1, imports labels: only papers may import labels",
    ),
    (
        "labels.sheet",
        "from compounding import wording",
        "labels.sheet, line 1, imports compounding.wording: labels stands alone",
    ),
    (
        "compounding.evidence",
        "from compounding.quantities import Dose",
        "compounding.evidence, line 1, imports compounding.quantities: evidence stands alone",
    ),
    (
        "compounding.web.pages",
        "from compounding import evidence",
        "compounding.web.pages, line 1, imports compounding.evidence: only cli and records may import evidence",
    ),
    ("compounding.vials", "import pint", "compounding.vials, line 1, imports pint: only quantities may"),
    ("compounding.web", "import sqlite3", "compounding.web, line 1, imports sqlite3: only records may"),
    (
        "compounding.papers",
        "from reportlab.pdfgen import canvas",
        "compounding.papers, line 1, imports reportlab.pdfgen: only labels may",
    ),
    (
        "compounding.web",
        "import requests",
        "compounding.web, line 1, imports requests: it has no place in the table OUTSIDE",
    ),
    (
        "compounding.web",
        "from compounding import helpers",
        "compounding.web, line 1, imports compounding.helpers: helpers has no place in the corridor",
    ),
    (
        "compounding.helpers",
        "",
        "compounding.helpers has no place yet: give it one in the corridor",
    ),
    (
        "compounding.policy",
        "import importlib\nimportlib.import_module('compounding.web')",
        "compounding.policy, line 2, imports a name that is made up at run time: it could be any",
    ),
    (
        "compounding.vials",
        "size = 0.9",
        "compounding.vials, line 1, holds the float 0.9: amounts are exact",
    ),
    (
        "compounding.stability",
        "hours = float('4')",
        "compounding.stability, line 1, calls float(): amounts are exact",
    ),
]


@pytest.mark.parametrize(("module", "source"), GOOD)
def test_a_good_import_passes(module: str, source: str) -> None:
    assert faults(module, source) == []


@pytest.mark.parametrize(("module", "source", "sentence"), BAD)
def test_a_bad_import_is_named_with_its_module_and_line(module: str, source: str, sentence: str) -> None:
    assert faults(module, source) == [sentence]


def test_dots_are_counted_from_the_folder_of_the_module() -> None:
    """In web/__init__.py one dot is web itself; in web/forms.py it is web as well."""
    assert faults("compounding.web", "from .forms import Order\nfrom ..wording import mg", is_package=True) == []
    assert faults("compounding.vials", "from . import dosing, preparation") == [
        "compounding.vials, line 1, imports compounding.preparation: preparation stands after vials"
    ]
