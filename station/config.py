"""This file decides what a station file may say. Reading it, with every mistake at its line, is station_file's work.

Every field carries the description that ``docs/config-reference.md`` is generated from.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CRITICAL = 1
"""Priority of warnings that are never held back, demoted or put aside."""
MAX_SHELVE_S = 86400
"""Nothing is put aside for longer, s."""

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]


class Strict(BaseModel):
    """Base of all parts of a station file: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """Text that people read: a plain string serves both languages, or a table ``{en = "…", zh = "…"}``."""

    en: Annotated[str, Field(min_length=1, description="English")]
    zh: Annotated[str, Field(min_length=1, description="Simplified Chinese")]

    @model_validator(mode="before")
    @classmethod
    def _accept_plain_string(cls, given: object) -> object:
        return {"en": given, "zh": given} if isinstance(given, str) else given


class Shift(Strict):
    """One shift of the day; shifts may cross midnight."""

    name: Annotated[str, Field(min_length=1, description="Name as shown in the top bar, e.g. A")]
    start: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Local start time, HH:MM")]


class StationInfo(Strict):
    """The station itself."""

    name: Text = Field(description="Name in the top bar")
    product: Text = Field(description="What is being made")
    shifts: tuple[Shift, ...] = Field(default=(), description="Shifts of the day, by start time")
    sign_in_help: Text | None = Field(default=None, description="Shown where people sign in, e.g. whom to ask for a PIN")


class Role(StrEnum):
    """What a person may do (rights come with the accounts of a later release; the role is recorded already)."""

    OPERATOR = "operator"
    INSPECTOR = "inspector"
    ENGINEER = "engineer"


class Person(Strict):
    """Somebody who answers warnings."""

    id: Identifier = Field(description="Kept with everything the person does; never reuse one")
    name: Annotated[str, Field(min_length=1, max_length=40, description="Name on the buttons")]
    role: Role = Field(default=Role.OPERATOR, description="operator, inspector or engineer")
    pin_hash: Annotated[str, Field(pattern=r"^scrypt\$", description="Made with: python main.py doctor --pin")]


class GrowthConfig(Strict):
    """Keeps a trend of what the model finds, per camera position and time step; docs/growth.md.

    What grows is judged against the position's own first steps. An alarm with ``kind = "growth"`` warns of it.
    """

    name_pattern: str | None = Field(
        default=None, description="Regular expression over the pictures' names, with groups (?P<position>…), (?P<time>…) or both"
    )
    time_format: str | None = Field(default=None, description="How the group time is written, e.g. %y%m%d%H%M%S (UTC where it has no zone)")
    position: Annotated[str, Field(max_length=48)] = Field(
        default="", description="Name of the position where the pictures' names tell none"
    )
    part: Annotated[str, Field(max_length=80)] = Field(
        default="", description="What is looked at, e.g. a serial number; with another one every trend begins anew"
    )
    step_s: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="A time step: so many seconds (their median counts), e.g. 86400; none: every picture"
    )
    baseline_steps: Annotated[int, Field(ge=5, le=1000)] = Field(default=30, description="So many first steps say what is normal")
    level: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.3, description="From this value of the model's map on a pixel counts as found"
    )
    noise_floor: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.001, description="Least noise of the extent (root of the found share): half a pixel of the model's map"
    )
    target: str | None = Field(default=None, description="Target of the pack; none: the first with a map")

    @model_validator(mode="after")
    def _check_names(self) -> GrowthConfig:
        groups: set[str] = set()
        if self.name_pattern is not None:
            try:
                groups = set(re.compile(self.name_pattern).groupindex)
            except re.error as error:
                raise ValueError(f"name_pattern is no regular expression: {error}") from None
            if not groups & {"position", "time"}:
                raise ValueError("name_pattern has neither (?P<position>…) nor (?P<time>…); name what it finds")
        if ("time" in groups) != (self.time_format is not None):
            raise ValueError("time_format goes with the group (?P<time>…) of name_pattern; give both or neither")
        return self


