"""What a process of the tests makes once. Each test has an application of its own, and most of its time went into
making anew what is always the same.

Nothing of the application is imported before the first test, so that a fault in it fails the tests that need it.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def kept() -> None:
    with suppress(ImportError):  # a fault there fails the tests that need it
        _keep_drug_files()
        _keep_migrations()
    _keep_statements()
    _compile_addresses_late()


def _keep_drug_files() -> None:
    """The same bytes under the same name are read once into their frozen values. What is refused is read each time."""
    from compounding import formulary

    formulary.read = functools.lru_cache(maxsize=16)(formulary.read)


def _keep_migrations() -> None:
    """The scripts of the shipped migrations are loaded once, and those of any other folder each time."""
    from alembic.script import ScriptDirectory

    from compounding.records import migrating

    load = ScriptDirectory.from_config
    shipped = str(migrating._MIGRATIONS)
    once = functools.cache(lambda: load(migrating._config()))

    def loaded(config: Any) -> ScriptDirectory:
        return once() if config.get_main_option("script_location") == shipped else load(config)

    ScriptDirectory.from_config = staticmethod(loaded)


def _keep_statements() -> None:
    """A statement is put into words once for all engines that speak the same language with the same server, and not
    once for each engine. What an engine is given to run, and its values, are its own."""
    from sqlalchemy.engine import Engine
    from sqlalchemy.util import LRUCache

    class Statements(LRUCache[Any, Any]):
        def get(self, key: Any, default: Any = None) -> Any:
            return super().get(alike(key), default)

        def __setitem__(self, key: Any, value: Any) -> None:
            super().__setitem__(alike(key), value)

    def alike(key: Any) -> Any:
        dialect, *statement = key
        return (type(dialect), dialect.server_version_info, *statement)

    statements = Statements(2000)
    Engine._compiled_cache = property(lambda engine: statements, lambda engine, own: None)


def _compile_addresses_late() -> None:
    """The function that builds an address is compiled when the first is built by it: of the hundreds of rules of an
    application a test builds addresses by a few. It is compiled as ever, from the rule, which nobody changes."""
    from werkzeug.routing import Rule

    compile_builder = Rule._compile_builder
    one_at_a_time = threading.Lock()  # two threads that parse at once may fail in Python 3.11 (SystemError)

    def late(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        @functools.cache
        def builder() -> Callable[..., tuple[str, str]]:
            with one_at_a_time:
                return compile_builder(rule, append_unknown)

        return lambda self, **values: builder()(self, **values)

    Rule._compile_builder = late
