"""This file decides how addresses get their secrets from the environment, and that no text ever shows one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inference.errors import SourceError

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_USER_INFO = re.compile(r"(?<=://)[^/\s?#]*@")
_SECRET_PARAMETER = re.compile(r"(?i)\b(password|passwd|pwd|pass|token|secret|key|auth)=[^&\s#]+")


def expand_environment(text: str, environment: Mapping[str, str]) -> str:
    """Replace every ``${NAME}`` in *text* by its value in *environment*.

    Raises:
        SourceError: A variable is not set; the message names it and shows no value.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in environment:
            raise SourceError(
                "An environment variable of the address is not set",
                value=name,
                do=f"Set {name} before Lineside starts, or write the address without it",
            )
        return environment[name]

    return _VARIABLE.sub(value_of, text)


def without_credentials(text: str) -> str:
    """*text* with user names, passwords and tokens of every address in it taken out; may be shown and logged."""
    return _SECRET_PARAMETER.sub(r"\1=***", _USER_INFO.sub("", text))


def has_written_login(url: str) -> bool:
    """True when *url* holds a user name or password in plain text, not taken from the environment."""
    login = _USER_INFO.search(url)
    return login is not None and bool(_VARIABLE.sub("", login[0]).strip(":@"))
