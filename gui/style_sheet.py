"""This file decides the Qt style sheet: how the roles of :mod:`gui.controls` turn into borders, fills and type sizes."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
QWidget { color: $ink; }
QMainWindow, QDialog { background: $background; }
QLabel { background: transparent; }
QLabel[role="caption"] { font-size: ${caption}px; color: $ink_muted; }
QLabel[role="small"] { font-size: ${small}px; }
QLabel[role="muted"] { color: $ink_muted; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="large"] { font-size: ${large}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="value"] { font-size: ${value}px; font-weight: 600; }
QLabel[role="display"] { font-size: ${display}px; font-weight: 600; }
QLabel[role="section"] { font-size: ${small}px; font-weight: 600; color: $ink_muted; }
QLabel[role="error"] { color: $failure; font-weight: 600; }
QLabel[role="note"] { background: $overlay; color: $overlay_ink; font-weight: 600; padding: 8px 12px; border-radius: 4px; }
QFrame[role="toast"] { background: $overlay; border: 1px solid $line_strong; border-radius: 8px; }
QFrame[role="toast"] QLabel { color: $overlay_ink; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 6px; }
QFrame[role="chrome"] { background: $chrome; border: none; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QPushButton, QToolButton {
  background: $raised; border: 1px solid $line_strong; border-radius: 6px;
  padding: 4px 14px; font-weight: 500;
}
.QPushButton, .QToolButton { min-height: ${inner}px; min-width: ${inner}px; }
QPushButton:hover, QToolButton:hover { background: $pressed; }
QPushButton:focus, QToolButton:focus { border: 2px solid $ink_muted; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked { background: $pressed; border: 2px solid $focus; }
QPushButton:disabled, QToolButton:disabled { color: $ink_faint; border-color: $line; }
QPushButton[role="primary"] { font-size: ${large}px; background: $primary; color: $primary_ink; border-color: $primary; font-weight: 600; }
QPushButton[role="primary"]:pressed { background: $line_strong; }
QPushButton[role="primary"]:focus { border: 2px solid $focus; }
QPushButton[role="primary"]:disabled { background: $pressed; color: $ink_faint; border-color: $line; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; padding: 4px 6px; }
QPushButton[role="quiet"]:hover { background: $pressed; }
QPushButton[role="quiet"]:focus { border-color: $line_strong; }
QPushButton[role="big"] { font-size: ${large}px; font-weight: 600; }
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QDateEdit {
  background: $raised; border: 1px solid $line_strong; border-radius: 6px; padding: 4px 10px; min-height: ${inner}px;
  selection-background-color: $focus;
}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 2px solid $focus; }
QComboBox::drop-down { border: none; width: 32px; }
QComboBox QAbstractItemView {
  background: $raised; border: 1px solid $line_strong; selection-background-color: $pressed; selection-color: $ink; }
QComboBox QAbstractItemView::item { min-height: ${touch}px; padding-left: 10px; }
QAbstractItemView { background: $surface; border: 1px solid $line; border-radius: 6px; outline: none; alternate-background-color: $chrome; }
QAbstractItemView::item { padding: 4px 8px; }
QAbstractItemView::item:selected { background: $pressed; color: $ink; }
QHeaderView { background: $surface; }
QHeaderView::section {
  background: $surface; color: $ink_muted; border: none; border-bottom: 1px solid $line; padding: 8px; font-weight: 600; }
QTabBar::tab {
  background: transparent; color: $ink_muted; padding: 4px 18px; min-height: ${inner}px;
  border-bottom: 3px solid transparent; font-weight: 500;
}
QTabBar::tab:selected { color: $ink; border-bottom: 3px solid $ink; font-weight: 600; }
QTabWidget::pane { border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 14px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 14px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: 5px; margin: 2px; min-height: 48px; min-width: 48px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; }
QProgressBar { background: $pressed; border: none; border-radius: 4px; text-align: center; min-height: 8px; }
QProgressBar::chunk { background: $line_strong; border-radius: 4px; }
QToolTip { background: $overlay; color: $overlay_ink; border: none; padding: 6px 10px; }
QMenu { background: $raised; border: 1px solid $line_strong; padding: 4px; }
QMenu::item { min-height: ${touch}px; padding: 4px 24px; }
QMenu::item:selected { background: $pressed; }
""")


def style_sheet(colours: Mapping[str, str], sizes_px: Mapping[str, int], touch_px: int) -> str:
    """The sheet for one theme.

    Args:
        colours: Colour of each name, ``#rrggbb``.
        sizes_px: Pixels of each type size.
        touch_px: Smallest side of a button, px.
    """
    numbers = {name: str(px) for name, px in sizes_px.items()}
    return _SHEET.substitute(colours, **numbers, touch=str(touch_px), inner=str(touch_px - 10))
