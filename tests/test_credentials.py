"""Passwords, PINs and second factors: what may be chosen, how it is stored, and when a lock falls."""

import hashlib
import hmac
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from compounding import credentials
from compounding.credentials import (
    ADDRESS,
    LOCKS,
    USER_MOST,
    factor_good,
    folded,
    is_pin,
    kept_key,
    keyed,
    matches,
    opened,
    password_fault,
    pin_fault,
    printed_alike,
    printed_name,
    refused_passwords,
    sealed,
    sign_in_name,
    stored,
)
from compounding.quantities import Unreadable
from compounding.records import PROGRAM
from compounding.web.proving import UNKNOWN

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 3, 12, 13, 0, 10, tzinfo=UTC)
NAMES = ("okafor", "R. Okafor", "Example Hospital Pharmacy", "inotuzumab ozogamicin", "Besponsa")

# ------------------------------------------------------------------ storing


def test_a_password_costs_what_it_should() -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes and 1 lane, or more.

    The tests hash with less (conftest.py), so the cost is read from the program's own text.
    """
    source = Path(credentials.__file__).read_text("utf-8")
    assert "hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)" in source
    told = extract_parameters(PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash("x"))
    assert (told.type.name, told.memory_cost, told.time_cost, told.parallelism) == ("ID", 19456, 2, 1)


def test_what_is_stored_is_another_each_time_and_holds_no_password() -> None:
    one, two = stored("correct horse battery", KEY), stored("correct horse battery", KEY)
    assert one != two
    assert one.startswith("$argon2id$") and "correct" not in one


@pytest.mark.parametrize(
    ("given", "key", "good"),
    [
        ("correct horse battery", KEY, True),
        ("Correct horse battery", KEY, False),
        ("correct horse battery ", KEY, False),  # a space is a character
        ("correct horse battery", OTHER, False),  # without the key the database alone opens nothing
        ("", KEY, False),
    ],
)
def test_a_password_is_taken_to_the_letter_and_under_its_key(given: str, key: bytes, good: bool) -> None:
    assert matches(stored("correct horse battery", KEY), given, key) is good


def test_a_letter_with_its_accent_apart_is_the_same_letter() -> None:
    whole, apart = "caf\u00e9 in the morning", "cafe\u0301 in the morning"
    assert whole != apart
    assert matches(stored(whole, KEY), apart, KEY)


@pytest.mark.parametrize("value", [None, "no hash at all", "$argon2id$broken"])
def test_nothing_matches_what_is_not_there_or_is_no_hash(value: str | None) -> None:
    assert not matches(value, "correct horse battery", KEY)


def test_where_nobody_is_known_a_hash_is_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the time of the answer would tell who has an account."""
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append("")
            return bool(super().verify(hash, password))

    monkeypatch.setattr(credentials, "hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    value = stored("correct horse battery", KEY)
    matches(value, "wrong", KEY)
    matches(None, "wrong", KEY)
    assert len(checked) == 2


# ------------------------------------------------------------------ keys


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = kept_key(home, "secrets.key")
    assert len(key) == 32
    assert kept_key(home, "secrets.key") == key
    assert kept_key(home, "session.key") != key
    assert [path.name for path in sorted(home.iterdir())] == ["secrets.key", "session.key"]
    if os.name == "posix":
        assert stat.S_IMODE((home / "secrets.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 33])
def test_a_key_that_was_cut_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.key").write_bytes(content)
    with pytest.raises(ValueError, match=r"secrets\.key holds .* bytes, and a key has 32"):
        kept_key(tmp_path, "secrets.key")


def test_the_log_holds_a_name_under_the_key_alone() -> None:
    """RFC 2104: HMAC-SHA-256 of the folded name."""
    assert keyed(KEY, " Okafor ") == hmac.new(KEY, b"okafor", hashlib.sha256).hexdigest()
    assert keyed(KEY, "okafor") != keyed(OTHER, "okafor")


@pytest.mark.parametrize(
    ("typed", "compared"), [("Okafor", "okafor"), ("  okafor\t", "okafor"), ("\uff4fkafor", "okafor"), ("", "")]
)
def test_a_user_name_is_compared_folded(typed: str, compared: str) -> None:
    assert folded(typed) == compared


# ------------------------------------------------------------------ names of people


@pytest.mark.parametrize("name", ["ok", "r.okafor", "o-brien2", "n" * USER_MOST])
def test_a_sign_in_name_is_plain_letters_and_figures(name: str) -> None:
    assert sign_in_name(name) == name


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("n" * 41, "This text of 41 characters is longer than 40 characters."),
        *(
            (name, f"“{name}” cannot be a user name. Use letters a to z, figures, and . - between.")
            for name in ("n", "Okafor", "1okafor", "okafor.", "o kafor", "\u043ekafor")
        ),
        *((name, f"“{name}” is kept for the program. Choose another.") for name in (PROGRAM.id, UNKNOWN.id, "new")),
    ],
)
def test_what_is_no_sign_in_name_is_quoted(name: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sign_in_name(name)
    assert str(refused.value) == sentence


CYRILLIC_O, GREEK_O, OKINA = "\u041e", "\u039f", "\u02bb"


@pytest.mark.parametrize(
    "name",
    [
        "R. Okafor",
        "J\u00f6rg M\u00fcller-Le\u00f3n",
        f"K. {OKINA}Akana",
        "И. Петрова",
        "Γ. Παππάς",
        "鈴木 メアリ ゆき",
        "3rd",
    ],
)
def test_a_printed_name_is_written_in_one_alphabet(name: str) -> None:
    assert printed_name(name) == name


@pytest.mark.parametrize(
    ("name", "both"),
    [
        (f"R. {CYRILLIC_O}kafor", "Latin and Cyrillic"),
        (f"R. {GREEK_O}kafor", "Latin and Greek"),
        ("И. Пeтрова", "Cyrillic and Latin"),  # its e is Latin
        ("R. Oka\u3164for", "Latin and East Asian"),  # the Hangul filler, which shows as nothing
    ],
)
def test_a_printed_name_of_two_alphabets_is_refused(name: str, both: str) -> None:
    with pytest.raises(Unreadable) as refused:
        printed_name(name)
    assert str(refused.value) == f"“{name}” mixes {both} letters: type it in one alphabet."


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("R. Okafor", True),
        ("r. okafor", True),
        ("R.  Okafor", True),
        ("R.\u00a0Okafor", True),  # a no-break space
        ("R.Okafor", True),
        ("R Okafor", True),
        ("R. Okafor\ufe0f", True),  # a variation selector
        ("\uff32. \uff2fkafor", True),  # full width
        ("R. Okafor-Lind", False),
        ("R. O. Kafor", False),
        ("R. \u00d6kafor", False),
        ("R. Okafor 2", False),
    ],
)
def test_two_printed_names_are_alike_by_what_is_seen_of_them(name: str, alike: bool) -> None:
    assert (printed_alike(name) == printed_alike("R. Okafor")) is alike


