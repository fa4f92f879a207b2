"""What may be typed after `compounding`, and one sentence where it is something else."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, NoReturn

from compounding.cli.answers import Refused

if TYPE_CHECKING:
    from typing import TypeAlias

    Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
else:
    Commands = Any


class Parser(argparse.ArgumentParser):
    """Takes no option by its first letters, and says what is wrong in one sentence, without the usage."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        sentence = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in message.removeprefix("argument "))
        sentence = re.sub(r"ignored explicit argument .*", "takes no value", sentence)
        raise Refused(sentence if sentence.endswith(".") else f"{sentence}.")

    def commands(self) -> Commands:
        """The place of the commands, one of which must be typed."""
        return self.add_subparsers(required=True, metavar="COMMAND")

    def once(self, option: str, metavar: str, what: str) -> None:
        """An option with a value, kept as it was typed; None where it is left out."""
        self.add_argument(option, metavar=metavar, help=what, action=_Once)

    def flag(self, option: str, what: str) -> None:
        """An option without a value: True, or None where it is left out."""
        self.add_argument(option, nargs=0, help=what, action=_Once)


class _Once(argparse.Action):
    """An option that may be given once; the value is kept as it was typed."""

    def __call__(self, parser: argparse.ArgumentParser, given: Any, value: Any, option: str | None = None) -> None:
        if getattr(given, self.dest, None) is not None:
            parser.error(f"{option}: is given more than once")
        setattr(given, self.dest, True if self.nargs == 0 else value)
