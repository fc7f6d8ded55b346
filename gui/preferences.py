"""This file decides what the window remembers of a person's wishes, and how leniently it reads them back."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from gui.language import Language
from gui.theme import Mode

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Wishes of the person at this computer.

    Attributes:
        mode: Theme.
        language: Language; None follows the desktop.
        maximised: Whether the window fills the screen.
        last_person: Who signed in last; picked first in the sign-in.
    """

    mode: Mode = Mode.SYSTEM
    language: Language | None = None
    maximised: bool = True
    last_person: str = ""


class PreferencesFile:
    """The preferences as lenient JSON.

    Args:
        path: Where they are; the folder is made when first written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Preferences:
        """What was written; the default for anything missing or not understood. Never raises."""
        try:
            given = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Preferences()
        except (OSError, ValueError) as error:
            _log.warning("Preferences at %s cannot be read (%s); the defaults are used.", self._path, error)
            return Preferences()
        if not isinstance(given, dict):
            return Preferences()
        default = Preferences()
        mode, language = given.get("mode"), given.get("language")
        person, maximised = given.get("last_person"), given.get("maximised")
        return Preferences(
            mode=Mode(mode) if mode in [m.value for m in Mode] else default.mode,
            language=Language(language) if language in [one.value for one in Language] else default.language,
            maximised=maximised if isinstance(maximised, bool) else default.maximised,
            last_person=person if isinstance(person, str) else default.last_person,
        )

    def save(self, preferences: Preferences) -> bool:
        """Write *preferences* atomically.

        Returns:
            False where they could not be written; the log says why.
        """
        beside = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(asdict(preferences), indent=2), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            _log.warning("Preferences cannot be written to %s: %s", self._path, error)
            return False
        return True