# ------------------------------------------------------------------ what may be chosen

SHORT = "A password has at least 15 characters"
MADE_OF_NAMES = "This password is made of names that stand on this desk or of one thing repeated."
LISTED = "This password is on the list of those that are guessed first."

PASSWORDS = [
    # 15 characters at least and 256 at most, and no rule of what is in them (OWASP ASVS 5.0, 6.2)
    ("x" * 0, SHORT),
    ("fourteen chars", SHORT),  # 14
    ("fifteen chars !", None),  # 15
    ("correct horse battery staple", None),
    ("abcdefghij" * 25 + "abcdef", None),  # 256
    ("abcdefghij" * 25 + "abcdefg", "A password has at most 256 characters, and this one 257."),
    ("!@#$%^&*()_+{}|", None),  # 15 signs, all different
    ("\u0431\u043e\u043b\u044c\u0448\u0430\u044f \u0441\u043e\u0431\u0430\u043a\u0430!", None),
    # one thing repeated: fewer than 5 different letters
    ("a" * 15, MADE_OF_NAMES),
    ("abababababababab", MADE_OF_NAMES),
    ("!!!!!!!!!!!!!!!!", MADE_OF_NAMES),
    (" " * 20, MADE_OF_NAMES),
    # names with less than 8 letters left beside them
    ("okafor okafor okafor", MADE_OF_NAMES),
    ("okafor okafor 2026", MADE_OF_NAMES),  # "r okafor" stands in it as well
    ("Okafor-Besponsa-2026!", MADE_OF_NAMES),  # 2026 and two signs: 6
    ("Example-Hospital-Pharmacy-!!!!", MADE_OF_NAMES),
    ("BESPONSA besponsa 1", MADE_OF_NAMES),
    ("Inotuzumab2026!!", MADE_OF_NAMES),
    ("\u00d3kafor \u00f3kafor \u00f3kafor", MADE_OF_NAMES),  # with accents
    ("okafor likes green tea", None),  # 13 letters beside the name
    # the site's own list, whatever the case and the signs
    ("password password", LISTED),
    ("Password-Password", LISTED),
    ("passwordpassword1", None),
]


@pytest.mark.parametrize(("password", "fault"), PASSWORDS)
def test_what_may_be_a_password(password: str, fault: str | None) -> None:
    found = password_fault(password, NAMES, iter(["password password"]))
    assert found is None if fault is None else (found or "").startswith(fault)


def test_a_refusal_does_not_say_the_password_again() -> None:
    for password, fault in PASSWORDS:
        if fault and password.strip():
            assert password not in (password_fault(password, NAMES, ["password password"]) or "")


def test_the_refused_passwords_are_the_lines_of_a_file(tmp_path: Path) -> None:
    assert refused_passwords(None) == frozenset()
    assert refused_passwords(tmp_path) == frozenset()
    (tmp_path / "refused-passwords.txt").write_bytes("\ufeffcorrect horse battery\r\n\n caf\u00e9 \n".encode())
    assert refused_passwords(tmp_path) == {"correct horse battery", "caf\u00e9"}


def test_a_list_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "refused-passwords.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UnicodeDecodeError):
        refused_passwords(tmp_path)


