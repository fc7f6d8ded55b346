"""No text of the window is untranslated, and what is compiled is what was written."""

from __future__ import annotations

import importlib.util
import math
import shutil
import string
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from gui.language import TRANSLATIONS, Language, LanguageSwitch, current_language, pick, reason_text
from gui.sentence_templates import TEMPLATES as TEMPLATES_BELOW
from gui.sentences import sentence_text
from gui.time_text import moment_text
from gui.words import label_words
from inference.errors import SourceError
from inference.findings import Finding, Verdict
from inference.reasons import TEMPLATES, Reason, ReasonCode
from station.config import Text

TS = TRANSLATIONS / "lineside_zh_CN.ts"
QM = TRANSLATIONS / "lineside_zh_CN.qm"


@pytest.fixture(scope="module")
def update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("i18n_update", TRANSLATIONS / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def messages() -> list[tuple[str, str, str]]:
    """(context, source, translation) of every message."""
    root = ET.parse(TS).getroot()  # noqa: S314 - our own file
    return [
        (context.findtext("name") or "", message.findtext("source") or "", message.findtext("translation") or "")
        for context in root.iter("context")
        for message in context.iter("message")
    ]


def test_nothing_is_unfinished(update: ModuleType) -> None:
    assert update.unfinished(TS) == []
    assert len(messages()) > 150


def test_every_text_of_the_sources_is_in_the_ts(update: ModuleType, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    shutil.copy(TS, fresh)
    update.collect(fresh)
    assert update.unfinished(fresh) == [], "run resources/i18n/update.py and translate what it reports"


def test_the_qm_is_compiled_from_the_ts(update: ModuleType, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.qm"
    update.compile_ts(TS, fresh)
    assert fresh.read_bytes() == QM.read_bytes(), "run resources/i18n/update.py"


def test_places_are_the_same() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    wrong = [(context, source) for context, source, translation in messages() if places(translation) != places(source)]
    assert wrong == []


def test_every_reason_is_said_in_chinese(language_switch: LanguageSwitch) -> None:
    assert language_switch.use(Language.CHINESE)
    said = {code: reason_text(Reason(code)) for code in ReasonCode}
    assert [code for code, text in said.items() if not any("\u4e00" <= letter <= "\u9fff" for letter in text)] == []


def test_particulars_are_filled(language_switch: LanguageSwitch) -> None:
    reason = Reason.of(ReasonCode.CHANNEL_STUCK, channel="TS1", value="45.0")
    assert reason_text(reason) == "Sensor TS1 is stuck at 45.0"
    language_switch.use(Language.CHINESE)
    assert reason_text(reason) == "传感器 TS1 停在 45.0 不变"


def test_a_packs_own_words_are_said_in_the_windows_language(language_switch: LanguageSwitch) -> None:
    particulars = {
        "kind": "Ash",
        "kind_zh": "铁皮灰",
        "chance": "42",
        "rival": "Slag",
        "rival_zh": "夹渣",
        "rival_chance": "38",
        "limit": "50",
    }
    reason = Reason.of(ReasonCode.UNSURE_KIND, **particulars)
    assert reason_text(reason) == "The kind is not sure: Ash 42 %, Slag 38 %; below 50 % none is named"
    language_switch.use(Language.CHINESE)
    assert "铁皮灰 42 %" in reason_text(reason)
    assert "夹渣 38 %" in reason_text(reason)


@pytest.mark.parametrize(
    ("confidence", "unsure", "said"),
    [(math.nan, False, "Ash"), (0.999, False, "Ash"), (0.974, False, "Ash (97 % sure)"), (0.52, True, "Ash? (52 % sure)")],
)
def test_a_kind_says_how_sure_it_is(language_switch: LanguageSwitch, confidence: float, unsure: bool, said: str) -> None:
    language_switch.use(Language.ENGLISH)
    finding = Finding("t", Verdict.DEFECT, "ash", 1.0, 0.0, "m", "1", "0", "p", 1.0, confidence=confidence, unsure=unsure)
    assert label_words(finding, "Ash") == said


def test_missing_translation_falls_back_to_english(tmp_path: Path, language_switch: LanguageSwitch) -> None:
    del language_switch
    from PySide6.QtCore import QCoreApplication

    app = QCoreApplication.instance()
    assert app is not None
    broken = LanguageSwitch(app, tmp_path)
    assert not broken.use(Language.CHINESE)
    assert reason_text(Reason(ReasonCode.BLURRED)) == TEMPLATES[ReasonCode.BLURRED]
    assert pick(Text(en="pit", zh="点蚀")) == "点蚀"
    broken.use(Language.ENGLISH)
    assert current_language() is Language.ENGLISH
    broken.setParent(None)


def test_known_sentences_are_those_said_below_the_window() -> None:
    root = TRANSLATIONS.parent.parent
    files = [
        path for room in ("station", "inference", "gui") for path in (root / room).rglob("*.py") if path.name != "sentence_templates.py"
    ]
    said = [path.read_text(encoding="utf-8") for path in files]

    def is_said(template: str) -> bool:
        pieces = [text for text, *_ in string.Formatter().parse(template)]
        words = [piece.strip(" .:;,()") for piece in pieces if len(piece.strip(" .:;,()")) > 2]
        return any(all(word in text for word in words) for text in said)

    assert [template for template in TEMPLATES_BELOW if not is_said(template)] == []


def test_known_sentences_are_said_in_chinese(language_switch: LanguageSwitch) -> None:
    language_switch.use(Language.CHINESE)
    latin = [template for template in TEMPLATES_BELOW if sentence_text(template) == template]
    assert latin == []
    assert sentence_text("The moon is full.") == "The moon is full."


def test_the_parts_of_an_error_are_said_one_by_one(language_switch: LanguageSwitch) -> None:
    error = str(SourceError("The folder of images is not there", where="/data/in (old)", do="Create it or change path in the station file"))
    assert sentence_text(error) == error
    language_switch.use(Language.CHINESE)
    assert sentence_text(error) == "图像文件夹不存在（/data/in (old)）。请建立该文件夹，或在工位文件中更改 path。"
    test = f"Nothing came within 3 s: {error}"
    assert sentence_text(test) == "3 秒内没有数据：图像文件夹不存在（/data/in (old)）。请建立该文件夹，或在工位文件中更改 path。"
    gone = Reason.of(ReasonCode.SOURCE_GONE, detail=error)
    assert reason_text(gone).startswith("无信号：图像文件夹不存在")


def test_times_are_said_in_local_time_and_joined_sentences_one_by_one(language_switch: LanguageSwitch) -> None:
    since, until = datetime(2026, 3, 1, 10, 59, tzinfo=UTC), datetime(2026, 3, 1, 11, 0, 5, tzinfo=UTC)
    detail = "TS1 = 61; Not watched from 2026-03-01 10:59:00 UTC to 2026-03-01 11:00:05 UTC"
    local = [moment_text(at) for at in (since, until)]
    assert "UTC" not in "".join(local)
    assert sentence_text(detail) == f"TS1 = 61; Not watched from {local[0]} to {local[1]}"
    language_switch.use(Language.CHINESE)
    said = sentence_text(detail)
    assert said.startswith("TS1 = 61; ")
    assert all(one in said for one in local)
    assert "Not watched" not in said


def test_reasons_are_said_within_sentences(language_switch: LanguageSwitch) -> None:
    language_switch.use(Language.CHINESE)
    assert (
        sentence_text("Nothing came within 3 s: Nothing has been judged yet.")
        == f"3 秒内没有数据：{reason_text(Reason(ReasonCode.NOT_STARTED))}。"
    )
    assert sentence_text("1130 x 460 pixels, 15.0 pictures per second, 54 ms from picture to verdict.") == (
        "1130 × 460 像素，每秒 15.0 幅图像，从图像到判定 54 毫秒。"
    )
