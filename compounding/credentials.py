"""Passwords, signing PINs, second factors and names of people: the rules, the hashing, and when a lock falls.

A secret is stored as argon2id of its HMAC under a key that lies outside the database, so that a database
in the wrong hands gives away neither a password nor a PIN of six digits. Sources: OWASP Password Storage
Cheat Sheet (argon2id 19 MiB, 2 passes, 1 lane), OWASP ASVS 5.0 chapter 6, RFC 6238.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compounding.files import made_once
from compounding.quantities import Unreadable, quote

PASSWORD, PIN, TOTP = "password", "pin", "totp"

SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 256
SHORTEST_PIN, LONGEST_PIN = 6, 12

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each takes 19 MiB and a core: a flood of sign-ins waits instead of filling the memory.
_AT_ONCE = threading.BoundedSemaphore(2)
_KEY = 32


# ------------------------------------------------------------------ keys beside the database


def kept_key(home: Path, name: str) -> bytes:
    """32 random bytes in a file of the site's folder: made once, readable by its owner alone.

    Raises ValueError for a file that holds anything else: it was cut, and what was stored under it is not read.
    """
    path = home / name
    if not path.exists():
        made_once(path, secrets.token_bytes(_KEY))
    key = path.read_bytes()
    if len(key) != _KEY:
        raise ValueError(f"{path} holds {len(key)} bytes, and a key has {_KEY}. Put it back from a backup.")
    return key


def secrets_key(home: Path) -> bytes:
    """The key under which a site's secrets are stored. Without it nobody can sign in."""
    return kept_key(home, "secrets.key")


def keyed(key: bytes, text: str) -> str:
    """A text that the log may hold in place of what was typed: nobody without the key can try guesses on it."""
    return hmac.new(key, folded(text).encode(), hashlib.sha256).hexdigest()


def folded(user: str) -> str:
    """A user name as it is compared."""
    return unicodedata.normalize("NFKC", user).strip().casefold()


# ------------------------------------------------------------------ names of people

USER_MOST = 40
"""Characters of a sign-in name."""
NOBODYS = frozenset({"program", "unknown", "new"})
"""The log has two of these for those who are nobody, and /staff/new is the page that opens an account."""
# One name may hold all of these: Japanese is written in three of them.
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL"})


def sign_in_name(text: str) -> str:
    """A name that somebody may sign in with. Raises Unreadable."""
    if len(text) > USER_MOST:
        raise Unreadable(f"{quote(text)} is longer than {USER_MOST} characters.")
    if not re.fullmatch(r"[a-z][a-z0-9.-]*[a-z0-9]", text):
        raise Unreadable(f"{quote(text)} cannot be a user name. Use letters a to z, figures, and . - between.")
    if text in NOBODYS:
        raise Unreadable(f"{quote(text)} is kept for the program. Choose another.")
    return text


def printed_name(text: str) -> str:
    """A name that papers may show somebody by. Raises Unreadable where letters of two scripts stand in it: a
    Cyrillic О is no other picture than a Latin O."""
    scripts = [_script(c) for c in unicodedata.normalize("NFKC", text) if c.isalpha()]
    found = list(dict.fromkeys(filter(None, scripts)))
    if len(found) > 1:
        raise Unreadable(f"{quote(text)} mixes {found[0]} and {found[1]} letters: type it in one alphabet.")
    return text


def _script(letter: str) -> str:
    """The script of a letter, the first word of its name in Unicode; "" for a sign of several, as the ʻokina."""
    if unicodedata.category(letter) == "Lm":
        return ""
    script = unicodedata.name(letter, "unknown").split()[0]
    return "East Asian" if script in _EAST_ASIAN else script.capitalize()


def printed_alike(name: str) -> str:
    """A printed name as it is compared: by its letters and figures, words apart. Signs and spaces tell nobody apart."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
    return " ".join(re.findall(r"[^\W_]+", kept))


# ------------------------------------------------------------------ storing and checking


def stored(secret: str, key: bytes) -> str:
    """What is stored of a password or a PIN."""
    with _AT_ONCE:
        return hasher.hash(_under(key, secret))


def matches(value: str | None, secret: str, key: bytes) -> bool:
    """Whether this is the secret. Takes as long where there is none stored, so that nobody learns who is known."""
    with _AT_ONCE:
        try:
            hasher.verify(value or _nobodys(), _under(key, secret))
        except (VerificationError, InvalidHashError):
            return False
    return value is not None


def _under(key: bytes, secret: str) -> str:
    # The same letter may be typed as one character or as two.
    return hmac.new(
        key, unicodedata.normalize("NFC", secret).encode(errors="surrogatepass"), hashlib.sha256
    ).hexdigest()


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_hex(16))


# ------------------------------------------------------------------ what may be chosen


def password_fault(password: str, names: Iterable[str], refused: Iterable[str] = ()) -> str | None:
    """Why this may not be a password; None where it may.

    names    of the user, the site and the drugs: a password made of them is guessed first
    refused  passwords that the site does not take, as its file lists them
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"A password has at least {SHORTEST_PASSWORD} characters, and this one {len(password)}."
    if len(password) > LONGEST_PASSWORD:
        return f"A password has at most {LONGEST_PASSWORD} characters, and this one {len(password)}."
    plain, refused = _letters(password), frozenset(refused)
    if password in refused or (plain and plain in {_letters(one) for one in refused}):
        return "This password is on the list of those that are guessed first. Choose another."
    # A sign counts once, however often it stands between the names.
    own = _beside(plain, names) + "".join({c for c in password if not c.isalnum() and not c.isspace()})
    if len(own) < _OWN or len(set(own)) < _DIFFERENT:
        return "This password is made of names that stand on this desk or of one thing repeated. Choose another."
    return None


