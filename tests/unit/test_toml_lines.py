"""Every key of a TOML file is found at its line, whatever the file looks like."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.toml_lines import locate_keys
from tests.toml_making import any_values, to_toml

DEMO = Path(__file__).resolve().parents[2] / "resources" / "stations" / "demo.toml"

TRICKY = r"""# [[not]] a "header"
a.b."c d" = 1
'x.y' = "]" # comment [
s = QQQ
[no]
k = 1 \"QQQ
l = AAA
k = 2
'AAA
array = [ # comment ]
  1, [2,
  3], { k = "}", m.n = [
  4 ] },
]
[t]
k = 1979-05-27T07:32:00Z
[t.sub]
k = "its"
[[f]]
k = 1
[[f.g]]
k = 2
[[f.g]]
k = 3
[f.g.h]
k = 4
[[f]]
[[f.g]]
"\u006b" = 5
""".replace("QQQ", '"' * 3).replace("AAA", "'" * 3)


def test_lines_of_a_tricky_file() -> None:
    lines = locate_keys(TRICKY)
    rows = TRICKY.split("\n")

    def text_at(*path: str | int) -> str:
        return rows[lines[path] - 1].strip()

    assert text_at("a", "b", "c d") == 'a.b."c d" = 1'
    assert text_at("x.y").startswith("'x.y'")
    assert text_at("s") == 's = """'
    assert ("k",) not in lines
    assert ("no",) not in lines
    assert text_at("array", 1, 1) == '3], { k = "}", m.n = ['
    assert text_at("array", 2, "m", "n", 0) == "4 ] },"
    assert text_at("t") == "[t]"
    assert text_at("t", "sub", "k") == 'k = "its"'
    assert text_at("f", 0, "k") == "k = 1"
    assert text_at("f", 0, "g", 1, "k") == "k = 3"
    assert text_at("f", 0, "g", 1, "h", "k") == "k = 4"
    assert text_at("f", 1, "g", 0, "k") == r'"\u006b" = 5'


def paths_of(node: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path}
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, below in items:
        found |= paths_of(below, (*path, key))
    return found


@pytest.mark.parametrize("text", [TRICKY, DEMO.read_text(encoding="utf-8")], ids=["tricky", "demo"])
def test_every_key_is_located_and_no_other(text: str) -> None:
    assert set(locate_keys(text)) == paths_of(tomllib.loads(text))


@given(st.dictionaries(st.sampled_from(["cameras", "sensors", "x"]), any_values))
def test_every_key_of_any_file_is_located(data: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {to_toml(value)}" for key, value in data.items())
    assert set(locate_keys(text)) == paths_of(tomllib.loads(text))


@given(st.text(alphabet="[]{}=\"'\\\n#a.,1", max_size=40))
def test_locating_ends_for_any_text(text: str) -> None:
    assert locate_keys(text)[()] == 1
