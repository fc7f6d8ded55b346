"""This file decides that a PIN opens only its own door."""

from __future__ import annotations

import pytest

from inference.errors import ConfigError, UsageError
from station.config import Person
from station.frames import PersonId
from station.people import Standing, authenticate, check_pin, hash_pin, standing_of


def test_the_right_pin_and_no_other() -> None:
    made = hash_pin("4711")
    assert check_pin("4711", made)
    assert not check_pin("4712", made)
    assert not check_pin("", made)


def test_the_same_pin_never_looks_the_same_and_is_not_in_the_hash() -> None:
    first, second = hash_pin("4711"), hash_pin("4711")
    assert first != second
    assert "4711" not in first.split("$")[4:]
    assert Person(id="wei", name="Wei", pin_hash=first).pin_hash.startswith("scrypt$")


@pytest.mark.parametrize("pin", ["", "123", "1" * 65])
def test_too_short_or_too_long_is_refused(pin: str) -> None:
    with pytest.raises(UsageError, match="4 to 64"):
        hash_pin(pin)


def test_pins_may_be_words_of_any_script() -> None:
    assert check_pin("密码密码", hash_pin("密码密码"))


@pytest.mark.parametrize(
    "damaged",
    [
        "scrypt$",
        "scrypt$16384$8$1$c2FsdA==",
        "scrypt$x$8$1$c2FsdA==$a2V5",
        "scrypt$16384$8$1$c2FsdA==$a2V5",
        "scrypt$16384$8$1$!!$" + "A" * 43 + "=",
        "scrypt$1048576$8$1$c2FsdA==$" + "A" * 43 + "=",
        "scrypt$16383$8$1$c2FsdA==$" + "A" * 43 + "=",
        "scrypt$16384$-8$-1$c2FsdA==$" + "A" * 43 + "=",
        "bcrypt$16384$8$1$c2FsdA==$" + "A" * 43 + "=",
    ],
)
def test_a_damaged_hash_says_what_to_do(damaged: str) -> None:
    with pytest.raises(ConfigError, match=r"doctor --pin"):
        check_pin("4711", damaged)


def test_who_signs_in() -> None:
    wei = Person(id="wei", name="Wei", pin_hash=hash_pin("4711"))
    assert authenticate([wei], PersonId("wei"), "4711") is wei
    assert authenticate([wei], PersonId("wei"), "0000") is None
    assert authenticate([wei], PersonId("nobody"), "4711") is None


def test_only_the_person_who_is_signed_in_may_be_named() -> None:
    people = [Person(id=name, name=name.title(), pin_hash="scrypt$") for name in ("wei", "li")]
    wei, li, stranger = PersonId("wei"), PersonId("li"), PersonId("stranger")
    assert standing_of(people, wei, wei) is Standing.GRANTED
    assert standing_of(people, None, wei) is Standing.NOBODY
    assert standing_of(people, wei, li) is Standing.SOMEBODY_ELSE
    assert standing_of(people, wei, stranger) is Standing.SOMEBODY_ELSE
    assert standing_of(people, stranger, stranger) is Standing.SOMEBODY_ELSE