# What is left of a password without the names: eight characters, five of them different, are no longer a name
# with a year behind it.
_OWN, _DIFFERENT = 8, 5
REFUSED_PASSWORDS = "refused-passwords.txt"


def refused_passwords(home: Path | None) -> frozenset[str]:
    """The passwords that a site does not take: the lines of a file of its folder, in UTF-8; none without one.

    Raises OSError or UnicodeDecodeError for a file that is there and cannot be read.
    """
    try:
        text = "" if home is None else (home / REFUSED_PASSWORDS).read_text("utf-8-sig")
    except FileNotFoundError:
        text = ""
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def _beside(plain: str, names: Iterable[str]) -> str:
    """The letters that are part of no name. Names may overlap: in "okaforokafor" stand okafor and rokafor."""
    within: set[int] = set()
    for name in set(_parts(names)):
        for start in range(len(plain) - len(name) + 1):
            if plain.startswith(name, start):
                within.update(range(start, start + len(name)))
    return "".join(c for at, c in enumerate(plain) if at not in within)


def _letters(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if c.isalnum())


def _parts(names: Iterable[str]) -> Iterable[str]:
    """Each name, and each of its words that is long enough to be one: "of" is in too much."""
    for name in names:
        yield from (part for part in map(_letters, [name, *re.split(r"\W+", name)]) if len(part) >= 4)


def pin_fault(pin: str) -> str | None:
    """Why this may not be a signing PIN; None where it may."""
    if not re.fullmatch(r"[0-9]+", pin) or not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        return f"A signing PIN has {SHORTEST_PIN} to {LONGEST_PIN} figures and nothing else."
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1:
        return "A signing PIN is no run, and no figure repeated: choose another."
    return None


def is_pin(secret: str) -> bool:
    """Whether a secret that signs can only be a PIN: a password is longer."""
    return re.fullmatch(r"[0-9]+", secret) is not None and len(secret) < SHORTEST_PASSWORD


# ------------------------------------------------------------------ the second factor


def new_factor() -> str:
    """A secret for an authenticator, 160 bits in base32."""
    return pyotp.random_base32()


def factor_address(secret: str, user: str, site: str) -> str:
    """What an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=site)


def factor_good(secret: str, code: str, now: datetime, last: datetime | None = None) -> bool:
    """Whether this is the code of now, or of the 30 s before or after it; `last` is when one was good before.

    A code is good once (RFC 6238 §5.2). The last one may have been that of the 30 s after it was typed.
    """
    code = code.replace(" ", "")
    if not re.fullmatch(r"[0-9]{6}", code):
        return False
    authenticator = pyotp.TOTP(secret)
    used = -1 if last is None else authenticator.timecode(last) + 1
    return any(
        hmac.compare_digest(authenticator.at(now + timedelta(seconds=30 * step)), code)
        for step in (-1, 0, 1)
        if authenticator.timecode(now) + step > used
    )


def sealed(secret: str, key: bytes) -> str:
    """A second factor as it is stored: it must be read again, so it is encrypted and not hashed."""
    nonce = secrets.token_bytes(12)
    return (nonce + AESGCM(key).encrypt(nonce, secret.encode(), b"totp")).hex()


def opened(value: str, key: bytes) -> str | None:
    """The second factor again; None where it was sealed under another key or was changed."""
    try:
        raw = bytes.fromhex(value)
        return AESGCM(key).decrypt(raw[:12], raw[12:], b"totp").decode()
    except (InvalidTag, ValueError):
        return None


# ------------------------------------------------------------------ locks


class Failed(Protocol):
    """How many failures there are, and when the newest was made."""

    @property
    def count(self) -> int: ...
    @property
    def newest(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Lock:
    """So many failures within the time lock for the time."""

    failures: int
    time: timedelta

    def until(self, count: int, newest: datetime | None) -> datetime | None:
        """When a lock ends that these failures make; None where they make none."""
        return None if newest is None or count < self.failures else newest + self.time

    def ends(self, failed: Callable[[datetime], Failed], now: datetime) -> datetime | None:
        """When the lock ends that now holds; None where none does. `failed` gives the failures after a time.

        Those count that were made in the time before the newest of them: counted back from now, the first of a
        row would be forgotten while the lock lasts, and end it.
        """
        newest = failed(now - self.time).newest
        if newest is None:
            return None
        row = failed(newest - self.time)
        return self.until(row.count, row.newest)


_QUARTER = timedelta(minutes=15)

# At 5 guesses a quarter of an hour half of the PINs of six figures take 2.8 years, with somebody's session open.
LOCKS: Mapping[str, Lock] = MappingProxyType(
    {PASSWORD: Lock(5, _QUARTER), PIN: Lock(5, _QUARTER), TOTP: Lock(5, _QUARTER)}
)
ADDRESS = Lock(50, _QUARTER)
"""For one address whatever names it tries: a ward behind one address mistypes less than this."""
