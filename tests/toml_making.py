"""Any TOML a person could write, for tests of what reads it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

any_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.integers(-5, 5), st.booleans(), st.floats(allow_nan=True), st.text(max_size=3), st.sampled_from(["folder", "limit", "rig-1"])
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(st.sampled_from(["id", "kind", "when", "channels", "name", "en", "source", "rows"]), below, max_size=4),
    ),
    max_leaves=12,
)


def to_toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + "".join(f"\\U{ord(c):08X}" for c in value) + '"'
        case dict():
            return "{ " + ", ".join(f"{key} = {to_toml(below)}" for key, below in value.items()) + " }"
        case list():
            return "[\n" + ",\n".join(to_toml(below) for below in value) + "\n]"
    return repr(value)