class CameraCommon(Strict):
    """What every kind of camera has."""

    id: Identifier = Field(description="Id, unique among cameras and sensors")
    name: Text = Field(description="Name on the tile")
    asset: Identifier = Field(description="The machine or part stream it looks at; incidents join by it")
    model: str | None = Field(default=None, description="Model pack that judges it; none: shown, not judged")
    stale_after_s: Annotated[float, Field(gt=0, le=60)] = Field(default=2.0, description="No new frame for so long is NO VERDICT")
    open_timeout_s: Annotated[float, Field(gt=0, le=120)] = Field(default=5.0, description="Deadline for opening, s")
    read_timeout_s: Annotated[float, Field(gt=0, le=60)] = Field(default=2.0, description="Deadline for one read, s")
    judge_hz: Annotated[float, Field(gt=0, le=240)] | None = Field(
        default=None, description="Judge at most so often; none: every frame the computer manages"
    )
    growth: GrowthConfig | None = Field(default=None, description="Keep a trend per camera position; none: no trend")


class JointFaultConfig(Strict):
    """A simulated fault that cameras and sensors see together: the rig loses pressure and flow, the parts it clamps break."""

    starts_s: Annotated[float, Field(ge=0)] = Field(description="Seconds after the source opened; write the same for camera and rig")
    lasts_s: Annotated[float, Field(gt=0)] = Field(description="From the first sign to the repair, s")


class SimulatedCamera(CameraCommon):
    """Machined parts moving past a camera, rendered."""

    kind: Literal["simulated"]
    fps: Annotated[float, Field(gt=0, le=120)] = Field(default=15.0, description="Frames per second")
    width_px: Annotated[int, Field(ge=64, le=4096)] = Field(default=1130, description="Picture width")
    height_px: Annotated[int, Field(ge=64, le=4096)] = Field(default=460, description="Picture height")
    seed: int = Field(default=1, description="Same seed, same parts")
    part_every_s: Annotated[float, Field(gt=0)] = Field(default=2.0, description="A new part so often")
    defect_share: Annotated[float, Field(ge=0, le=1)] = Field(default=0.15, description="Share of parts with pits")
    burst_every_s: Annotated[float, Field(gt=0)] | None = Field(default=60.0, description="Every so often several pitted parts in a row")
    joint_fault: JointFaultConfig | None = Field(default=None, description="All parts are broken while it lasts; none: never")


class FolderCamera(CameraCommon):
    """Images of a folder, in order of name, replayed. A replay loses nothing."""

    kind: Literal["folder"]
    path: str = Field(description="Folder; relative to the station file")
    pattern: str = Field(default="**/*", description="Which files, as a glob")
    fps: Annotated[float, Field(gt=0, le=1000)] | None = Field(default=None, description="Pace; none: as fast as judged")
    loop: bool = Field(default=False, description="Start again at the end")


class VideoCamera(CameraCommon):
    """A video file, replayed."""

    kind: Literal["video"]
    path: str = Field(description="Video file; relative to the station file")
    fps: Annotated[float, Field(gt=0, le=1000)] | None = Field(default=None, description="Pace; none: as fast as judged")
    loop: bool = Field(default=False, description="Start again at the end")


class UsbCamera(CameraCommon):
    """A USB (UVC) camera."""

    kind: Literal["usb"]
    index: Annotated[int, Field(ge=0, le=63)] = Field(default=0, description="Number of the device")
    width_px: Annotated[int, Field(ge=16)] = Field(default=1920, description="Asked width")
    height_px: Annotated[int, Field(ge=16)] = Field(default=1080, description="Asked height")
    fps: Annotated[float, Field(gt=0)] = Field(default=30.0, description="Asked frames per second")


class RtspCamera(CameraCommon):
    """A network camera."""

    kind: Literal["rtsp"]
    url: Annotated[str, Field(pattern=r"^rtsps?://")] = Field(
        description="rtsp://…; ${NAME} is taken from the environment, so that no password stands in this file"
    )


Camera = Annotated[SimulatedCamera | FolderCamera | VideoCamera | UsbCamera | RtspCamera, Field(discriminator="kind")]