LENGTH, RUN = "A signing PIN has 6 to 12 figures and nothing else.", "A signing PIN is no run"


@pytest.mark.parametrize(
    ("pin", "fault"),
    [
        ("27182", LENGTH),
        ("271828", None),
        ("271828182845", None),
        ("2718281828459", LENGTH),  # 13
        ("27182a", LENGTH),
        ("271 828", LENGTH),
        ("\u0662\u0667\u0661\u0668\u0662\u0668", LENGTH),  # figures, but not those of a keypad
        ("111111", RUN),
        ("123456", RUN),
        ("654321", RUN),
        ("890123", RUN),  # round the corner
        ("246802", RUN),  # a run in steps of two
        ("112233", None),  # guessed early, and no run: five tries a quarter of an hour hold it
    ],
)
def test_what_may_be_a_pin(pin: str, fault: str | None) -> None:
    found = pin_fault(pin)
    assert found is None if fault is None else (found or "").startswith(fault)


@pytest.mark.parametrize(
    ("secret", "pin"), [("271828", True), ("2", True), ("1" * 14, True), ("1" * 15, False), ("27182a", False)]
)
def test_what_can_only_be_a_pin_is_shorter_than_a_password(secret: str, pin: bool) -> None:
    assert is_pin(secret) is pin


# ------------------------------------------------------------------ the second factor

# RFC 6238, appendix B, for SHA-1: the secret "12345678901234567890", the last six of its eight figures.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert factor_good(RFC_SECRET, code, now)
    assert factor_good(RFC_SECRET, f" {code[:3]} {code[3:]}", now)


@pytest.mark.parametrize(("off", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_good_for_half_a_minute_and_the_next_ones(off: int, good: bool) -> None:
    seconds, code = RFC_CODES[2]
    assert factor_good(RFC_SECRET, code, datetime.fromtimestamp(seconds + off, UTC)) is good


@pytest.mark.parametrize("code", ["", "00592", "0059241", "00592a", "\u0660\u0660\u0665\u0669\u0662\u0664", "005925"])
def test_what_is_no_code_is_not_taken(code: str) -> None:
    assert not factor_good(RFC_SECRET, code, datetime.fromtimestamp(RFC_CODES[2][0], UTC))


@pytest.mark.parametrize(
    ("ago", "good"),
    [
        (0, False),
        (1, False),  # in the half minute before: that of now may have been given then
        (30, False),
        (31, True),  # two before: then at most the one before was good
        (120, True),
    ],
)
def test_a_code_is_good_once(ago: int, good: bool) -> None:
    """1,234,567,890 s is the first second of its half minute: 30 × 41,152,263."""
    seconds, code = RFC_CODES[2]
    now = datetime.fromtimestamp(seconds, UTC)
    assert factor_good(RFC_SECRET, code, now, now - timedelta(seconds=ago)) is good


def test_a_second_factor_is_sealed_under_the_key() -> None:
    value = sealed(RFC_SECRET, KEY)
    assert RFC_SECRET not in value and RFC_SECRET.encode().hex() not in value
    assert sealed(RFC_SECRET, KEY) != value
    assert opened(value, KEY) == RFC_SECRET
    assert opened(value, OTHER) is None
    changed = value[:-2] + ("00" if value[-2:] != "00" else "01")
    assert opened(changed, KEY) is None
    assert opened("no seal", KEY) is None
    assert opened("", KEY) is None


# ------------------------------------------------------------------ locks


@pytest.mark.parametrize(
    ("lock", "count", "minutes"),
    [(lock, count, 15 if count >= 5 else None) for lock in LOCKS.values() for count in (0, 4, 5, 6)]
    + [(ADDRESS, 49, None), (ADDRESS, 50, 15)],
)
def test_when_a_lock_ends(lock: credentials.Lock, count: int, minutes: int | None) -> None:
    until = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert lock.until(count, NOW if count else None) == until


@dataclass(frozen=True)
class Row:
    count: int
    newest: datetime | None


@pytest.mark.parametrize(
    ("minutes", "asked_at", "ends_at"),
    [
        ((), 0, None),
        ((0, 1, 2, 3), 3, None),  # four
        ((0, 1, 2, 3, 4), 4, 19),  # the newest and a quarter of an hour
        ((0, 1, 2, 3, 4), 18, 19),
        ((0, 1, 2, 3, 4), 19, None),
        ((0, 1, 2, 3, 14), 16, 29),  # the first is out of the last quarter of an hour, and counts all the same
        ((0, 4, 8, 12, 16), 16, None),  # never five within one
    ],
)
def test_a_lock_that_holds_lasts_from_the_newest_failure(
    minutes: tuple[int, ...], asked_at: int, ends_at: int | None
) -> None:
    made = [NOW + timedelta(minutes=minute) for minute in minutes]

    def failed(since: datetime) -> Row:
        after = [at for at in made if at > since]
        return Row(len(after), max(after, default=None))

    ends = LOCKS[credentials.PASSWORD].ends(failed, NOW + timedelta(minutes=asked_at))
    assert ends == (None if ends_at is None else NOW + timedelta(minutes=ends_at))
