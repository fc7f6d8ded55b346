"""This file decides how the channels that drive a risk are said in one sentence.

The templates below are picked up by Qt's ``lupdate`` (context ``Driving``), as those of :mod:`inference.reasons` are: the
command line says the sentence in English, the window in the reader's language with the channels' own titles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inference.contract import PackContract
from inference.findings import Contribution, MomentKind
from inference.reasons import QT_TRANSLATE_NOOP

LEAST_SHARE = 0.1
"""A channel with less of the risk is not named."""

MOST_NAMED = 3

_ONE = QT_TRANSLATE_NOOP("Driving", "The risk comes from {first}")
_TWO = QT_TRANSLATE_NOOP("Driving", "The risk comes from {first} and {second}")
_THREE = QT_TRANSLATE_NOOP("Driving", "The risk comes from {first}, {second} and {third}")
_TOGETHER = QT_TRANSLATE_NOOP("Driving", "No single channel drives the risk: without any one of them it stays as high")
_SHARE = QT_TRANSLATE_NOOP("Driving", "{channel} ({share} %)")
_VALUE = QT_TRANSLATE_NOOP("Driving", "{channel} ({share} %; {value}, usually {usual})")
_MOMENT = QT_TRANSLATE_NOOP("Driving", "{sentence}, most of it {start} to {end} s into the cycle")
_LATELY_S = QT_TRANSLATE_NOOP("Driving", "{sentence}, most of it {start} to {end} s before now")
_LATELY_CYCLES = QT_TRANSLATE_NOOP("Driving", "{sentence}, most of it {start} to {end} cycles before now")
_MOMENTS = {
    MomentKind.INTO_CYCLE_S: _MOMENT,
    MomentKind.BEFORE_NOW_S: _LATELY_S,
    MomentKind.BEFORE_NOW_CYCLES: _LATELY_CYCLES,
}

TEMPLATES = (_ONE, _TWO, _THREE, _TOGETHER, _SHARE, _VALUE, *_MOMENTS.values())
"""Every template, for the test that they are translated."""


def say_driving(
    contributors: Sequence[Contribution],
    name_of: Callable[[str], str] = str,
    translate: Callable[[str], str] = str,
) -> str:
    """One sentence, without a full stop, that names the channels which drive a risk; empty where nothing is known of them.

    Where taking away any one of them leaves the risk as high (the others stand in for it), it says that.

    Args:
        contributors: Of a finding, strongest first.
        name_of: How a channel is called for the reader.
        translate: A template in the reader's language; as it is for English.
    """
    named = [one for one in contributors if one.share >= LEAST_SHARE][:MOST_NAMED]
    if not named:
        return translate(_TOGETHER) if contributors and all(one.share <= 0 for one in contributors) else ""
    phrases = [_say_channel(one, name_of, translate) for one in named]
    template = (_ONE, _TWO, _THREE)[len(named) - 1]
    sentence = translate(template).format(**dict(zip(("first", "second", "third"), phrases, strict=False)))
    moment = named[0].moment
    if moment is None:
        return sentence
    return translate(_MOMENTS[moment.kind]).format(sentence=sentence, start=f"{moment.start:g}", end=f"{moment.end:g}")


def title_of(contract: PackContract) -> Callable[[str], str]:
    """How a sensor pack's channels are called in English: by their title, else their name."""
    spec = contract.sequence or contract.table
    titles = {} if spec is None else {channel.name: channel.title.en for channel in spec.channels if channel.title is not None}
    return lambda name: titles.get(name, name)


def _say_channel(one: Contribution, name_of: Callable[[str], str], translate: Callable[[str], str]) -> str:
    share = f"{100 * one.share:.0f}"
    if one.value is None or one.usual is None:
        return translate(_SHARE).format(channel=name_of(one.channel), share=share)
    value = f"{one.value:.4g} {one.unit}".rstrip()
    return translate(_VALUE).format(channel=name_of(one.channel), share=share, value=value, usual=f"{one.usual:.4g}")