class ChannelConfig(Strict):
    """One channel of a sensor link."""

    id: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="Column or channel name, as the model knows it")
    name: Text = Field(description="Name on the strip")
    unit: str = Field(default="", description="Unit")
    normal_low: float | None = Field(default=None, description="Lower end of the normal band")
    normal_high: float | None = Field(default=None, description="Upper end of the normal band")
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(default=1, description="Digits after the point")
    shown: bool = Field(default=True, description="Has a strip on the Line screen")
    values: tuple[str, ...] = Field(
        default=(), description="Words of a column that holds words, in the model's order: read as 0, 1, 2, …; none: numbers"
    )


class SensorCommon(Strict):
    """What every kind of sensor link has."""

    id: Identifier = Field(description="Id, unique among cameras and sensors")
    name: Text = Field(description="Name of the link")
    asset: Identifier = Field(description="The machine it measures; incidents join by it")
    model: str | None = Field(default=None, description="Model pack that judges it; none: shown, not judged")
    stale_after_s: Annotated[float, Field(gt=0, le=3600)] = Field(default=3.0, description="No new row for so long is NO VERDICT")
    judge_every_s: Annotated[float, Field(gt=0)] = Field(default=1.0, description="Live: a decision so often, in source time")
    channels: tuple[ChannelConfig, ...] = Field(default=(), description="Channels, in order of the strips; the model judges those listed")


class SimulatedSensors(SensorCommon):
    """A hydraulic rig that wears, simulated."""

    kind: Literal["simulated"]
    rate_hz: Annotated[float, Field(gt=0, le=1000)] = Field(default=10.0, description="Rows per second of source time")
    speed: Annotated[float, Field(gt=0, le=1000)] = Field(default=10.0, description="Source seconds per real second")
    seed: int = Field(default=1, description="Same seed, same rig")
    wear: Literal["none", "pump", "cooler", "valve", "accumulator", "all"] = Field(default="all", description="What degrades")
    wear_starts_s: Annotated[float, Field(ge=0)] = Field(default=240.0, description="First wear, source seconds")
    wear_lasts_s: Annotated[float, Field(gt=0)] = Field(default=900.0, description="From healthy to worst and repaired, source seconds")
    joint_fault: JointFaultConfig | None = Field(default=None, description="The pump leaks while it lasts (real seconds); none: never")


class TableSensors(SensorCommon):
    """A recorded table, replayed. A replay loses nothing."""

    kind: Literal["table"]
    path: str = Field(description="csv, csv.gz, npz, or a folder with cycles.csv and one file per channel; relative to the station file")
    rate_hz: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Rows per source second where the table has no time column"
    )
    time_column: str | None = Field(default=None, description="Column with the time")
    key_column: str | None = Field(default=None, description="Column with the data's own id")
    speed: Annotated[float, Field(gt=0)] | None = Field(default=None, description="Source seconds per real second; none: as fast as judged")
    rows: Annotated[str, Field(pattern=r"^\d*:\d*$")] | None = Field(default=None, description="A:B, only these rows (or cycles)")


Sensor = Annotated[SimulatedSensors | TableSensors, Field(discriminator="kind")]


class VerdictCondition(Strict):
    """A model's finding."""

    kind: Literal["verdict"]
    source: Identifier = Field(description="Camera or sensor link")
    target: str | None = Field(default=None, description="Target of the pack, e.g. pump; none: any")
    label: str | None = Field(default=None, description="Only this label; none: any")
    raise_score: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Score that counts; none: the pack's threshold"
    )
    clear_score: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Score below which it is over; none: raise_score"
    )


class LimitCondition(Strict):
    """A channel beyond a limit, with hysteresis."""

    kind: Literal["limit"]
    source: Identifier = Field(description="Sensor link")
    channel: str = Field(description="Channel id")
    side: Literal["high", "low"] = Field(description="high: above raise_at is bad; low: below")
    raise_at: float = Field(description="Limit that raises")
    clear_at: float = Field(description="Limit that clears; not beyond raise_at")


class NoVerdictCondition(Strict):
    """A source that gives no verdict: gone, stale, refused."""

    kind: Literal["no_verdict"]
    source: Identifier = Field(description="Camera or sensor link")


