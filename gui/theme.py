"""This file decides how Lineside looks: the named colours of both themes, type sizes and the sheet built from them.

ISA-101: neutral greys for everything normal; saturated colour only for what is abnormal, never colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from gui.style_sheet import style_sheet
from station.paths import resources_dir

TOUCH_PX = 48
"""Smallest side of anything a gloved finger presses, logical px; never scaled down."""

FAMILIES = (
    "Inter",
    "Segoe UI",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "DejaVu Sans",
)
"""Fonts in order of preference; Qt takes glyphs a font lacks from the next ones. The first comes along, see :func:`load_fonts`."""


class Mode(StrEnum):
    """Which theme the person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class TextSize(StrEnum):
    """Named type sizes; :meth:`ThemeSource.px` gives their pixels."""

    CAPTION = "caption"
    SMALL = "small"
    BODY = "body"
    LARGE = "large"
    TITLE = "title"
    VALUE = "value"
    DISPLAY = "display"


_BASE_PX = {
    TextSize.CAPTION: 15.0,
    TextSize.SMALL: 16.5,
    TextSize.BODY: 18.0,
    TextSize.LARGE: 21.0,
    TextSize.TITLE: 25.0,
    TextSize.VALUE: 30.0,
    TextSize.DISPLAY: 32.0,
}
_SMALLEST_PX = 12


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours, each ``#rrggbb``.

    Attributes:
        dark: Whether this is the dark theme.
        background: Behind everything.
        chrome: Top bar and rail.
        surface: Cards and panels.
        raised: Buttons and fields on a card.
        pressed: A button held down, a chosen entry.
        line, line_strong: Separators and borders of buttons.
        ink, ink_muted, ink_faint: Text in three strengths; the faint one is only for what nobody needs to read.
        primary, primary_ink: The one button to press, and its text.
        focus: Keyboard focus and selection.
        band: The normal band behind a trace.
        trace, trace_muted: A normal trace; a second one beside it.
        hatch, hatch_line: Where there is no picture.
        overlay, overlay_ink: Message on a picture.
        priority: Fill of priority 1..4 (index 0 is priority 1).
        priority_ink: Text on those fills.
        priority_text: The same priorities as text on *surface*, legible (contrast 4.5).
        defect, defect_ink: A DEFECT or FAULT verdict.
        failure, function_check, out_of_specification, maintenance: NE 107 signals.
        good: NE 107 good; neutral on purpose.
    """

    dark: bool
    background: str
    chrome: str
    surface: str
    raised: str
    pressed: str
    line: str
    line_strong: str
    ink: str
    ink_muted: str
    ink_faint: str
    primary: str
    primary_ink: str
    focus: str
    band: str
    trace: str
    trace_muted: str
    hatch: str
    hatch_line: str
    overlay: str
    overlay_ink: str
    priority: tuple[str, str, str, str]
    priority_ink: tuple[str, str, str, str]
    priority_text: tuple[str, str, str, str]
    defect: str
    defect_ink: str
    failure: str
    function_check: str
    out_of_specification: str
    maintenance: str
    good: str

    def priority_fill(self, priority: int) -> QColor:
        """Fill colour of *priority* 1..4."""
        return QColor(self.priority[priority - 1])


LIGHT = Theme(
    dark=False,
    background="#d9dcdf",
    chrome="#eceef0",
    surface="#f6f7f9",
    raised="#ffffff",
    pressed="#dfe3e8",
    line="#c3c8cf",
    line_strong="#78828e",
    ink="#1b232c",
    ink_muted="#56616d",
    ink_faint="#8a949f",
    primary="#1e2933",
    primary_ink="#ffffff",
    focus="#1f5fa8",
    band="#dbe1e8",
    trace="#3b4a59",
    trace_muted="#8593a1",
    hatch="#a3abb3",
    hatch_line="#959ea7",
    overlay="#2f3a45",
    overlay_ink="#ffffff",
    priority=("#c8102e", "#df6a00", "#c89b00", "#7a5aa6"),
    priority_ink=("#ffffff", "#ffffff", "#1b1600", "#ffffff"),
    priority_text=("#b00d27", "#a64c00", "#7a5d00", "#654490"),
    defect="#d35f00",
    defect_ink="#ffffff",
    failure="#c8102e",
    function_check="#df6a00",
    out_of_specification="#c89b00",
    maintenance="#2b6cb8",
    good="#78828e",
)

DARK = Theme(
    dark=True,
    background="#15191d",
    chrome="#1c2126",
    surface="#22282e",
    raised="#2b323a",
    pressed="#3a434d",
    line="#363e47",
    line_strong="#76828e",
    ink="#e6eaee",
    ink_muted="#a5b0bb",
    ink_faint="#717d89",
    primary="#dde3e9",
    primary_ink="#15191d",
    focus="#6aa9ee",
    band="#323b45",
    trace="#b4c0cb",
    trace_muted="#73808d",
    hatch="#323a42",
    hatch_line="#3b444d",
    overlay="#0e1114",
    overlay_ink="#f2f5f7",
    priority=("#ef4a5f", "#f08a2c", "#dfb52c", "#a88ad2"),
    priority_ink=("#1a0206", "#1d0f00", "#1b1600", "#150a24"),
    priority_text=("#ff7c8b", "#f5a256", "#e5c14f", "#bfa6e2"),
    defect="#f08a2c",
    defect_ink="#1d0f00",
    failure="#ff6879",
    function_check="#f08a2c",
    out_of_specification="#dfb52c",
    maintenance="#6aa9ee",
    good="#8593a1",
)


class ThemeSource(QObject):
    """The theme in force and its type sizes; tells when either changes. Lives in the GUI thread.

    Args:
        theme: The first theme.
        scale: Type sizes are multiplied by it: 1 at 1920 x 1080.
    """

    theme_changed = Signal()

    def __init__(self, theme: Theme = LIGHT, scale: float = 1.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = scale
        self._fonts: dict[tuple[TextSize, QFont.Weight], QFont] = {}

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._theme

    @property
    def scale(self) -> float:
        """Multiplier of type sizes and spacing."""
        return self._scale

    def set_look(self, theme: Theme, scale: float) -> None:
        """Take *theme* and *scale*; emits :attr:`theme_changed` where that changes anything."""
        if theme is self._theme and scale == self._scale:
            return
        self._theme = theme
        self._scale = scale
        self._fonts.clear()
        self.theme_changed.emit()

    def px(self, size: TextSize) -> int:
        """Pixels of a type size, never below what can be read."""
        return max(_SMALLEST_PX, round(_BASE_PX[size] * self._scale))

    def font(self, size: TextSize, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """A font with tabular digits for painting by hand; the caller may change it."""
        known = self._fonts.get((size, weight))
        if known is None:
            known = self._fonts[size, weight] = tabular_font(self.px(size), weight)
        return QFont(known)

    def space(self, px: float) -> int:
        """A distance of *px* at 1920 x 1080, scaled; at least 1."""
        return max(1, round(px * self._scale))


def tabular_font(pixel_size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The house font at *pixel_size* with tabular digits."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(pixel_size)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def theme_for(mode: Mode) -> Theme:
    """The theme for *mode*; SYSTEM follows the desktop, and is light where it says nothing."""
    if mode is Mode.DARK:
        return DARK
    if mode is Mode.LIGHT:
        return LIGHT
    return DARK if QApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT


def scale_for(width_px: int, height_px: int) -> float:
    """Scale of type and spacing for a window of this size: 1 at 1920 x 1080, 0.76 at 1366 x 768."""
    fit = min(width_px / 1920, height_px / 1080)
    return round(min(1.6, max(0.76, 0.76 + (fit - 0.7115) * 0.832)), 2)


@cache
def load_fonts() -> int:
    """Make the fonts of ``resources/fonts`` known to Qt, once; how many there are. Wants a QGuiApplication.

    Text is as wide on every computer as on the one where the screens were looked at; a bare Linux has only far wider fonts.
    """
    files = sorted((resources_dir() / "fonts").glob("*.otf"))
    return sum(QFontDatabase.addApplicationFont(str(file)) >= 0 for file in files)


def apply_theme(app: QApplication, mode: Mode, source: ThemeSource, scale: float = 1.0) -> Theme:
    """Give *app* font, palette and style sheet of *mode* at *scale*, and tell *source*.

    Returns:
        The theme applied.
    """
    load_fonts()
    theme = theme_for(mode)
    source.set_look(theme, scale)
    app.setFont(tabular_font(source.px(TextSize.BODY)))
    app.setPalette(_palette(theme))
    sizes = {size.value: source.px(size) for size in TextSize}
    app.setStyleSheet(style_sheet({name: str(getattr(theme, name)) for name in _COLOUR_NAMES}, sizes, TOUCH_PX))
    return theme


_COLOUR_NAMES = (
    "background",
    "chrome",
    "surface",
    "raised",
    "pressed",
    "line",
    "line_strong",
    "ink",
    "ink_muted",
    "ink_faint",
    "primary",
    "primary_ink",
    "focus",
    "overlay",
    "overlay_ink",
    "failure",
)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, theme.background),
        (role.WindowText, theme.ink),
        (role.Base, theme.raised),
        (role.AlternateBase, theme.surface),
        (role.Text, theme.ink),
        (role.PlaceholderText, theme.ink_muted),
        (role.Button, theme.raised),
        (role.ButtonText, theme.ink),
        (role.Highlight, theme.focus),
        (role.HighlightedText, theme.primary_ink if theme.dark else theme.raised),
        (role.ToolTipBase, theme.overlay),
        (role.ToolTipText, theme.overlay_ink),
        (role.Mid, theme.line),
    ):
        palette.setColor(which, QColor(name))
    return palette
