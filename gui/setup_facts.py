"""This file decides what Setup says of each camera, sensor link, model, warning and person, read from the station file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from gui.language import pick
from gui.sentences import sentence_text
from gui.words import role_word
from inference.contract import Figure, PackContract, Task
from station.config import (
    AlarmConfig,
    Camera,
    FolderCamera,
    GrowthCondition,
    LimitCondition,
    NoVerdictCondition,
    Person,
    RtspCamera,
    Sensor,
    SimulatedCamera,
    StationFile,
    TableSensors,
    UsbCamera,
    VerdictCondition,
    VideoCamera,
)
from station.sources.credentials import without_credentials


class TestKind(Enum):
    """What a card's button tests."""

    SOURCE = "source"
    MODEL = "model"
    HORN = "horn"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: what, and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What one card says.

    Attributes:
        title: Name, in the reader's language.
        subtitle: Id and kind.
        facts: Lines in order.
        test: What its button tests; None for no button.
        test_id: Id of the source, or name of the pack.
        priority: 1 to 4 for warnings; None otherwise.
        trouble: A sentence when something is missing; empty otherwise.
    """

    title: str
    subtitle: str
    facts: tuple[Fact, ...]
    test: TestKind | None = None
    test_id: str = ""
    priority: int | None = None
    trouble: str = ""


def _missing(model: str | None, packs: tuple[PackContract, ...]) -> str:
    if model is None or any(pack.name == model for pack in packs):
        return ""
    text = QCoreApplication.translate(
        "SetupFacts", "The model {model} is not loaded. Put its folder under models/ or into the data folder."
    )
    return text.format(model=model)


def _seconds(value: float) -> str:
    return QCoreApplication.translate("SetupFacts", "{seconds} s").format(seconds=f"{value:g}")


def _picture_text(camera: SimulatedCamera | UsbCamera) -> str:
    text = QCoreApplication.translate("SetupFacts", "{width} x {height} pixels, {rate} per second")
    return text.format(width=camera.width_px, height=camera.height_px, rate=f"{camera.fps:g}")


def camera_facts(camera: Camera, packs: tuple[PackContract, ...]) -> CardFacts:
    """What is configured of a camera."""
    facts = []
    match camera:
        case SimulatedCamera():
            kind = QCoreApplication.translate("SetupFacts", "simulated")
            size = _picture_text(camera)
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "Picture"), size))
        case FolderCamera():
            kind = QCoreApplication.translate("SetupFacts", "folder of images")
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "Folder"), f"{camera.path} ({camera.pattern})"))
        case VideoCamera():
            kind = QCoreApplication.translate("SetupFacts", "video file")
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "File"), camera.path))
        case UsbCamera():
            kind = QCoreApplication.translate("SetupFacts", "USB camera")
            device = f"{camera.index} · {_picture_text(camera)}"
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "Device"), device))
        case RtspCamera():
            kind = QCoreApplication.translate("SetupFacts", "network camera")
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "Address"), without_credentials(camera.url)))
    judged = camera.model or QCoreApplication.translate("SetupFacts", "none: shown, not judged")
    pace = QCoreApplication.translate("SetupFacts", "every frame") if camera.judge_hz is None else f"{camera.judge_hz:g} / s"
    facts += [
        Fact(QCoreApplication.translate("SetupFacts", "Asset"), camera.asset),
        Fact(QCoreApplication.translate("SetupFacts", "Model"), judged),
        Fact(QCoreApplication.translate("SetupFacts", "Judged"), pace),
        Fact(QCoreApplication.translate("SetupFacts", "No verdict after"), _seconds(camera.stale_after_s)),
    ]
    return CardFacts(
        pick(camera.name), f"{camera.id} · {kind}", tuple(facts), TestKind.SOURCE, camera.id, trouble=_missing(camera.model, packs)
    )


def sensor_facts(sensor: Sensor, packs: tuple[PackContract, ...]) -> CardFacts:
    """What is configured of a sensor link, channel by channel."""
    facts = []
    if isinstance(sensor, TableSensors):
        kind = QCoreApplication.translate("SetupFacts", "recorded table")
        facts.append(Fact(QCoreApplication.translate("SetupFacts", "File"), sensor.path))
    else:
        kind = QCoreApplication.translate("SetupFacts", "simulated")
        facts.append(Fact(QCoreApplication.translate("SetupFacts", "Rows"), f"{sensor.rate_hz:g} / s"))
    judged = sensor.model or QCoreApplication.translate("SetupFacts", "none: shown, not judged")
    facts += [
        Fact(QCoreApplication.translate("SetupFacts", "Asset"), sensor.asset),
        Fact(QCoreApplication.translate("SetupFacts", "Model"), judged),
        Fact(QCoreApplication.translate("SetupFacts", "No verdict after"), _seconds(sensor.stale_after_s)),
    ]
    for one in sensor.channels:
        low = "" if one.normal_low is None else f"{one.normal_low:.{one.decimals}f}"
        high = "" if one.normal_high is None else f"{one.normal_high:.{one.decimals}f}"
        band = f"{low} … {high} {one.unit}".strip() if low or high else one.unit
        facts.append(Fact(one.id, f"{pick(one.name)} · {band}" if band else pick(one.name)))
    return CardFacts(
        pick(sensor.name), f"{sensor.id} · {kind}", tuple(facts), TestKind.SOURCE, sensor.id, trouble=_missing(sensor.model, packs)
    )


def task_word(task: Task) -> str:
    """What kind of answer a pack gives."""
    match task:
        case Task.CLASSIFY:
            return QCoreApplication.translate("SetupFacts", "classifies images")
        case Task.SEGMENT:
            return QCoreApplication.translate("SetupFacts", "finds regions in images")
        case Task.ANOMALY:
            return QCoreApplication.translate("SetupFacts", "finds what is unlike good images")
        case Task.SEQUENCE:
            return QCoreApplication.translate("SetupFacts", "judges a window of sensor values")
        case Task.TABLE:
            return QCoreApplication.translate("SetupFacts", "judges a row of values")


def figure_facts(figures: tuple[Figure, ...], titles: Mapping[str, str]) -> list[Fact]:
    """Measured figures with their intervals; what they were measured on stands once over those that share it.

    Args:
        figures: In the pack's order.
        titles: What a target at the beginning of a figure's name is called in the reader's language.
    """
    facts, measured_on = [], ""
    for figure in figures:
        if f"{figure.data} · {figure.split}" != measured_on:
            measured_on = f"{figure.data} · {figure.split}"
            facts.append(Fact(QCoreApplication.translate("SetupFacts", "Measured on"), sentence_text(measured_on)))
        interval = "" if figure.lower is None or figure.upper is None else f"  [{figure.lower:.3f}, {figure.upper:.3f}]"
        target, colon, rest = figure.name.partition(":")
        facts.append(Fact(sentence_text(f"{titles.get(target, target)}{colon}{rest}"), f"{figure.value:.3f}{interval}"))
    return facts


def model_facts(pack: PackContract, station: StationFile) -> CardFacts:
    """What a pack says of itself, and who uses it."""
    users = [pick(one.name) for one in (*station.cameras, *station.sensors) if one.model == pack.name]
    limits = [
        f"{pick(output.title) if output.title else output.target or pack.name} {output.threshold:.2f}"
        for output in pack.outputs
        if output.threshold is not None
    ]
    facts = [
        Fact(QCoreApplication.translate("SetupFacts", "Task"), task_word(pack.task)),
        Fact(QCoreApplication.translate("SetupFacts", "Used by"), ", ".join(users) or QCoreApplication.translate("SetupFacts", "nobody")),
        Fact(QCoreApplication.translate("SetupFacts", "Thresholds"), ", ".join(limits)),
        Fact(QCoreApplication.translate("SetupFacts", "SHA-256"), pack.model.sha256[:16] + "…"),
        Fact(QCoreApplication.translate("SetupFacts", "Licence of its data"), pack.data_licence),
    ]
    if pack.simulated_training_data:
        mixed = QCoreApplication.translate("SetupFacts", "partly simulated; the figures are measured on real data")
        facts.append(Fact(QCoreApplication.translate("SetupFacts", "Training data"), mixed))
    facts += figure_facts(pack.figures, {one.target: pick(one.title) for one in pack.outputs if one.target and one.title})
    subtitle = f"{pack.name} {pack.version}"
    if pack.experimental:
        subtitle += " · " + QCoreApplication.translate("SetupFacts", "experimental")
    return CardFacts(pick(pack.title), subtitle, tuple(facts), TestKind.MODEL, pack.name)


def condition_text(alarm: AlarmConfig) -> str:
    """What raises a warning, in words."""
    when = alarm.when
    match when:
        case VerdictCondition():
            what = " ".join(part for part in (when.target or "", when.label or "") if part)
            text = (
                QCoreApplication.translate("SetupFacts", "{source} finds {what}")
                if what
                else QCoreApplication.translate("SetupFacts", "{source} finds a defect or fault")
            )
            text = text.format(source=when.source, what=what)
            if when.raise_score is not None:
                text += f" ≥ {when.raise_score:.2f}"
        case LimitCondition():
            sign = ">" if when.side == "high" else "<"
            back = QCoreApplication.translate("SetupFacts", "over at {number}").format(number=f"{when.clear_at:g}")
            text = f"{when.source} · {when.channel} {sign} {when.raise_at:g} ({back})"
        case NoVerdictCondition():
            text = QCoreApplication.translate("SetupFacts", "{source} gives no verdict").format(source=when.source)
        case GrowthCondition():
            where = when.source if when.position is None else f"{when.source} · {when.position}"
            text = QCoreApplication.translate("SetupFacts", "what {source} finds grows").format(source=where)
            text += f" ≥ {when.raise_at:g} σ"
        case _:
            text = {
                "disk_nearly_full": QCoreApplication.translate("SetupFacts", "the disk is nearly full"),
                "records_failing": QCoreApplication.translate("SetupFacts", "records cannot be written"),
                "judging_overloaded": QCoreApplication.translate("SetupFacts", "this computer cannot keep up"),
                "model_failed": QCoreApplication.translate("SetupFacts", "a model fails"),
            }[when.of]
    if alarm.of_last > 1:
        often = QCoreApplication.translate("SetupFacts", "{count} of the last {total}").format(count=alarm.raise_count, total=alarm.of_last)
        text += f" · {often}"
    if alarm.on_delay_s:
        text += " · " + QCoreApplication.translate("SetupFacts", "for {seconds} s").format(seconds=f"{alarm.on_delay_s:g}")
    return text


def warning_facts(alarm: AlarmConfig) -> CardFacts:
    """A warning as the operator will read it, and what raises it."""
    minutes, seconds = divmod(alarm.respond_within_s, 60)
    within = (
        _seconds(alarm.respond_within_s) if seconds else QCoreApplication.translate("SetupFacts", "{minutes} min").format(minutes=minutes)
    )
    facts = [
        Fact(QCoreApplication.translate("SetupFacts", "Likely"), pick(alarm.cause)),
        Fact(QCoreApplication.translate("SetupFacts", "Means"), pick(alarm.consequence)),
        Fact(QCoreApplication.translate("SetupFacts", "Do"), pick(alarm.action)),
        Fact(QCoreApplication.translate("SetupFacts", "Within"), within),
        Fact(QCoreApplication.translate("SetupFacts", "Raised when"), condition_text(alarm)),
    ]
    if alarm.latch:
        stays = QCoreApplication.translate("SetupFacts", "until somebody resets it")
        facts.append(Fact(QCoreApplication.translate("SetupFacts", "Stays"), stays))
    for name, choices in (
        (QCoreApplication.translate("SetupFacts", "Causes"), alarm.causes),
        (QCoreApplication.translate("SetupFacts", "Actions"), alarm.actions),
    ):
        if choices:
            facts.append(Fact(name, ", ".join(pick(choice.text) for choice in choices)))
    return CardFacts(pick(alarm.title), f"{alarm.id} · {alarm.asset}", tuple(facts), priority=alarm.priority)


def person_facts(person: Person) -> CardFacts:
    """Who somebody is at the station."""
    role = Fact(QCoreApplication.translate("SetupFacts", "Role"), role_word(person.role))
    return CardFacts(person.name, person.id, (role,))


def station_facts(station: StationFile) -> tuple[CardFacts, CardFacts]:
    """The station itself, and what it keeps."""
    info, records = station.station, station.records
    shifts = ", ".join(f"{shift.name} {shift.start}" for shift in info.shifts) or QCoreApplication.translate(
        "SetupFacts", "none: days begin at midnight"
    )
    days = QCoreApplication.translate("SetupFacts", "{days} days; warnings and answers for ever").format(days=records.keep_days)
    share = QCoreApplication.translate("SetupFacts", "at most {share} % of the disk").format(share=f"{records.max_disk_share * 100:g}")
    about = (
        Fact(QCoreApplication.translate("SetupFacts", "Product"), pick(info.product)),
        Fact(QCoreApplication.translate("SetupFacts", "Shifts"), shifts),
    )
    kept = (
        Fact(QCoreApplication.translate("SetupFacts", "Images and verdicts"), days),
        Fact(QCoreApplication.translate("SetupFacts", "Images take"), share),
        Fact(QCoreApplication.translate("SetupFacts", "Warned below"), f"{records.nearly_full_mib} MiB"),
        Fact(QCoreApplication.translate("SetupFacts", "OK images kept"), f"{records.sample_ok_share * 100:g} %"),
        Fact(QCoreApplication.translate("SetupFacts", "Sensor values kept"), _seconds(records.trend_interval_s)),
    )
    return (
        CardFacts(pick(info.name), QCoreApplication.translate("SetupFacts", "station"), about),
        CardFacts(QCoreApplication.translate("SetupFacts", "Records"), "", kept),
    )


def horn_facts(station: StationFile) -> CardFacts:
    """How the station sounds and flashes."""
    horn = station.horn
    sounds = ", ".join(str(priority) for priority in sorted(horn.priorities))
    minutes = QCoreApplication.translate("SetupFacts", "{minutes} min without an acknowledgement")
    never = QCoreApplication.translate("SetupFacts", "never")
    again = minutes.format(minutes=f"{horn.repeat_after_s / 60:g}") if horn.repeat_after_s else never
    facts = (
        Fact(QCoreApplication.translate("SetupFacts", "Sounds at priority"), sounds or QCoreApplication.translate("SetupFacts", "none")),
        Fact(
            QCoreApplication.translate("SetupFacts", "Sounds again after"),
            again,
        ),
        Fact(QCoreApplication.translate("SetupFacts", "Volume"), f"{horn.volume:.0%}"),
        Fact(
            QCoreApplication.translate("SetupFacts", "Flash at priority 1"),
            QCoreApplication.translate("SetupFacts", "yes, the window's border, once a second")
            if horn.flash
            else QCoreApplication.translate("SetupFacts", "no"),
        ),
    )
    title = QCoreApplication.translate("SetupFacts", "Horn")
    return CardFacts(title, QCoreApplication.translate("SetupFacts", "sound of new warnings"), facts, TestKind.HORN)