class GrowthCondition(Strict):
    """What a camera's model finds grows over time steps, per position: a warning for each position that grows."""

    kind: Literal["growth"]
    source: Identifier = Field(description="Camera with a [cameras.growth] table")
    position: str | None = Field(default=None, description="Only this camera position; none: any")
    raise_at: Annotated[float, Field(gt=0)] = Field(
        default=3.0, description="Growth that counts: standard deviations above the position's own first steps"
    )
    clear_at: Annotated[float, Field(ge=0)] | None = Field(default=None, description="Growth below which it is over; none: raise_at")


class SystemCondition(Strict):
    """The station itself."""

    kind: Literal["system"]
    of: Literal["disk_nearly_full", "records_failing", "judging_overloaded", "model_failed"] = Field(description="What fails")


Condition = Annotated[
    VerdictCondition | LimitCondition | NoVerdictCondition | GrowthCondition | SystemCondition, Field(discriminator="kind")
]


class SuppressedWhile(Strict):
    """A machine state, read from a channel, in which a warning means nothing (e.g. the machine stands)."""

    source: Identifier = Field(description="Sensor link")
    channel: str = Field(description="Channel id")
    side: Literal["high", "low"] = Field(description="high: the state holds above begins_at; low: below")
    begins_at: float = Field(description="Limit beyond which the state holds")
    ends_at: float = Field(description="Limit back at which it is over; not beyond begins_at")
    on_delay_s: Annotated[float, Field(ge=0)] = Field(default=0.0, description="Must last so long before the warning is suppressed")
    off_delay_s: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="Must be over so long before the warning counts again, e.g. while the machine runs up"
    )
    why: Text = Field(description="What the state is, for the list of suppressed warnings")

    @model_validator(mode="after")
    def _check_limits(self) -> SuppressedWhile:
        if (self.ends_at > self.begins_at) if self.side == "high" else (self.ends_at < self.begins_at):
            beyond = "above" if self.side == "high" else "below"
            raise ValueError(f"ends_at {self.ends_at:g} is {beyond} begins_at {self.begins_at:g}; exchange them")
        return self


class Choice(Strict):
    """A button of the feedback: a cause or an action."""

    id: Identifier = Field(description="Kept in the records")
    text: Text = Field(description="Text on the button")
    renews: bool = Field(default=False, description="Of an action on a growth warning: the surface is new, its trend begins anew")


class AlarmConfig(Strict):
    """One alarm definition. Cause, consequence, action, time to respond and priority are mandatory (ISA-18.2)."""

    id: Identifier = Field(description="Id; kept in the records")
    when: Condition = Field(description="What raises it")
    asset: Identifier = Field(description="The machine or part stream it concerns")
    title: Text = Field(description="What is wrong, in a few words")
    cause: Text = Field(description="What probably causes it")
    consequence: Text = Field(description="What happens if nobody acts")
    action: Text = Field(description="What to do")
    respond_within_s: Annotated[int, Field(gt=0)] = Field(description="Time to respond, s")
    priority: Annotated[int, Field(ge=1, le=4)] = Field(description="1 critical, 2 high, 3 medium, 4 low")
    raise_count: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="N of N-of-M frames or decisions")
    of_last: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="M of N-of-M")
    on_delay_s: Annotated[float, Field(ge=0)] = Field(default=0.0, description="Must last so long before it is raised")
    off_delay_s: Annotated[float, Field(ge=0)] = Field(default=0.0, description="Must be over so long before it clears")
    latch: bool = Field(default=False, description="Stays until reset by a person, even when over")
    max_shelve_s: Annotated[int, Field(ge=60, le=MAX_SHELVE_S)] = Field(
        default=28800, description="People may put it aside for at most so long, s; a warning of priority 1 never"
    )
    suppressed_while: SuppressedWhile | None = Field(
        default=None, description="Machine state in which it means nothing and does not warn; none: it always warns"
    )
    realarm_after_s: Annotated[int, Field(ge=60, le=86400)] | None = Field(
        default=None, description="Acknowledged and still there after so long, it asks again; none: it does not"
    )
    most_per_10_min: Annotated[int, Field(ge=2, le=1000)] = Field(
        default=10, description="Rings at most so often in 10 minutes; beyond it stays open until it has calmed down. Not for priority 1"
    )
    joins: Identifier | None = Field(
        default=None, description="Cause that it shares with other warnings of its asset: together they are one incident; none: its own id"
    )
    causes: tuple[Choice, ...] = Field(default=(), description="Buttons: what it was")
    actions: tuple[Choice, ...] = Field(default=(), description="Buttons: what was done")

    @model_validator(mode="after")
    def _check_counts(self) -> AlarmConfig:
        if self.raise_count > self.of_last:
            raise ValueError(f"raise_count {self.raise_count} is more than of_last {self.of_last}; lower one or raise the other")
        return self

    @model_validator(mode="after")
    def _check_critical(self) -> AlarmConfig:
        fields = type(self).model_fields
        hides = [key for key in ("suppressed_while", "max_shelve_s", "most_per_10_min") if getattr(self, key) != fields[key].default]
        if self.priority == CRITICAL and hides:
            raise ValueError(f"a warning of priority 1 is never held back; take {hides[0]} out or give it priority 2")
        return self


