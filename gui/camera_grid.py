"""This file decides how 1, 2, 4, 6 or 9 camera tiles share their room, and that one of them can fill it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.camera_tile import CameraTile
from gui.theme import ThemeSource
from station.frames import SourceId
from station.port import LinePort
from station.view import LineSnapshot

_MOST_KEYS = 9


def columns_for(count: int) -> int:
    """Tiles side by side: 1, 2, 3 (side by side), 4 as 2 x 2, up to 6 as 3 x 2, else 3 and more rows."""
    if count <= 3:
        return max(1, count)
    return 2 if count == 4 else 3


class CameraGrid(QWidget):
    """All cameras of the station.

    Args:
        port: Where pictures come from.
        theme: Colours and type sizes.
    """

    def __init__(self, port: LinePort, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._enlarged: int | None = None
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        ids = [SourceId(camera.id) for camera in port.station.cameras]
        self.tiles: dict[SourceId, CameraTile] = {}
        for number, source in enumerate(ids):
            key = str(number + 1) if number < _MOST_KEYS and len(ids) > 1 else ""
            tile = CameraTile(key, port.packs, theme)
            tile.tapped.connect(partial(self.toggle, number))
            if key:
                QShortcut(QKeySequence(key), self).activated.connect(partial(self.toggle, number))
            self.tiles[source] = tile
        back = QShortcut(QKeySequence("Esc"), self)
        back.activated.connect(self.show_all)
        self._arrange()

    @property
    def enlarged(self) -> int | None:
        """Index of the tile that fills the room; None when all are shown."""
        return self._enlarged

    def show_cameras(self, snapshot: LineSnapshot, now_s: float) -> None:
        """Show the cameras of *snapshot* with their newest pictures; hidden tiles cost nothing."""
        for view in snapshot.cameras:
            tile = self.tiles.get(view.source_id)
            if tile is not None and not tile.isHidden():
                tile.show_camera(view, self._port.latest_image(view.source_id), now_s)

    def forget_texts(self) -> None:
        """Say everything anew."""
        for tile in self.tiles.values():
            tile.forget_texts()

    def toggle(self, number: int) -> None:
        """Enlarge tile *number*, or show all again when it is enlarged."""
        if len(self.tiles) > 1:
            self._enlarged = None if self._enlarged == number else number
            self._arrange()

    @Slot()
    def show_all(self) -> None:
        """Show every tile."""
        if self._enlarged is not None:
            self._enlarged = None
            self._arrange()

    def _arrange(self) -> None:
        columns = columns_for(len(self.tiles))
        for number, tile in enumerate(self.tiles.values()):
            self._layout.removeWidget(tile)
            alone = self._enlarged == number
            tile.setVisible(self._enlarged is None or alone)
            if alone:
                self._layout.addWidget(tile, 0, 0)
            elif self._enlarged is None:
                self._layout.addWidget(tile, number // columns, number % columns)
        for column in range(columns):
            self._layout.setColumnStretch(column, 1 if self._enlarged is None or column == 0 else 0)
        for row in range(-(-len(self.tiles) // columns)):
            self._layout.setRowStretch(row, 1 if self._enlarged is None or row == 0 else 0)
