"""The station file and the packs of the fake line."""

from __future__ import annotations

from inference.contract import (
    Channel,
    Colour,
    ImageInput,
    Label,
    ModelFile,
    Output,
    OutputKind,
    PackContract,
    SequenceInput,
    Task,
    WindowKind,
)
from inference.contract import Text as PackText
from station.config import (
    AlarmConfig,
    ChannelConfig,
    Choice,
    NoVerdictCondition,
    Person,
    Role,
    Shift,
    SimulatedCamera,
    SimulatedSensors,
    StationFile,
    StationInfo,
    SystemCondition,
    Text,
    VerdictCondition,
)

CHANNELS = (
    # id, (en, zh), unit, normal low, normal high, decimals
    ("TS1", ("Oil temperature", "油温"), "°C", 48.0, 56.0, 1),
    ("PS1", ("Pump pressure", "泵压力"), "bar", 155.0, 165.0, 1),
    ("FS1", ("Volume flow", "体积流量"), "l/min", 6.4, 7.6, 2),
    ("VS1", ("Vibration", "振动"), "mm/s", 0.5, 0.7, 2),
)
TARGETS = ("cooler", "valve", "pump", "accumulator")
_TARGET_TITLES = {
    "cooler": ("Cooler", "冷却器"),
    "valve": ("Valve", "阀"),
    "pump": ("Pump leak", "泵内漏"),
    "accumulator": ("Accumulator", "蓄能器"),
}


