"""This file decides how one camera looks on the Line screen: picture, outlined regions, verdict band, or why there is no verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.controls import keycap_width, paint_keycap
from gui.language import pick, reason_text
from gui.sentences import sentence_text
from gui.shrinking import shrink, to_screen
from gui.theme import TextSize, ThemeSource
from gui.time_text import clock_text, span_text
from gui.words import label_words, verdict_word
from inference.contract import PackContract
from inference.findings import Finding, ImageU8, Region, Verdict
from inference.reasons import ReasonCode
from station.view import CameraView

_AGE_SHOWN_EVERY_S = 0.5
_BORDER_PX = 3
_SMALLEST_MESSAGE_PX = 11


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the tile's texts say; equal ones need no repaint."""

    verdict: Verdict
    label: str
    score: str
    title: str
    rates: str
    age: str
    headline: str
    sentence: str
    regions: tuple[Region, ...]


class CameraTile(QWidget):
    """One camera. Repaints when its picture or what it says has changed, and then once.

    Args:
        key: Key that enlarges it, shown on the tile.
        packs: For the labels' titles.
        theme: Colours and type sizes.

    Signals:
        tapped: The tile was tapped.
    """

    tapped = Signal()

    def __init__(self, key: str, packs: tuple[PackContract, ...], theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._source = theme
        self._titles = {(p.name, lab.name): lab.title for p in packs for out in p.outputs for lab in out.labels}
        self._image: ImageU8 | None = None
        self._sequence: tuple[int, bool] | None = None
        self._scaled: QImage | None = None
        self._scaled_buffer: ImageU8 | None = None
        self._shown: _Shown | None = None
        self._rates_at_s = -math.inf
        self.clipped = False
        """Whether some text did not fit at the last paint; tests look at it."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.theme_changed.connect(self.update)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict shown; None before the first."""
        return None if self._shown is None else self._shown.verdict

    @property
    def sentence(self) -> str:
        """Why there is no verdict, as shown; empty when there is one."""
        return "" if self._shown is None else self._shown.sentence

    def show_camera(self, view: CameraView, live: tuple[int, ImageU8] | None, now_s: float) -> None:
        """Show *view* with the newest picture.

        A DEFECT shows the judged frame itself, so that the outline lies on what was judged; else the live picture.

        Args:
            view: The camera's state.
            live: Sequence number and picture as received; None before the first, or when it is gone.
            now_s: Monotonic time, s; rates and ages change at most twice a second.
        """
        judged = view.latest
        if view.verdict is Verdict.DEFECT and judged is not None and judged.frame.image is not None:
            self._take_picture((judged.frame.sequence, True), judged.frame.image)
        elif live is not None and not (view.reason is not None and view.reason.code is ReasonCode.SOURCE_GONE):
            self._take_picture((live[0], False), live[1])
        elif view.verdict is Verdict.NO_VERDICT:
            self._drop_picture()
        refresh_rates = self._shown is None or now_s - self._rates_at_s >= _AGE_SHOWN_EVERY_S
        shown = self._describe(view, refresh_rates=refresh_rates)
        if refresh_rates:
            self._rates_at_s = now_s
        if shown != self._shown:
            self._shown = shown
            self.setAccessibleName(f"{shown.title}: {shown.verdict.value} {shown.sentence}")
            self.update()

    def forget_texts(self) -> None:
        """Say everything anew, e.g. in another language."""
        self._shown = None

    def _take_picture(self, sequence: tuple[int, bool], image: ImageU8) -> None:
        if sequence == self._sequence:
            return
        self._sequence = sequence
        self._image = image
        self._scaled = None
        self.update()

    def _drop_picture(self) -> None:
        if self._image is not None:
            self._image = self._scaled = self._scaled_buffer = self._sequence = None
            self.update()

    def _describe(self, view: CameraView, *, refresh_rates: bool) -> _Shown:
        finding = _strongest(view)
        label = score = headline = sentence = ""
        if view.verdict is Verdict.NO_VERDICT:
            headline, sentence = self._why_not(view)
        elif finding is not None:
            title = self._titles.get((finding.model, finding.label))
            label = label_words(finding, finding.label if title is None else pick(title)) if view.verdict is Verdict.DEFECT else ""
            score = "" if math.isnan(finding.score) else f"{finding.score:.2f}"
        rates, age = self._rates(view) if refresh_rates or self._shown is None else (self._shown.rates, self._shown.age)
        regions = finding.regions if finding is not None and view.verdict is Verdict.DEFECT else ()
        return _Shown(view.verdict, label, score, pick(view.name), rates, age, headline, sentence, regions)

    def _why_not(self, view: CameraView) -> tuple[str, str]:
        reason = view.reason
        if reason is None:
            return self.tr("No verdict"), ""
        if reason.code is ReasonCode.NOT_STARTED and not view.health.alive:
            return reason_text(reason), _sentence(sentence_text(view.health.detail))
        if reason.code is not ReasonCode.SOURCE_GONE:
            return reason_text(reason), ""
        since = self.tr("No picture since {time}").format(time=clock_text(view.health.since_utc))
        detail = sentence_text(dict(reason.particulars).get("detail", "") or view.health.detail)
        retry = self.tr("Trying again ({count}).").format(count=view.health.attempts) if view.health.attempts else ""
        said = _sentence(detail)
        gap = "" if said.endswith("。") else " "  # Chinese puts no space between sentences
        return since, gap.join(part for part in (said, retry) if part)

    def _rates(self, view: CameraView) -> tuple[str, str]:
        if not view.health.alive:
            return (self.tr("gone for {span}").format(span=span_text(view.age_s)) if math.isfinite(view.age_s) else ""), ""
        parts = [self.tr("{count} fps").format(count=round(view.display_hz))]
        if math.isfinite(view.latency_ms):
            parts.append(self.tr("{time} ms").format(time=round(view.latency_ms)))
        age = self.tr("{age} s old").format(age=f"{view.age_s:.1f}") if math.isfinite(view.age_s) else ""
        return " · ".join(parts), age

    @override
    def sizeHint(self) -> QSize:
        """Wide as a camera's picture."""
        return QSize(480, 360)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A tap enlarges."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.tapped.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture is scaled anew for the new size."""
        del event
        self._scaled = None

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, outlines, message, band, border."""
        del event
        self.clipped = False
        painter = QPainter(self)
        theme, shown = self._source.theme, self._shown
        band_height = self._source.space(58)
        area = QRectF(0, 0, self.width(), self.height() - band_height)
        painter.fillRect(area, QColor(theme.line))
        target = self._paint_picture(painter, area)
        verdict = Verdict.NO_VERDICT if shown is None else shown.verdict
        if shown is None or verdict is Verdict.NO_VERDICT:
            self._paint_hatch(painter, area, over_picture=target is not None)
            if shown is not None:
                self._paint_message(painter, area, shown)
        elif target is not None and self._image is not None:
            for region in shown.regions:
                self._paint_region(painter, region, target, self._image.shape[1], shown)
        if shown is not None:
            self._paint_band(painter, QRectF(0, area.bottom(), self.width(), band_height), shown)
        defect = verdict in (Verdict.DEFECT, Verdict.FAULT)
        width = _BORDER_PX if defect else 1
        painter.setPen(QPen(QColor(theme.defect if defect else theme.line), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2))
        painter.end()

    def _paint_picture(self, painter: QPainter, area: QRectF) -> QRectF | None:
        if self._image is None:
            return None
        if self._scaled is None:
            self._scale_picture(area)
        if self._scaled is None:
            return None
        ratio = self.devicePixelRatioF()
        width, height = self._scaled.width() / ratio, self._scaled.height() / ratio
        target = QRectF((area.width() - width) / 2, (area.height() - height) / 2, width, height)
        painter.drawImage(target.topLeft(), self._scaled)
        return target

    def _scale_picture(self, area: QRectF) -> None:
        """Scale once per new frame, so that repaints for texts cost nothing."""
        image = self._image
        if image is None or image.size == 0:
            return
        height, width = image.shape[:2]
        ratio = self.devicePixelRatioF()
        factor = min(area.width() * ratio / width, area.height() * ratio / height)
        scaled = to_screen(shrink(image, max(1, round(width * factor)), max(1, round(height * factor))))
        self._scaled_buffer = scaled  # the QImage shares it
        self._scaled = QImage(scaled.data, scaled.shape[1], scaled.shape[0], scaled.strides[0], QImage.Format.Format_RGB32)
        self._scaled.setDevicePixelRatio(ratio)

    def _paint_region(self, painter: QPainter, region: Region, target: QRectF, image_width: int, shown: _Shown) -> None:
        theme = self._source.theme
        factor = target.width() / image_width
        box = QRectF(target.x() + region.x * factor, target.y() + region.y * factor, region.width * factor, region.height * factor)
        painter.setPen(QPen(QColor(theme.defect), _BORDER_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(-2, -2, 2, 2))
        if region is not shown.regions[0]:
            return
        painter.setFont(self._source.font(TextSize.SMALL, QFont.Weight.DemiBold))
        metrics = QFontMetricsF(painter.font())
        text = shown.label or region.label
        tag = QRectF(0, 0, metrics.horizontalAdvance(text) + 14, metrics.height() + 4)
        tag.moveBottomLeft(QPointF(box.left() - 3, box.top() - 2))
        tag.moveLeft(max(target.left(), min(tag.left(), target.right() - tag.width())))
        tag.moveTop(max(target.top(), tag.top()))
        painter.fillRect(tag, QColor(theme.defect))
        painter.setPen(QColor(theme.defect_ink))
        painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_hatch(self, painter: QPainter, area: QRectF, *, over_picture: bool) -> None:
        theme = self._source.theme
        painter.save()
        painter.setClipRect(area)
        if not over_picture:
            painter.fillRect(area, QColor(theme.hatch))
        colour = QColor(theme.hatch if over_picture else theme.hatch_line)
        colour.setAlpha(90 if over_picture else 255)
        stripe = QImage(28, 28, QImage.Format.Format_ARGB32_Premultiplied)
        stripe.fill(Qt.GlobalColor.transparent)
        inside = QPainter(stripe)
        inside.fillRect(0, 0, 14, 28, colour)
        inside.end()
        brush = QBrush(stripe)
        brush.setTransform(QTransform().rotate(45))
        painter.fillRect(area, brush)
        painter.restore()

    def _paint_message(self, painter: QPainter, area: QRectF, shown: _Shown) -> None:
        theme = self._source.theme
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        room = area.adjusted(12, 4, -12, -4)
        head, body, head_box, body_box = self._fit_message(room, shown, flags)
        height = head_box.height() + (body_box.height() + 6 if shown.sentence else 0)
        margin = min(12.0, max(0.0, (room.height() - height) / 2))
        box = QRectF(area.left(), area.center().y() - height / 2 - margin, area.width(), height + 2 * margin)
        painter.fillRect(box.intersected(area), QColor(theme.overlay))
        painter.setPen(QColor(theme.overlay_ink))
        painter.setFont(head)
        where = QRectF(room.left(), box.top() + margin, room.width(), head_box.height())
        painter.drawText(where, flags, shown.headline)
        if shown.sentence:
            painter.setFont(body)
            painter.drawText(QRectF(room.left(), where.bottom() + 6, room.width(), body_box.height()), flags, shown.sentence)

    def _fit_message(self, room: QRectF, shown: _Shown, flags: int) -> tuple[QFont, QFont, QRectF, QRectF]:
        head = self._source.font(TextSize.TITLE, QFont.Weight.DemiBold)
        body = self._source.font(TextSize.LARGE)
        while True:
            head_box = QFontMetricsF(head).boundingRect(room, flags, shown.headline)
            body_box = QFontMetricsF(body).boundingRect(room, flags, shown.sentence) if shown.sentence else QRectF()
            fits = (
                head_box.height() + body_box.height() + 6 <= room.height() and max(head_box.width(), body_box.width()) <= room.width() + 1
            )
            if fits or body.pixelSize() <= _SMALLEST_MESSAGE_PX:
                self.clipped = self.clipped or not fits
                return head, body, head_box, body_box
            head.setPixelSize(max(12, head.pixelSize() - 1))
            body.setPixelSize(body.pixelSize() - 1)

    def _paint_band(self, painter: QPainter, band: QRectF, shown: _Shown) -> None:
        theme = self._source.theme
        defect = shown.verdict in (Verdict.DEFECT, Verdict.FAULT)
        ink = QColor(theme.defect_ink if defect else theme.ink)
        painter.fillRect(band, QColor(theme.defect if defect else theme.surface))
        pad = self._source.space(14)
        room = band.adjusted(pad, 0, -pad, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        word = verdict_word(shown.verdict)
        painter.setPen(ink)
        painter.setFont(self._source.font(TextSize.TITLE, QFont.Weight.Bold))
        word_width = QFontMetricsF(painter.font()).horizontalAdvance(word)
        painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignLeft), word)
        small = self._source.font(TextSize.SMALL)
        painter.setFont(small)
        metrics = QFontMetricsF(small)
        cap = keycap_width(self._key, self) if self._key else 0
        title_width = metrics.horizontalAdvance(shown.title) + (cap + 8 if cap else 0)
        said, rates, right_width = self._fit_band(shown, metrics, room.width() - word_width - pad, title_width, pad)
        left = room.adjusted(word_width + pad, 0, 0, 0)
        painter.drawText(left, middle | int(Qt.AlignmentFlag.AlignLeft), "\n".join(said))
        half = band.height() / 2
        line = metrics.height()
        upper = QRectF(room.right() - right_width, band.top() + half - line, right_width, line)
        painter.drawText(upper.adjusted(0, 0, -cap - 6 if cap else 0, 0), middle | int(Qt.AlignmentFlag.AlignRight), shown.title)
        if cap:
            paint_keycap(painter, QRectF(upper.right() - cap, upper.top() + 1, cap, line - 2), self._key, ink)
        muted = QColor(theme.defect_ink if defect else theme.ink_muted)
        painter.setPen(muted)
        lower = QRectF(room.right() - right_width, band.top() + half, right_width, line)
        painter.drawText(lower, middle | int(Qt.AlignmentFlag.AlignRight), rates)

    def _fit_band(self, shown: _Shown, metrics: QFontMetricsF, room: float, title_width: float, pad: float) -> tuple[list[str], str, float]:
        """What is said on the left, the rates, and the width of the right column.

        Where room is short the age goes first, then the label: it stands at the region as well.
        """
        full = [part for part in (shown.label, shown.score) if part]
        long_rates = " · ".join(part for part in (shown.rates, shown.age) if part)
        for said, rates in ((full, long_rates), (full, shown.rates), (full[-1:], shown.rates), ([], shown.rates)):
            widest = max((metrics.horizontalAdvance(part) for part in said), default=0.0)
            right_width = max(title_width, metrics.horizontalAdvance(rates)) + 2
            if (widest + pad if said else 0.0) + right_width <= room:
                return said, rates, right_width
        self.clipped = True
        return [], shown.rates, right_width


def _strongest(view: CameraView) -> Finding | None:
    if view.latest is None or not view.latest.findings:
        return None
    return max(view.latest.findings, key=lambda one: -1.0 if math.isnan(one.score) else one.score)


def _sentence(text: str) -> str:
    return "" if not text else text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "。")) else ".")
