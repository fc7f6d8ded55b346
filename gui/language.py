"""This file decides which language the window speaks, and how texts from below the window are said in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, QTranslator, Signal

from gui.sentences import sentence_text
from inference.driving import say_driving
from inference.findings import Contribution
from inference.reasons import TEMPLATES, Reason

TRANSLATIONS = Path(__file__).resolve().parent.parent / "resources" / "i18n"
"""Folder with the compiled translations."""

_PROPERTY = "lineside_language"


class Language(StrEnum):
    """Languages of the window; the value is the locale's name."""

    ENGLISH = "en"
    CHINESE = "zh_CN"


class BothLanguages(Protocol):
    """Any text that carries both languages (:class:`station.config.Text`, :class:`inference.contract.Text`)."""

    @property
    def en(self) -> str:
        """English."""
        ...

    @property
    def zh(self) -> str:
        """Simplified Chinese."""
        ...


def current_language() -> Language:
    """Language of the running application; English before one was chosen."""
    app = QCoreApplication.instance()
    name = None if app is None else app.property(_PROPERTY)
    return Language.CHINESE if name == Language.CHINESE.value else Language.ENGLISH


def system_language() -> Language:
    """The desktop's language where the window speaks it, else English."""
    return Language.CHINESE if QLocale.system().language() is QLocale.Language.Chinese else Language.ENGLISH


def pick(text: BothLanguages) -> str:
    """*text* in the current language."""
    return text.zh if current_language() is Language.CHINESE else text.en


def reason_text(reason: Reason) -> str:
    """*reason* as one sentence in the current language, without a full stop.

    A particular that comes in Chinese as well, as ``name_zh``, is said so in Chinese.
    """
    known = dict(reason.particulars)
    chinese = current_language() is Language.CHINESE
    spoken = ((name, known.get(f"{name}_zh", value) if chinese else value) for name, value in reason.particulars)
    said = Reason(reason.code, tuple((name, sentence_text(value)) for name, value in spoken))
    return said.fill(QCoreApplication.translate("Reason", TEMPLATES[reason.code]))


def driving_text(contributors: Sequence[Contribution], name_of: Callable[[str], str]) -> str:
    """Which channels drive a risk, as one sentence in the current language without a full stop; empty where none does."""
    return say_driving(contributors, name_of, lambda template: QCoreApplication.translate("Driving", template))


class LanguageSwitch(QObject):
    """Installs the translation of a language in the application. Widgets follow on ``LanguageChange``.

    Args:
        app: The application; the switch must not outlive it.
        folder: Where ``lineside_<language>.qm`` are.
    """

    language_changed = Signal()

    def __init__(self, app: QCoreApplication, folder: Path = TRANSLATIONS) -> None:
        super().__init__(app)
        self._app = app
        self._folder = folder
        self._translator: QTranslator | None = None

    def use(self, language: Language) -> bool:
        """Speak *language* from now on.

        Returns:
            False where its translation cannot be loaded; the window then speaks English.
        """
        self._app.setProperty(_PROPERTY, language.value)
        if self._translator is not None:
            self._app.removeTranslator(self._translator)
            self._translator.deleteLater()
            self._translator = None
        loaded = True
        if language is not Language.ENGLISH:
            translator = QTranslator(self)
            loaded = translator.load(f"lineside_{language.value}", str(self._folder))
            if loaded:
                self._translator = translator
                self._app.installTranslator(translator)
            else:
                # Texts of the station file change all the same; installing a translator would have told the widgets.
                QCoreApplication.sendEvent(self._app, QEvent(QEvent.Type.LanguageChange))
        self.language_changed.emit()
        return loaded
