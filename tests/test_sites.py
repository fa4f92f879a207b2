"""Which site a desk is: where it is looked for, what its settings make of it, and what is not served."""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from homes import ADMINISTRATOR, URL, entered, set_up

from compounding import sites, training
from compounding.policy import Market
from compounding.quantities import Unreadable
from compounding.records import Event, Person, RecordsRefused, open_database, put_account, put_setting, schema_version

US, UK = Market.US, Market.UK
NOW = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
WHO = Person(ADMINISTRATOR, "T. Rivers", "administrator")


@pytest.fixture
def home(bare_place, tmp_path, monkeypatch):
    return entered(bare_place, tmp_path, monkeypatch)


@pytest.fixture
def file_home(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "site"))
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def opened(home, market=None):
    """What is served, and its engine closed again."""
    found = sites.opened(home, market, NOW)
    found.engine.dispose()
    return found


def changed(home, name, value):
    """A setting of the site given another value, past every page."""
    engine = open_database(sites.address(home, None), home=home)
    put_setting(engine, name, value, "holds", Event(WHO, "setting changed", datetime.now(UTC)))
    engine.dispose()


# ------------------------------------------------------------------ where

WHERE = [
    # DATABASE_URL, files there, the market asked → the database
    (None, (), None, "training-us.sqlite"),
    (None, (), UK, "training-uk.sqlite"),
    (None, ("training-us.sqlite",), UK, "training-uk.sqlite"),
    (None, ("site.sqlite",), None, "site.sqlite"),
    (None, ("site.sqlite", "training-us.sqlite"), US, "site.sqlite"),
    ("", ("site.sqlite",), None, "site.sqlite"),
    ("postgresql://desk@db/site", ("site.sqlite",), None, "postgresql://desk@db/site"),
]


@pytest.mark.parametrize(("url", "files", "market", "name"), WHERE)
def test_the_database_is_named_then_patients_then_training(file_home, monkeypatch, url, files, market, name):
    if url is not None:
        monkeypatch.setenv("DATABASE_URL", url)
    for one in files:
        (file_home / one).touch()
    assert sites.address(file_home, market) == (name if ":" in name else f"sqlite:///{file_home / name}")


# ------------------------------------------------------------------ patient use


def test_a_site_for_patient_use_is_what_was_typed(home, monkeypatch):
    set_up(monkeypatch)
    found = opened(home)
    site = found.site
    assert (site.training, site.policy.market, site.policy.zone, found.url) == (False, US, "America/New_York", URL)
    assert (site.name, site.pharmacy) == ("Riverside Hospital", "Riverside Hospital Pharmacy")
    assert (site.address, site.phone) == ("9 Quay Street, Rivertown, NY 00000", "(212) 555-0143")
    assert site.workstations == ("Cabinet 1", "Office")


def test_the_owner_of_the_tables_is_needed_once(home, monkeypatch):
    """After that the program reads and adds, and nobody need leave the owner's password on the machine."""
    set_up(monkeypatch)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    assert opened(home).url == URL


def test_its_settings_are_in_force(home, monkeypatch):
    set_up(monkeypatch)
    changed(home, "site.phone", "(212) 555-0199")
    changed(home, "measured_override_days", "21 days")
    site = opened(home).site
    assert (site.phone, site.policy.measured_override_days) == ("(212) 555-0199", 21)


def test_another_market_is_refused(home, monkeypatch):
    set_up(monkeypatch)
    assert opened(home, US).site.policy.market is US
    with pytest.raises(RecordsRefused, match=r"^The site is of the market us, and uk was asked for\.$"):
        opened(home, UK)


UNFIT = [
    ("site.url", "http://desk.example.org", "not served without https: site.url: “http://desk.example.org” is not an"),
    ("site.url", None, "not served without https: site.url: “” is not an address"),
    ("site.mode", "trial", "The site's site.mode is “trial”, which this program does not know."),
    ("site.market", "fr", "The site's settings cannot be read: 'fr' is not a valid Market"),
    ("site.phone", None, "The site for patient use has no site.phone"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), UNFIT)