class RecordsConfig(Strict):
    """What is kept and for how long."""

    keep_days: Annotated[int, Field(ge=1, le=36500)] = Field(
        default=90, description="Images and verdicts older than this go; warnings and feedback stay"
    )
    max_disk_share: Annotated[float, Field(gt=0, le=0.95)] = Field(default=0.5, description="Images may take this share of the disk")
    nearly_full_mib: Annotated[int, Field(ge=1)] = Field(
        default=1024, description="Less free space than this is an alarm, and no more images are written"
    )
    sample_ok_share: Annotated[float, Field(ge=0, le=1)] = Field(default=0.002, description="Share of OK frames kept for Review")
    trend_interval_s: Annotated[float, Field(gt=0)] = Field(default=1.0, description="Sensor values are kept so often")


class IncidentsConfig(Strict):
    """How warnings become incidents, and what is kept of them."""

    window_s: Annotated[float, Field(ge=0, le=86400)] = Field(
        default=120.0,
        description="A warning of the same cause and asset so long after the incident closed opens it again; later it is a new one",
    )
    keep_mib: Annotated[int, Field(ge=10)] = Field(
        default=2048, description="Picture strips and traces of all incidents together; the oldest closed ones go first"
    )


class HornConfig(Strict):
    """When the window sounds and flashes."""

    priorities: tuple[Annotated[int, Field(ge=1, le=4)], ...] = Field(
        default=(1, 2, 3), description="Priorities that sound, each with its own pattern; empty: no sound at all"
    )
    repeat_after_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=300.0, description="What is still not acknowledged so long after it was silenced, or sounded once, sounds again; 0: never"
    )
    volume: Annotated[float, Field(gt=0, le=1)] = Field(default=0.8, description="Loudness, beside the computer's own")
    flash: bool = Field(default=False, description="The window's border flashes, at most twice a second, at a new priority 1")

    @model_validator(mode="after")
    def _check(self) -> HornConfig:
        if len(set(self.priorities)) < len(self.priorities):
            raise ValueError(f"priorities {list(self.priorities)} names one twice; name each once")
        if 0 < self.repeat_after_s < 30:
            raise ValueError(f"repeat_after_s {self.repeat_after_s:g} leaves no time to act; give 30 or more, or 0 for never")
        return self


class StationFile(Strict):
    """The whole station file."""

    format: Literal[1] = Field(description="Version of this format")
    station: StationInfo = Field(description="The station")
    people: tuple[Person, ...] = Field(default=(), description="Who answers warnings")
    cameras: tuple[Camera, ...] = Field(default=(), description="Cameras")
    sensors: tuple[Sensor, ...] = Field(default=(), description="Sensor links")
    alarms: tuple[AlarmConfig, ...] = Field(default=(), description="Alarm definitions")
    records: RecordsConfig = Field(default=RecordsConfig(), description="Records")
    horn: HornConfig = Field(default=HornConfig(), description="Horn")
    incidents: IncidentsConfig = Field(default=IncidentsConfig(), description="Incidents")
