"""This file decides how a person proves who they are at the station: a PIN, kept only as a salted scrypt hash.

Lock-out after wrong PINs and the audit of sign-ins have their place in :func:`authenticate`, the one function through
which everybody signs in: it knows the person asked for, and whether the PIN was right, before anybody else does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from enum import Enum

from inference.errors import ConfigError, UsageError
from station.config import Person
from station.frames import PersonId

_COST_N = 2**14
_BLOCK_R = 8
_PARALLEL_P = 1
_SALT_BYTES = 16
_KEY_BYTES = 32
_MAX_MEMORY_BYTES = 64 * 2**20
_FIELDS = 6

MIN_PIN_LENGTH = 4
MAX_PIN_LENGTH = 64


def hash_pin(pin: str) -> str:
    """Hash of *pin* for the station file: ``scrypt$N$r$p$SALT$KEY``, salt and key in base64.

    Takes about 50 ms and 16 MiB. May be called from any thread.

    Raises:
        UsageError: When the PIN is shorter or longer than allowed.
    """
    if not MIN_PIN_LENGTH <= len(pin) <= MAX_PIN_LENGTH:
        raise UsageError(f"The PIN has {len(pin)} characters", do=f"Choose one of {MIN_PIN_LENGTH} to {MAX_PIN_LENGTH} characters")
    salt = os.urandom(_SALT_BYTES)
    key = _derive(pin, salt, _COST_N, _BLOCK_R, _PARALLEL_P)
    return f"scrypt${_COST_N}${_BLOCK_R}${_PARALLEL_P}${_to_text(salt)}${_to_text(key)}"


def check_pin(pin: str, pin_hash: str) -> bool:
    """Whether *pin* is the one that *pin_hash* was made of, compared in constant time. May be called from any thread.

    Raises:
        ConfigError: When *pin_hash* was not made by :func:`hash_pin`.
    """
    salt, key, n, r, p = _parse(pin_hash)
    return hmac.compare_digest(_derive(pin, salt, n, r, p), key)


def authenticate(people: Sequence[Person], person_id: PersonId, pin: str) -> Person | None:
    """The person with *person_id* when *pin* is theirs, else None. An unknown id takes as long as a wrong PIN.

    Raises:
        ConfigError: When the person's PIN hash in the station file is damaged.
    """
    person = next((p for p in people if p.id == person_id), None)
    if person is None:
        _derive(pin, bytes(_SALT_BYTES), _COST_N, _BLOCK_R, _PARALLEL_P)
        return None
    return person if check_pin(pin, person.pin_hash) else None


class Standing(Enum):
    """Whether somebody may do what is asked in their name; the value says why not, in English."""

    GRANTED = ""
    NOBODY = "Nobody is signed in. Pick your name and enter your PIN first."
    SOMEBODY_ELSE = "Another person is signed in now. Look at the answer and give it again."
    """Another person than the one named, or one whom the station does not know."""


def standing_of(people: Sequence[Person], signed_in: PersonId | None, named: PersonId) -> Standing:
    """Whether what was sent in the name of *named* may be done: only by the person who is signed in, and is one of the station's.

    What each role may do has its place here: the person is known by now, and so is their role.
    """
    if signed_in is None:
        return Standing.NOBODY
    person = next((p for p in people if p.id == signed_in), None)
    return Standing.GRANTED if person is not None and person.id == named else Standing.SOMEBODY_ELSE


def _derive(pin: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8"), salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY_BYTES, dklen=_KEY_BYTES)


def _to_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _parse(pin_hash: str) -> tuple[bytes, bytes, int, int, int]:
    try:
        fields = pin_hash.split("$")
        if len(fields) != _FIELDS or fields[0] != "scrypt":
            raise ValueError("not six fields")
        n, r, p = (int(field) for field in fields[1:4])
        salt, key = (base64.b64decode(field, validate=True) for field in fields[4:])
        if len(key) != _KEY_BYTES or not salt or n < 2 or n & (n - 1) or 128 * n * r * p > _MAX_MEMORY_BYTES // 2 or min(r, p) < 1:
            raise ValueError("numbers out of range")
    except (ValueError, binascii.Error) as error:
        raise ConfigError(
            "A PIN hash is damaged", where="people.pin_hash", value=str(error), do="Make a new one with: python main.py doctor --pin"
        ) from error
    return salt, key, n, r, p
