"""This file decides how a person goes through the seconds around a warning: the picture at the cursor above the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.incident_seconds import Curve, EventMark, Rows, Still, seconds_text, still_at
from gui.incident_timeline import IncidentTimeline
from gui.jobs import Jobs
from gui.kept_picture import KeptPicture, PreparedPicture, prepare, prepare_file, read_heatmap
from gui.language import BothLanguages, pick
from gui.theme import ThemeSource
from gui.time_text import clock_text
from gui.words import verdict_word
from inference.findings import ImageU8, Region, Verdict
from station.frames import SourceId
from station.incidents.evidence import Moment, StripPicture

_MOST_PREPARED = 24
_MOST_FULL = 4
_FILM_WIDTH_PX = 260
_MOST_PX = 16_777_215

Films = tuple[tuple[SourceId, tuple[tuple[StripPicture, Still], ...]], ...]
"""The pictures of each camera, with what the film shows of them."""
LabelTitles = dict[tuple[str, str], BothLanguages]
"""Title of a label, by (pack, label)."""


@dataclass(frozen=True, slots=True, eq=False)
class Seconds:
    """The seconds around one raise, ready to be shown.

    Attributes:
        moment: What was kept.
        films: The pictures of each camera, in the order of the moment's cameras.
        curves: The traces, the most telling first.
        marks: What happened in these seconds.
    """

    moment: Moment
    films: Films
    curves: tuple[Curve, ...]
    marks: tuple[EventMark, ...]


def films_of(moment: Moment) -> Films:
    """The pictures of every camera, decoded for the film; damaged ones are left out. Any thread."""
    films: dict[SourceId, list[tuple[StripPicture, Still]]] = {}
    for picture in moment.pictures:
        bgr = _decoded(picture.jpeg)
        if bgr is not None:
            at_s = (picture.utc - moment.utc).total_seconds()
            films.setdefault(picture.source_id, []).append((picture, Still(at_s, _for_film(bgr), picture.verdict)))
    return tuple((source, tuple(film)) for source, film in films.items())


class EvidenceView(QWidget):
    """The picture at the cursor, what was said of it, and the timeline that moves the cursor.

    Until there is something kept it shows the picture it is given (:meth:`show_base`), or a sentence that says why not.

    Args:
        jobs: Reads pictures in full off the GUI thread.
        names: Name of each camera.
        label_titles: Titles of the packs' labels, by (pack, label).
        theme: Colours and type sizes.

    Signals:
        heat_changed: The picture shown has a heatmap, or has none.
    """

    heat_changed = Signal()

    def __init__(
        self, jobs: Jobs, names: dict[str, BothLanguages], label_titles: LabelTitles, theme: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs, self._names = jobs, names
        self._labels = {name: title for (_, name), title in label_titles.items()}
        self._seconds: Seconds | None = None
        self._camera: SourceId | None = None
        self._missing = ""
        self._rows, self._picture_wanted = Rows.ALL, True
        self._shown: StripPicture | None = None
        self._base: tuple[PreparedPicture | None, tuple[Region, ...], str] | None = None
        self._prepared: dict[int, PreparedPicture] = {}
        self._full: dict[str, PreparedPicture] = {}
        self._full_job: int | None = None
        self.picture = KeptPicture(theme)
        self.timeline = IncidentTimeline(theme)
        self.timeline.moved.connect(self._on_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.timeline)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._fill()

    # ------------------------------------------------------------------ what is shown

    @property
    def seconds(self) -> Seconds | None:
        """The seconds shown; None where nothing was kept (yet)."""
        return self._seconds

    @property
    def camera(self) -> SourceId | None:
        """Whose film is shown."""
        return self._camera

    @property
    def films(self) -> tuple[SourceId, ...]:
        """Cameras that have a film."""
        return () if self._seconds is None else tuple(source for source, _ in self._seconds.films)

    @property
    def shown(self) -> StripPicture | None:
        """The picture at the cursor; None where there is no film."""
        return self._shown

    @property
    def has_heat(self) -> bool:
        """Whether the picture shown has a heatmap."""
        return self.picture.has_heat

    def show_base(self, path: str, picture: PreparedPicture | None, regions: tuple[Region, ...], message: str = "") -> None:
        """Show the judged frame at *path* (or *message*) while there is no film; where there is one it is its frame at the raise."""
        if picture is not None:
            self._full[path] = picture
        self._base = (picture, regions, message)
        self._fill()

    def show_seconds(self, seconds: Seconds | None, camera: SourceId | None, missing: str = "") -> None:
        """Show other seconds, with the film of *camera* where it has one; the cursor goes to the raise when they are another raise's.

        *missing* says, in the reader's language, why there are no pictures.
        """
        self._missing = missing
        before = None if self._seconds is None else self._seconds.moment.utc
        self._seconds = seconds
        self._prepared.clear()
        cameras = () if seconds is None else tuple(source for source, _ in seconds.films)
        if self._camera not in cameras or before is None or seconds is None or before != seconds.moment.utc:
            self._camera = camera if camera in cameras else (cameras[0] if cameras else None)
        if seconds is None or seconds.moment.utc != before:
            self._full_job = None
            self.timeline.set_at(0.0)
        self._fill_timeline()
        self._fill()

    def show_camera(self, camera: SourceId) -> None:
        """Show the film of another camera."""
        if self._seconds is not None and camera in (source for source, _ in self._seconds.films):
            self._camera = camera
            self._fill_timeline()
            self._fill()

    def show_rows(self, rows: Rows, *, picture: bool, width: int) -> None:
        """Which rows of the timeline are wanted, and whether the picture is, at *width* px."""
        self._rows, self._picture_wanted = rows, picture
        self.timeline.show_rows(rows)
        self.timeline.setFixedHeight(self.timeline.height_for(width))
        self._show_parts()

    def _show_parts(self) -> None:
        self.picture.setVisible(self._picture_wanted)
        self.timeline.setVisible(self.timeline.has_rows)
        if self.parentWidget() is not None:  # shown without one it would be a window of its own, and take the keys away
            self.setVisible(self._picture_wanted or self.timeline.has_rows)
        self._fit_height()

    def _fit_height(self) -> None:
        """No higher than its parts: what is left belongs to the texts below."""
        layout = self.layout()
        spacing = 0 if layout is None else layout.spacing()
        parts = [self.picture.height_at(self.width())] if self._picture_wanted else []
        if self.timeline.has_rows:
            parts.append(self.timeline.height_for(self.width()))
        self.setMaximumHeight(max(1, min(_MOST_PX, sum(parts) + spacing * max(0, len(parts) - 1))))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture is as high as its shape asks."""
        super().resizeEvent(event)
        self._fit_height()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._fill()

    def _film(self) -> tuple[tuple[StripPicture, Still], ...]:
        if self._seconds is None:
            return ()
        return next((film for source, film in self._seconds.films if source == self._camera), ())

    def _fill_timeline(self) -> None:
        seconds = self._seconds
        if seconds is None:
            self.timeline.show_seconds((), (), (), 0.0)
        else:
            film = [still for _, still in self._film()]
            self.timeline.show_seconds(film, seconds.curves, seconds.marks, seconds.moment.utc.timestamp())
        self._show_parts()

    @Slot(float)
    def _on_moved(self, _: float) -> None:
        self._fill()

    def _fill(self) -> None:
        film = self._film()
        still = still_at([one for _, one in film], self.timeline.at_s)
        shown = next((picture for picture, one in film if one is still), None)
        self._shown = shown
        had_heat = self.picture.has_heat
        if shown is None:
            picture, regions, message = self._base or (None, (), "")
            self.picture.show_picture(picture, regions, self._missing or message)
            self.picture.show_caption("")
        else:
            self.picture.show_picture(self._picture_of(shown), shown.regions)
            self.picture.show_caption(self._caption(shown))
        self._show_parts()
        if had_heat != self.picture.has_heat:
            self.heat_changed.emit()

    def _caption(self, shown: StripPicture) -> str:
        said = verdict_word(shown.verdict)
        if shown.verdict is Verdict.NO_VERDICT:
            said = said if shown.reason else ""
        elif shown.score == shown.score:
            title = self._labels.get(shown.label)
            found = "" if shown.verdict is Verdict.OK else shown.label if title is None else pick(title)
            said = " ".join(part for part in (said, found, f"{shown.score:.2f}") if part)
        name = self._names.get(shown.source_id)
        parts = (seconds_text(self.timeline.at_s), clock_text(shown.utc), "" if name is None else pick(name), said)
        return " · ".join(part for part in parts if part)

    def _picture_of(self, shown: StripPicture) -> PreparedPicture:
        """The small picture now; the judged frame itself where it was kept, as soon as it was read."""
        if shown.full is not None:
            key = str(shown.full)
            if key in self._full:
                return self._full[key]
            if self._full_job is None:
                work = partial(_prepare_full, shown)
                self._full_job = self._jobs.run(self, work, partial(self._on_full, key), self._on_full_failed)
        number = id(shown)
        if number not in self._prepared:
            while len(self._prepared) >= _MOST_PREPARED:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[number] = _prepare_small(shown)
        return self._prepared[number]

    def _on_full(self, key: str, picture: PreparedPicture) -> None:
        self._full_job = None
        while len(self._full) >= _MOST_FULL:
            del self._full[next(iter(self._full))]
        self._full[key] = picture
        self._fill()

    def _on_full_failed(self, _: str) -> None:
        """The small picture stays; the job is not tried again for these seconds."""


