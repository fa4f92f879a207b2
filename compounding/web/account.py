"""One's own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from compounding.web import pages
from compounding.web.identity import me

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def shown() -> Any:
    return pages.page("error.html", title="Your account", sentence=f"{me().person.name}, {me().person.role}")
