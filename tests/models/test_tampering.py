"""A bundled pack whose preprocessing was changed does not give its golden answers: the golden set is not blind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from inference.contract import Channel, Colour, ImageInput, Interpolation, OutputKind, PackContract
from inference.errors import PackError
from inference.model_opening import Proof, open_on
from inference.pack import ModelPack, list_packs, load_pack
from inference.parity import check_golden
from inference.providers import Provider
from station.paths import models_dir

PACKS = {folder.name: folder for folder in list_packs([models_dir()])}

Tamper = Callable[[PackContract], PackContract]


def change_image(**changes: object) -> Tamper:
    def tamper(contract: PackContract) -> PackContract:
        assert contract.image is not None
        return contract.model_copy(update={"image": contract.image.model_copy(update=changes)})

    return tamper


def change_channels(order: Callable[[tuple[Channel, ...]], tuple[Channel, ...]]) -> Tamper:
    def tamper(contract: PackContract) -> PackContract:
        name = "sequence" if contract.sequence is not None else "table"
        spec = getattr(contract, name)
        return contract.model_copy(update={name: spec.model_copy(update={"channels": order(spec.channels)})})

    return tamper


def rotate(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return (*channels[1:], channels[0])


def swap_first(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return (channels[1], channels[0], *channels[2:])


def drop_normalisation(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return tuple(channel.model_copy(update={"mean": 0.0, "std": 1.0}) for channel in channels)


def drop_means(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return tuple(channel.model_copy(update={"mean": 0.0}) for channel in channels)


def image_tampers(spec: ImageInput) -> Mapping[str, Tamper]:
    zeros, ones = (0.0,) * spec.channels, (1.0,) * spec.channels
    tampers = {
        "no mean": change_image(mean=zeros),
        "no mean, no spread": change_image(mean=zeros, std=ones),
        "no scale": change_image(scale=1.0),
        "twice normalised": change_image(scale=spec.scale / 255.0),
    }
    if spec.colour is not Colour.GRAY:
        tampers["colours swapped"] = change_image(colour=Colour.BGR if spec.colour is Colour.RGB else Colour.RGB)
    for other in Interpolation:
        if other is not spec.interpolation:
            tampers[f"interpolation {other.value}"] = change_image(interpolation=other)
    return tampers


SENSOR_TAMPERS: Mapping[str, Tamper] = {
    "channels rotated": change_channels(rotate),
    "no normalisation": change_channels(drop_normalisation),
    "no mean": change_channels(drop_means),
}


def list_tampers(folder: Path) -> Mapping[str, Tamper]:
    contract = load_pack(folder).contract
    if contract.image is not None:
        return image_tampers(contract.image)
    # Two channels that move no score can only be told apart by a pack that measures how familiar every channel is.
    has_novelty = any(output.kind is OutputKind.NOVELTY for output in contract.outputs)
    return {**SENSOR_TAMPERS, **({"two channels swapped": change_channels(swap_first)} if has_novelty else {})}


def passes(pack: ModelPack) -> bool:
    runner = open_on(pack, Provider.CPU, threads=1, proof=Proof.SKIP).runner
    try:
        return check_golden(runner, pack).ok
    except PackError:
        return False


@pytest.mark.parametrize("name", PACKS)
def test_an_untouched_pack_gives_its_golden_answers(name: str) -> None:
    assert passes(load_pack(PACKS[name]))


@pytest.mark.parametrize(("name", "tampering"), [(name, tampering) for name, folder in PACKS.items() for tampering in list_tampers(folder)])
def test_a_changed_preprocessing_is_noticed(name: str, tampering: str) -> None:
    pack = load_pack(PACKS[name])
    changed = ModelPack(list_tampers(PACKS[name])[tampering](pack.contract), pack.folder)
    assert changed.contract != pack.contract
    assert not passes(changed), f"the golden set of {name} does not notice: {tampering}"
