"""Staff, their secrets and sessions, and a site's settings: the newest row holds, and no secret is told."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from databases import Place
from test_log import entries, exported
from test_records import ANNA, AT, ENTERED, counts, stored_rows

from compounding.records import (
    Account,
    Attempt,
    Credential,
    Engine,
    Event,
    Failures,
    Person,
    RecordsRefused,
    Session,
    Setting,
    Tried,
    Verdict,
    account,
    accounts,
    check,
    chosen_by,
    failures,
    find_entries,
    newest_credentials,
    put_account,
    put_secret,
    put_secrets,
    put_setting,
    put_settings,
    record_attempt,
    secrets,
    session,
    settings,
    settings_entry,
    sign_in,
    sign_out,
    unless_locked,
)
from compounding.records.log import EntrySearch

ACT = Event(ANNA, "acts", AT)
FROM = {"key": "5e1f", "address": "192.0.2.7"}


@pytest.fixture
def engines(engine: Engine, place: Place) -> Iterator[list[Engine]]:
    """One database opened ten times: by no lock of a process, as by ten of them."""
    others = [place.open() for _ in range(9)]
    yield [engine, *others]
    for other in others:
        other.dispose()


def fail(engine: Engine) -> None:
    """A wrong password."""
    record_attempt(engine, ACT, Attempt(**FROM, kind="password"), lambda _: Verdict(False, "wrong"))


def opened(engine: Engine, user: str = "okafor", **more: Any) -> Account:
    return put_account(engine, user, "Ngozi Okafor", "pharmacist", ACT, **more)


def changed(engine: Engine, was: int, **more: Any) -> Account:
    return put_account(engine, "okafor", more.pop("name", "Ngozi Okafor"), "pharmacist", ACT, was=was, **more)


# ------------------------------------------------------------------ accounts


def test_an_account_comes_back_as_its_newest_row(engine: Engine) -> None:
    """Entry 1 starts the log, so the first account is entry 2."""
    first = opened(engine)
    assert first == Account("okafor", "Ngozi Okafor", "pharmacist", active=True, training=False, entry=2)
    assert first.person == Person("okafor", "Ngozi Okafor", "pharmacist")
    other = put_account(engine, "mueller", "Jörg Müller", "technician", ACT, training=True)
    now = changed(engine, 2, name="Ngozi Okafor-Bell", active=False)
    assert now == Account("okafor", "Ngozi Okafor-Bell", "pharmacist", active=False, training=False, entry=4)
    assert accounts(engine) == (other, now)
    assert account(engine, "okafor") == now
    assert account(engine, "nobody") is None
    told = [found.event.subject for found in find_entries(engine, EntrySearch(person_id=ANNA.id))]
    assert told == ["staff:okafor", "staff:mueller", "staff:okafor", ""]


@pytest.mark.parametrize(
    ("user", "more", "error", "sentence"),
    [
        (
            "Okafor",
            {},
            ValueError,
            "a sign-in name is in lower case without spaces around it, not 'Okafor'",
        ),
        ("bell ", {}, ValueError, "a sign-in name is in lower case without spaces around it, not 'bell '"),
        (" ", {}, ValueError, "the user of an account is empty"),
        (7, {}, TypeError, "the user of an account is a text, not 7"),
        ("x" * 601, {}, ValueError, "the user of an account has 601 characters, and may have 600"),
        ("bell", {"active": 1}, TypeError, "active is either True or False, not 1"),
        ("bell", {"training": None}, TypeError, "training is either True or False, not None"),
        (
            "bell",
            {"secrets": {"finger": "x"}},
            ValueError,
            "'finger' is not a kind of secret: password, pin, totp",
        ),
        ("bell", {"secrets": {"pin": 271828}}, TypeError, "a pin is stored as a text, not int"),
        (
            "bell",
            {"secrets": {"pin": "271828\0"}},
            ValueError,
            "the stored value of a pin is empty or holds the character NUL",
        ),
        (
            "okafor",
            {},
            RecordsRefused,
            "The user okafor is there already: a sign-in name is never given to another person.",
        ),
        ("bell", {"was": 2}, RecordsRefused, "There is no user bell."),
        (
            "okafor",
            {"was": 1},
            RecordsRefused,
            "The account of okafor was changed meanwhile: look at it again.",
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused_and_nothing_written(
    engine: Engine, user: Any, more: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    opened(engine)
    before = counts(engine)
    with pytest.raises(error) as refused:
        put_account(engine, user, "Ada Bell", "technician", ACT, **more)
    assert str(refused.value) == sentence
    assert counts(engine) == before


def of_ten_at_once(act: Callable[[int], object]) -> int:
    """How many of ten that act at the same time are not refused."""
    barrier = threading.Barrier(10)

    def one(n: int) -> bool:
        barrier.wait()
        try:
            act(n)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        return sum(threads.map(one, range(10)))


def test_of_ten_that_open_or_change_one_account_at_once_one_does(engine: Engine) -> None:
    assert of_ten_at_once(lambda n: put_account(engine, "bell", f"Ada {n}", "technician", ACT)) == 1
    seen = account(engine, "bell")
    assert seen
    again = {"was": seen.entry}
    assert of_ten_at_once(lambda n: put_account(engine, "bell", f"Ada {n}", "auditor", ACT, **again)) == 1
    assert stored_rows(engine) == {"log": 3, "checkpoint": 1, "account": 2}


def test_who_judges_an_account_sees_all_and_may_refuse_it(engine: Engine) -> None:
    first = opened(engine)
    seen: list[tuple[Account, ...]] = []

    def judge(accounts: tuple[Account, ...]) -> str | None:
        seen.append(accounts)
        return "There is one already." if len(accounts) > 1 else None

    second = put_account(engine, "bell", "Ada Bell", "technician", ACT, judge=judge)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^There is one already\.$"):
        changed(engine, first.entry, name="Ngozi Bell", judge=judge)
    assert seen == [(first,), (second, first)]
    assert counts(engine) == before


def test_of_ten_that_close_each_other_at_once_one_stays_open(engines: list[Engine]) -> None:
    users = [f"user{n}" for n in range(10)]
    made = [put_account(engines[0], user, user, "administrator", ACT) for user in users]

    def judge(accounts: tuple[Account, ...]) -> str | None:
        return "The last one stays." if sum(one.active for one in accounts) == 1 else None

    def close(n: int) -> None:
        other = made[(n + 1) % 10]
        put_account(
            engines[n], other.user, other.name, other.role, ACT, active=False, was=other.entry, judge=judge
        )  # fmt: skip

    assert of_ten_at_once(close) == 9
    assert sum(one.active for one in accounts(engines[0])) == 1


# ------------------------------------------------------------------ secrets

# Planted, so that they can be looked for.
PHRASE, NUMBER, SEED = "argon2id of a-phrase-nobody-tells", "argon2id of 271828", "JBSWY3DPEHPK3PXP"


def test_the_newest_secret_of_each_kind_holds(engine: Engine) -> None:
    opened(engine, secrets={"password": PHRASE, "pin": NUMBER})
    put_account(engine, "bell", "Ada Bell", "technician", ACT, secrets={"password": "another"})
    assert secrets(engine, "okafor") == {"password": PHRASE, "pin": NUMBER}
    put_secret(engine, "okafor", "totp", SEED, ACT)
    put_secret(engine, "okafor", "password", "a newer one", ACT)
    put_secret(engine, "okafor", "pin", None, ACT)
    assert secrets(engine, "okafor") == {"password": "a newer one", "totp": SEED}
    changed(engine, 2, secrets={"totp": None, "pin": NUMBER})
    assert secrets(engine, "okafor") == {"password": "a newer one", "pin": NUMBER}
    assert secrets(engine, "bell") == {"password": "another"}
    assert secrets(engine, "nobody") == {}
    # PHRASE, NUMBER, another, SEED, a newer one: NUMBER came twice and is one row.
    assert counts(engine)["secret"] == 5
    assert check(engine) == ()


def test_a_secret_that_cannot_be_is_refused_and_nothing_written(engine: Engine) -> None:
    opened(engine)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^There is no user bell\.$"):
        put_secret(engine, "bell", "pin", NUMBER, ACT)
    with pytest.raises(ValueError, match="is not a kind of secret") as refused:
        put_secret(engine, "okafor", "pen", NUMBER, ACT)
    assert NUMBER not in str(refused.value)
    assert counts(engine) == before


def test_who_chose_a_secret_is_known_as_long_as_it_holds(engine: Engine) -> None:
    opened(engine, secrets={"password": PHRASE, "pin": NUMBER})
    okafor = Person("okafor", "Ngozi Okafor", "pharmacist")
    put_secret(engine, "okafor", "password", "a newer one", Event(okafor, "acts", AT))
    assert chosen_by(engine, "okafor") == {"password": okafor, "pin": ANNA}
    put_secret(engine, "okafor", "pin", None, ACT)
    assert chosen_by(engine, "okafor") == {"password": okafor}
    assert chosen_by(engine, "nobody") == {}


def test_what_was_taken_away_is_known_as_well(engine: Engine) -> None:
    """Entry 2 opens the account, 3 takes the PIN away."""
    opened(engine, secrets={"password": PHRASE, "pin": NUMBER})
    okafor = Person("okafor", "Ngozi Okafor", "pharmacist")
    put_secrets(engine, "okafor", {"pin": None, "totp": None}, Event(okafor, "acts", AT))
    gone = Credential(okafor, 3, held=False)
    assert newest_credentials(engine, "okafor") == {
        "password": Credential(ANNA, 2, held=True),
        "pin": gone,
        "totp": gone,
    }


def test_several_secrets_change_in_one_entry_unless_one_was_changed_meanwhile(engine: Engine) -> None:
    """Entry 2 opens the account, 3 is the change."""
    opened(engine, secrets={"password": PHRASE, "pin": NUMBER})
    shown = Attempt(**FROM, kind="totp")
    put_secrets(engine, "okafor", {"totp": SEED, "pin": None}, ACT, was=2, shown_by=shown)
    assert secrets(engine, "okafor") == {"password": PHRASE, "totp": SEED}
    assert asked(engine, lambda tried: tried.newest_good(key="5e1f", kind="totp")) == AT
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        put_secrets(engine, "okafor", {"totp": None}, ACT, was=2)
    assert str(refused.value) == "What okafor signs in with was changed meanwhile: look at it again."
    assert counts(engine) == before
    put_secrets(engine, "okafor", {"totp": None}, ACT, was=3)


def test_two_with_the_same_value_share_its_row(engine: Engine) -> None:
    opened(engine, secrets={"password": PHRASE, "pin": PHRASE})
    put_account(engine, "bell", "Ada Bell", "technician", ACT, secrets={"password": PHRASE})
    assert (counts(engine)["secret"], counts(engine)["credential"]) == (1, 3)
    assert secrets(engine, "okafor") == {"password": PHRASE, "pin": PHRASE}
    assert check(engine) == ()


def test_a_secret_stands_in_no_entry_and_no_export(engine: Engine) -> None:
    opened(engine, secrets={"password": PHRASE, "pin": NUMBER})
    put_secret(engine, "okafor", "totp", SEED, ACT)
    bodies = " ".join(entry.body for entry in entries(engine))
    told = bodies.encode() + exported(engine)
    for value in (PHRASE, NUMBER, SEED):
        assert value.encode() not in told
        assert hashlib.sha256(value.encode()).hexdigest().encode() in told


# ------------------------------------------------------------------ sessions


def test_a_sign_in_is_one_entry_with_its_attempt(engine: Engine) -> None:
    who = opened(engine, secrets={"password": PHRASE})
    id_ = sign_in(engine, "okafor", ACT, **FROM)
    assert session(engine, id_) == Session(1, AT, who, ended=False)
    assert session(engine, 2) is None
    rows = json.loads(entries(engine)[-1].body)["rows"]
    assert [(row["user"], row["entry"]) for row in rows["sign_in"]] == [("okafor", 3)]
    assert [(row["key"], row["address"], row["kind"], row["good"]) for row in rows["attempt"]] == [
        ("5e1f", "192.0.2.7", "password", 1)
    ]


@pytest.mark.parametrize(
    ("act", "ended"),
    [
        (lambda e: None, False),
        (lambda e: sign_out(e, 1, "asked", ACT), True),
        (lambda e: sign_out(e, 2, "asked", ACT), False),  # the other session of the same user
        (lambda e: changed(e, 2, active=False), True),
        (lambda e: changed(e, 2, name="Ngozi Bell"), True),
        (lambda e: changed(e, changed(e, 2, active=False).entry, active=True), True),  # ended is ended
        (lambda e: put_secret(e, "okafor", "password", "new", ACT), True),
        (lambda e: put_secret(e, "okafor", "totp", SEED, ACT), True),
        (lambda e: put_secret(e, "okafor", "totp", None, ACT), True),
        (lambda e: put_secret(e, "okafor", "pin", NUMBER, ACT), False),
        (lambda e: put_account(e, "bell", "Ada Bell", "technician", ACT, secrets={"password": "new"}), False),
        (lambda e: fail(e), False),
    ],
)
def test_what_ends_a_session(engine: Engine, act: Callable[[Engine], object], ended: bool) -> None:
    opened(engine, secrets={"password": PHRASE})
    sign_in(engine, "okafor", ACT, **FROM)
    sign_in(engine, "okafor", ACT, **FROM)
    act(engine)
    found = session(engine, 1)
    assert found
    assert found.ended is ended
    assert found.account == account(engine, "okafor")
    later = sign_in(engine, "okafor", ACT, **FROM) if found.account.active else None
    assert later is None or not session(engine, later).ended  # type: ignore[union-attr]


def test_a_session_is_signed_out_once(engine: Engine) -> None:
    opened(engine)
    id_ = sign_in(engine, "okafor", ACT, **FROM)
    sign_out(engine, id_, "asked", ACT)
    before = counts(engine)
    sign_out(engine, id_, "idle", ACT)
    with pytest.raises(RecordsRefused, match=r"^There is no session 9\.$"):
        sign_out(engine, 9, "asked", ACT)
    with pytest.raises(ValueError, match=r"^why a session ended is empty$"):
        sign_out(engine, id_, " ", ACT)
    assert counts(engine) == before


@pytest.mark.parametrize("user", ["okafor", "nobody"])
def test_who_has_no_active_account_does_not_come_in(engine: Engine, user: str) -> None:
    opened(engine, active=False)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=rf"^The user {user} has no account that is active\.$"):
        sign_in(engine, user, ACT, **FROM)
    assert counts(engine) == before


# ------------------------------------------------------------------ attempts

ATTEMPTS = [
    # minutes after 05:06:07, key, address, kind, good
    (1, "a", "192.0.2.1", "password", False),
    (2, "a", "192.0.2.2", "password", False),
    (3, "b", "192.0.2.1", "password", False),
    (4, "a", "192.0.2.1", "pin", False),
    (5, "a", "192.0.2.1", "password", True),
    (6, "a", "192.0.2.1", "password", False),
    (7, "b", "192.0.2.1", "totp", False),
]


def minute(n: float) -> datetime:
    return AT + timedelta(minutes=n)


def attempt(engine: Engine, n: float, key: str, address: str, kind: str, good: bool) -> None:
    told = Event(ANNA, "given", minute(n))
    record_attempt(engine, told, Attempt(key, address, kind), lambda _: Verdict(good, "attempt"))


def asked(engine: Engine, question: Callable[[Tried], Any]) -> Any:
    """What the judge of an attempt that is not stored sees."""
    found: list[Any] = []

    def judge(tried: Tried) -> Verdict:
        found.append(question(tried))
        return Verdict(False)

    record_attempt(engine, ACT, Attempt("c", "192.0.2.9", "pin"), judge)
    return found[0]


@pytest.mark.parametrize(
    ("of", "count", "newest"),
    [
        ({}, 6, 7),  # all but the good one of minute 5
        ({"since": 3}, 3, 7),  # after, and not at: 4, 6, 7
        ({"since": 7}, 0, None),
        ({"address": "192.0.2.1"}, 5, 7),  # 1, 3, 4, 6, 7: an address is not cleared by one that knew a password
        ({"address": "192.0.2.9"}, 0, None),
        ({"key": "a"}, 2, 6),  # 4 of the PIN, which no PIN cleared; 6 after the good one
        ({"key": "a", "kind": "password"}, 1, 6),
        ({"key": "a", "kind": "pin"}, 1, 4),
        ({"key": "a", "kind": "totp"}, 0, None),
        ({"key": "b"}, 2, 7),
        ({"key": "a", "address": "192.0.2.2"}, 0, None),  # 2, which the good one from elsewhere cleared
        ({"kind": "password"}, 4, 6),  # 1, 2, 3, 6
    ],
)
def test_failures_are_counted_since_the_last_good_attempt(
    engine: Engine, of: dict[str, Any], count: int, newest: int | None
) -> None:
    for one in ATTEMPTS:
        attempt(engine, *one)
    of = {**of, "since": minute(of.get("since", 0))}
    found = failures(engine, **of)
    assert found == Failures(count, None if newest is None else minute(newest))
    assert asked(engine, lambda tried: tried.failures(**of)) == found
    assert found.newest is None or found.newest.tzinfo == UTC


@pytest.mark.parametrize(
    ("key", "kind", "newest"),
    [("a", "password", 5), ("a", "pin", None), ("b", "password", None), ("c", "password", None)],
)
def test_the_newest_good_attempt_is_of_its_key_and_kind(
    engine: Engine, key: str, kind: str, newest: int | None
) -> None:
    for n, *rest in ATTEMPTS:
        attempt(engine, n, *rest)
    attempt(engine, 3, "a", "192.0.2.1", "password", True)  # an older one, stored later
    found = asked(engine, lambda tried: tried.newest_good(key=key, kind=kind))
    assert found == (None if newest is None else minute(newest))


def test_a_sign_in_clears_the_failures_before_it(engine: Engine) -> None:
    opened(engine)
    for _ in range(3):
        fail(engine)
    before = minute(-1)
    assert failures(engine, since=before, key="5e1f", kind="password").count == 3
    sign_in(engine, "okafor", ACT, **FROM)
    assert failures(engine, since=before, key="5e1f", kind="password") == Failures(0, None)


@pytest.mark.parametrize(
    ("more", "error", "sentence"),
    [
        ({"key": ""}, ValueError, "the key of an attempt is empty"),
        ({"address": None}, TypeError, "the address of an attempt is a text, not None"),
        ({"kind": "pen"}, ValueError, "'pen' is not a kind of secret: password, pin, totp"),
    ],
)
def test_an_attempt_that_cannot_be_is_refused(
    engine: Engine, more: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        Attempt(**{**FROM, "kind": "pin", **more})
    assert str(refused.value) == sentence


JUDGED = [  # why it is locked, whether it is right; the verdict, and whether the secret was looked at
    ("", True, Verdict(True, "right"), True),
    ("", False, Verdict(False, "wrong"), True),
    ("Too many.", True, Verdict(False, refused="Too many."), False),
    ("Too many.", False, Verdict(False, refused="Too many."), False),
]


@pytest.mark.parametrize(("locked", "right", "verdict", "looked"), JUDGED)
def test_while_a_lock_holds_no_secret_is_looked_at(
    engine: Engine, locked: str, right: bool, verdict: Verdict, looked: bool
) -> None:
    seen: list[Tried] = []

    def is_right(tried: Tried) -> bool:
        seen.append(tried)
        return right

    judge = unless_locked(lambda _: locked, is_right, lambda _, good: "right" if good else "wrong")
    assert record_attempt(engine, ACT, Attempt(**FROM, kind="pin"), judge) == verdict
    assert bool(seen) is looked


def test_a_verdict_is_right_or_wrong_and_nothing_between() -> None:
    number: Any = 1
    with pytest.raises(TypeError, match=r"^good is either True or False, not 1$"):
        Verdict(number)


@pytest.mark.parametrize(
    ("verdict", "stored"),
    [
        (Verdict(False, "wrong secret"), ("wrong secret", 0)),
        (Verdict(True, "second factor given"), ("second factor given", 1)),
        (Verdict(True), None),
        (Verdict(False, refused="Too many."), None),
    ],
)
def test_an_attempt_is_stored_as_its_verdict_says(
    engine: Engine, verdict: Verdict, stored: tuple[str, int] | None
) -> None:
    assert record_attempt(engine, ACT, Attempt(**FROM, kind="pin"), lambda _: verdict) == verdict
    if stored is None:
        assert stored_rows(engine) == {}
    else:
        body = json.loads(entries(engine)[-1].body)
        assert (body["action"], body["rows"]["attempt"][0]["good"]) == stored


def test_of_ten_guesses_at_once_five_are_answered(engines: list[Engine]) -> None:
    def judge(tried: Tried) -> Verdict:
        full = tried.failures(since=minute(-1), key="5e1f", kind="pin").count >= 5
        return Verdict(False, refused="Too many.") if full else Verdict(False, "wrong secret")

    def guess(n: int) -> None:
        if record_attempt(engines[n], ACT, Attempt(**FROM, kind="pin"), judge).refused:
            raise RecordsRefused("Too many.")

    assert of_ten_at_once(guess) == 5
    assert counts(engines[0])["attempt"] == 5


# ------------------------------------------------------------------ settings


def test_every_value_of_a_setting_stays_and_the_newest_is_last(engine: Engine) -> None:
    assert (settings(engine), settings_entry(engine)) == ((), 0)
    put_settings(engine, {"site_name": "Example Hospital", "bsa_step": None}, ENTERED)
    later = Event(Person("okafor", "Ngozi Okafor", "pharmacist"), "acts", minute(1))
    mine = put_setting(engine, "bsa_step", "0.01", "proposed", later, was=2)
    assert mine == Setting("bsa_step", "0.01", "proposed", later.person, minute(1), entry=3)
    assert settings(engine) == (
        Setting("site_name", "Example Hospital", "holds", ANNA, AT, entry=2),
        Setting("bsa_step", None, "holds", ANNA, AT, entry=2),
        mine,
    )
    assert settings_entry(engine) == 3
    told = find_entries(engine, EntrySearch(subject="setting:bsa_step"))
    assert [found.id for found in told] == [3]
    assert check(engine) == ()


@pytest.mark.parametrize("was", [0, 1, 3])
def test_a_setting_that_was_changed_meanwhile_is_not_overwritten(engine: Engine, was: int) -> None:
    """The newest row came with entry 2; 0 says that the caller saw none."""
    put_setting(engine, "bsa_step", "0.01", "holds", ACT, was=0)
    with pytest.raises(RecordsRefused) as refused:
        put_setting(engine, "bsa_step", "0.1", "holds", ACT, was=was)
    assert str(refused.value) == "The setting bsa_step was changed meanwhile: look at it again."
    assert stored_rows(engine) == {"log": 2, "checkpoint": 1, "setting": 1}
    assert put_setting(engine, "other", "1", "holds", ACT, was=0).entry == 3
    assert put_setting(engine, "bsa_step", "0.1", "withdrawn", ACT, was=2).entry == 4
    assert put_setting(engine, "bsa_step", "0.2", "holds", ACT).entry == 5


def test_of_ten_that_change_a_setting_at_once_one_does(engine: Engine) -> None:
    assert of_ten_at_once(lambda n: put_setting(engine, "bsa_step", str(n), "holds", ACT, was=0)) == 1


@pytest.mark.parametrize(
    ("name", "value", "standing", "error", "sentence"),
    [
        (" ", "1", "holds", ValueError, "the name of a setting is empty"),
        ("bsa_step", 1, "holds", TypeError, "the value of bsa_step is a text or None, not 1"),
        (
            "bsa_step",
            "1",
            "wanted",
            ValueError,
            "'wanted' is not how a setting stands: holds, proposed, withdrawn",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    engine: Engine, name: str, value: Any, standing: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        put_setting(engine, name, value, standing, ACT)
    assert str(refused.value) == sentence
    assert stored_rows(engine) == {}