def _text(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


def _alarm(number: int, cameras: int) -> AlarmConfig:
    last = f"cam{cameras}"
    if number == 0:
        return AlarmConfig(
            id="pitting",
            when=VerdictCondition(kind="verdict", source="cam1"),
            asset="spindles",
            title=_text("Pitting on camera 1", "相机 1 发现点蚀"),
            cause=_text("Pits at the same place on 3 of 5 parts.", "5 件中有 3 件在同一位置出现点蚀。"),
            consequence=_text("The spindle will run rough; parts may fail in use.", "丝杠运行不平稳，零件使用中可能失效。"),
            action=_text("Take the parts out. Check the grinding wheel.", "取出零件，检查砂轮。"),
            respond_within_s=600,
            priority=2,
            raise_count=3,
            of_last=5,
            causes=tuple(
                Choice(id=id_, text=_text(en, zh))
                for id_, en, zh in (
                    ("wheel", "Grinding wheel worn", "砂轮磨损"),
                    ("coolant", "Coolant contaminated", "冷却液污染"),
                    ("material", "Material fault", "材料缺陷"),
                    ("handling", "Handling damage", "搬运损伤"),
                )
            ),
            actions=tuple(
                Choice(id=id_, text=_text(en, zh))
                for id_, en, zh in (
                    ("dress", "Wheel dressed", "修整砂轮"),
                    ("replace", "Wheel replaced", "更换砂轮"),
                    ("sort", "Parts sorted out", "挑出零件"),
                )
            ),
        )
    if number == 1:
        return AlarmConfig(
            id="pump-leak",
            when=VerdictCondition(kind="verdict", source="rig", target="pump"),
            asset="rig",
            title=_text("Pump leak, weak", "泵轻微内漏"),
            cause=_text("Worn pump gears let oil flow back.", "泵齿轮磨损，油液回流。"),
            consequence=_text("Pressure falls; the press stops within hours.", "压力下降，数小时内设备停机。"),
            action=_text("Plan a pump change for this shift.", "安排本班更换油泵。"),
            respond_within_s=3600,
            priority=3,
            causes=(Choice(id="worn", text=_text("Pump worn", "泵磨损")),),
            actions=(Choice(id="changed", text=_text("Pump changed", "已换泵")),),
        )
    if number == 2:
        return AlarmConfig(
            id="camera-gone",
            when=NoVerdictCondition(kind="no_verdict", source=last),
            asset="spindles",
            title=_text(f"Camera {cameras} gone", f"相机 {cameras} 断开"),
            cause=_text("Cable or power of the camera.", "相机线缆或电源。"),
            consequence=_text("Parts pass unjudged.", "零件未经检验通过。"),
            action=_text("Check the cable and the power of the camera.", "检查相机线缆和电源。"),
            respond_within_s=300,
            priority=3,
        )
    return AlarmConfig(
        id="disk",
        when=SystemCondition(kind="system", of="disk_nearly_full"),
        asset="station",
        title=_text("Disk nearly full", "磁盘将满"),
        cause=_text("Records fill the disk.", "记录占满磁盘。"),
        consequence=_text("No more pictures are kept.", "不再保存图像。"),
        action=_text("Free space or lower keep_days.", "清理空间或减少保留天数。"),
        respond_within_s=3600,
        priority=4,
    )


def fake_station(cameras: int) -> StationFile:
    """A station with *cameras* cameras, one rig, three people and four alarm definitions."""
    hash_ = "scrypt$fake"
    return StationFile(
        format=1,
        station=StationInfo(
            name=_text("Station 4", "4 号工位"),
            product=_text("Ball screw spindles", "滚珠丝杠"),
            shifts=(Shift(name="A", start="06:00"), Shift(name="B", start="14:00")),
        ),
        people=(
            Person(id="wei", name="Wei", role=Role.OPERATOR, pin_hash=hash_),
            Person(id="anna", name="Anna", role=Role.INSPECTOR, pin_hash=hash_),
            Person(id="jonas", name="Jonas", role=Role.ENGINEER, pin_hash=hash_),
        ),
        cameras=tuple(
            SimulatedCamera(
                kind="simulated", id=f"cam{n}", name=_text(f"Camera {n}", f"相机 {n}"), asset="spindles", model="surface-pitting"
            )
            for n in range(1, cameras + 1)
        ),
        sensors=(
            SimulatedSensors(
                kind="simulated",
                id="rig",
                name=_text("Hydraulic rig", "液压站"),
                asset="rig",
                model="hydraulic-rig",
                channels=tuple(
                    ChannelConfig(id=id_, name=_text(*name), unit=unit, normal_low=low, normal_high=high, decimals=decimals)
                    for id_, name, unit, low, high, decimals in CHANNELS
                ),
            ),
        ),
        alarms=tuple(_alarm(number, cameras) for number in range(4)),
    )


def target_title(target: str) -> Text:
    """Title of a target of the rig's pack."""
    return _text(*_TARGET_TITLES[target])


def fake_packs() -> tuple[PackContract, ...]:
    """Contracts of an image pack and a sequence pack; there is no network behind them."""
    labels = (
        Label(name="good", title=PackText(en="good", zh="良好"), severity=0.0),
        Label(name="pitting", title=PackText(en="pitting", zh="点蚀"), severity=1.0),
    )
    machine = (
        Label(name="healthy", title=PackText(en="healthy", zh="正常"), severity=0.0),
        Label(name="weak leakage", title=PackText(en="weak leakage", zh="轻微内漏"), severity=0.5),
    )
    return (
        PackContract(
            format=1,
            name="surface-pitting",
            version="1.0.0",
            task=Task.SEGMENT,
            title=PackText(en="Pitting on machined metal", zh="金属加工面点蚀"),
            data_licence="CC-BY-4.0",
            model=ModelFile(sha256="a" * 64, opset=17),
            image=ImageInput(name="image", colour=Colour.GRAY, width_px=565, height_px=230, mean=(0.5,), std=(0.25,)),
            outputs=(
                Output(name="map", kind=OutputKind.PROBABILITY_MAP, shape=(1, 1, 115, 282), labels=labels, threshold=0.5, near_miss=0.3),
            ),
        ),
        PackContract(
            format=1,
            name="hydraulic-rig",
            version="1.0.0",
            task=Task.SEQUENCE,
            title=PackText(en="Hydraulic rig", zh="液压站"),
            data_licence="CC-BY-4.0",
            model=ModelFile(sha256="b" * 64, opset=17),
            sequence=SequenceInput(
                name="window",
                kind=WindowKind.SLIDING,
                length_s=60.0,
                max_gap_s=2.0,
                channels=tuple(Channel(name=id_, unit=unit, title=PackText(en=name[0], zh=name[1])) for id_, name, unit, *_ in CHANNELS),
            ),
            outputs=tuple(
                Output(
                    name=target,
                    kind=OutputKind.PROBABILITIES,
                    shape=(1, 2),
                    target=target,
                    title=PackText(en=_TARGET_TITLES[target][0], zh=_TARGET_TITLES[target][1]),
                    labels=machine,
                    threshold=0.5,
                )
                for target in TARGETS
            ),
        ),
    )
