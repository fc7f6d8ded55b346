"""Both themes can be read, and priorities are told by more than colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui.symbols import paint_priority, paint_status
from gui.theme import DARK, LIGHT, TOUCH_PX, Mode, TextSize, Theme, ThemeSource, apply_theme, load_fonts, scale_for, tabular_font, theme_for
from station.health import DeviceStatus

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2 (relative luminance, section 1.4.3)."""

    def luminance(name: str) -> float:
        parts = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in QColor(name).getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_text_can_be_read(theme: Theme) -> None:
    for ground in (theme.background, theme.chrome, theme.surface, theme.raised):
        assert contrast(theme.ink, ground) >= 7.0
        assert contrast(theme.ink_muted, ground) >= 4.5
    assert contrast(theme.primary_ink, theme.primary) >= 7.0
    assert contrast(theme.overlay_ink, theme.overlay) >= 7.0
    for text in theme.priority_text:
        assert contrast(text, theme.surface) >= 4.5
    for fill, ink in zip(theme.priority, theme.priority_ink, strict=True):
        assert contrast(ink, fill) >= 3.0, "large bold figures"
    assert contrast(theme.defect_ink, theme.defect) >= 3.0
    assert contrast(theme.failure, theme.surface) >= 4.5


@THEMES
def test_normal_is_grey_and_abnormal_is_not(theme: Theme) -> None:
    for normal in (
        theme.background,
        theme.chrome,
        theme.surface,
        theme.ink,
        theme.band,
        theme.trace,
        theme.good,
        theme.primary,
        theme.line,
    ):
        assert max(QColor(normal).getRgb()[:3]) - min(QColor(normal).getRgb()[:3]) <= 34, normal
    for abnormal in (*theme.priority, theme.defect, theme.failure):
        assert QColor(abnormal).hsvSaturationF() >= 0.3, abnormal


def _silhouette(paint: object, *what: object) -> bytes:
    image = QImage(48, 48, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter, QRectF(4, 4, 40, 40), *what)  # type: ignore[operator]
    painter.end()
    return bytes(image.convertToFormat(QImage.Format.Format_Alpha8).constBits())


def test_priorities_differ_without_colour(qapp: QApplication) -> None:
    assert len({_silhouette(paint_priority, priority, LIGHT) for priority in (1, 2, 3, 4)}) == 4


def test_device_states_differ_without_colour(qapp: QApplication) -> None:
    assert len({_silhouette(paint_status, status, LIGHT) for status in DeviceStatus}) == len(DeviceStatus)


def test_text_is_as_wide_on_every_computer(qapp: QApplication) -> None:
    assert load_fonts() == 3
    assert QFontInfo(tabular_font(20)).family() == "Inter"


def test_digits_are_tabular(qapp: QApplication) -> None:
    from PySide6.QtGui import QFont, QFontMetricsF

    font = tabular_font(40)
    assert font.featureValue(QFont.Tag("tnum")) == 1
    metrics = QFontMetricsF(font)
    assert len({round(metrics.horizontalAdvance(digit), 1) for digit in "0123456789"}) == 1


def test_scale() -> None:
    assert scale_for(1366, 768) == 0.76
    assert scale_for(1920, 1080) == 1.0
    assert 1.0 < scale_for(3840, 2160) <= 1.6
    assert scale_for(800, 600) == 0.76


def test_type_never_gets_too_small(qapp: QApplication) -> None:
    source = ThemeSource(LIGHT, 0.1)
    assert min(source.px(size) for size in TextSize) >= 12
    assert TOUCH_PX >= 48


def test_theme_changed_is_told_once_per_change(qapp: QApplication) -> None:
    source = ThemeSource(LIGHT)
    heard: list[int] = []
    source.theme_changed.connect(lambda: heard.append(1))
    apply_theme(qapp, Mode.DARK, source)
    apply_theme(qapp, Mode.DARK, source)
    assert heard == [1]
    assert source.theme is DARK
    assert theme_for(Mode.LIGHT) is LIGHT
    apply_theme(qapp, Mode.LIGHT, source)