def _prepare_full(shown: StripPicture) -> PreparedPicture:
    """The judged frame behind a small picture. Raises InputError where it cannot be read."""
    if shown.full is None:
        return _prepare_small(shown)
    return prepare_file(shown.full, None if shown.full_heat is None else read_heatmap(shown.full_heat))


def _prepare_small(shown: StripPicture) -> PreparedPicture:
    bgr = _decoded(shown.jpeg)
    if bgr is None:
        bgr = np.zeros((9, 16, 3), np.uint8)
    heat: ImageU8 | None = None
    if shown.heat:
        try:
            read = cv2.imdecode(np.frombuffer(shown.heat, np.uint8), cv2.IMREAD_GRAYSCALE)
        except cv2.error:
            read = None
        if read is not None:
            heat = np.asarray(cv2.resize(read, (bgr.shape[1], bgr.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)
    prepared = prepare(bgr, heat)
    return replace(prepared, factor=prepared.bgr.shape[1] / shown.width_px)


def _decoded(jpeg: bytes) -> ImageU8 | None:
    """uint8 H x W x 3; None for bytes that are no picture."""
    if not jpeg:
        return None
    try:
        read = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if read is None else np.ascontiguousarray(read, dtype=np.uint8)


def _for_film(bgr: ImageU8) -> ImageU8:
    height, width = bgr.shape[:2]
    if width <= _FILM_WIDTH_PX:
        return bgr
    size = (_FILM_WIDTH_PX, max(1, round(height * _FILM_WIDTH_PX / width)))
    return np.ascontiguousarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