def test_a_site_that_is_not_whole_is_not_served(file_home, monkeypatch, name, value, sentence):
    set_up(monkeypatch)
    opened(file_home)
    changed(file_home, name, value)
    with pytest.raises(RecordsRefused) as refused:
        opened(file_home)
    assert sentence in str(refused.value)


def test_no_invented_account_acts_on_patients(home, monkeypatch):
    set_up(monkeypatch)
    engine = open_database(sites.address(home, None), home=home)
    event = Event(WHO, "account opened", datetime.now(UTC))
    put_account(engine, "okafor", "R. Okafor", "technician", event, training=True)
    engine.dispose()
    with pytest.raises(RecordsRefused, match="has the training account okafor: it is not served"):
        opened(home)


@pytest.mark.parametrize("key", sites.KEYS)
def test_a_missing_key_is_not_made_anew(home, monkeypatch, key):
    set_up(monkeypatch)
    (home / key).rename(home / "elsewhere")
    with pytest.raises(RecordsRefused, match=rf"The (signing )?key {home / key} is missing\. Put it back"):
        opened(home)
    assert not (home / key).exists()
    (home / "elsewhere").rename(home / key)
    assert opened(home).url == URL


# ------------------------------------------------------------------ training


def test_without_a_word_it_is_a_training_site(home):
    found = opened(home)
    assert (found.site, found.url) == (training.SITES[US], "")


def test_a_training_site_keeps_its_market(home):
    assert opened(home, UK).site == training.SITES[UK]
    if "DATABASE_URL" in os.environ:  # a file has its market in its name
        assert opened(home).site == training.SITES[UK]
        with pytest.raises(RecordsRefused, match="The site is of the market uk, and us was asked for"):
            opened(home, US)


def test_a_training_file_under_another_name_keeps_its_market(file_home):
    opened(file_home, US)
    training.database(file_home, US).rename(training.database(file_home, UK))
    with pytest.raises(RecordsRefused, match="The site is of the market us, and uk was asked for"):
        opened(file_home, UK)


def test_an_unfinished_site_for_patients_is_no_training_site(file_home):
    open_database(f"sqlite:///{sites.file(file_home)}").dispose()
    with pytest.raises(RecordsRefused, match="is for patient use, and the database that was opened does not"):
        opened(file_home)
    engine = open_database(f"sqlite:///{sites.file(file_home)}")
    assert schema_version(engine) is None
    engine.dispose()


def test_no_training_site_is_made_beside_patients(home, monkeypatch, tmp_path):
    """DATABASE_URL names an empty database, and the folder's own site was not moved there."""
    if "DATABASE_URL" not in os.environ:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    home.mkdir()
    sites.file(home).touch()
    with pytest.raises(RecordsRefused, match="is for patient use, and the database that was opened does not"):
        opened(home)
    engine = open_database(os.environ["DATABASE_URL"], home=home)
    assert schema_version(engine) is None
    engine.dispose()


def test_a_training_sites_settings_are_in_force(home):
    opened(home)
    changed(home, "site.phone", "(212) 555-0199")
    assert opened(home).site.phone == "(212) 555-0199"


# ------------------------------------------------------------------ addresses

ADDRESSES = [
    ("https://desk.example.org", "https://desk.example.org"),
    ("https://desk.example.org/", "https://desk.example.org"),
    ("https://desk.example.org:8443", "https://desk.example.org:8443"),
    ("https://10.1.2.3", "https://10.1.2.3"),
    *((text, None) for text in (
        "", "http://desk.example.org", "https://desk.example.org/desk", "https://desk.example.org:0",
        "https://desk.example.org:99999", "https://desk example.org", "https://desk.example.org\n", "https://[::1",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_an_address_is_https_and_a_host(text, address):
    if address is not None:
        assert sites.web_address(text) == address
    else:
        with pytest.raises(Unreadable, match=r"is not an address such as https://desk\.example\.org"):
            sites.web_address(text)


def test_every_site_has_a_zone_that_is_one():
    for site in training.SITES.values():
        assert ZoneInfo(site.policy.zone).key == site.policy.zone
