"""This file decides whether a pack gets an int8 variant: only where it gives the golden verdicts and is clearly faster on this CPU.

``python -m training.quantise NAME [--models DIR]``, and at the end of every training. Convolutions are quantised with fixed
ranges (QDQ, calibrated on the golden inputs and small changes of them), LSTM and linear layers with ranges measured while they run.
Everything else, the novelty among it, stays in float32. After Jacob et al., *Quantization and Training of Neural Networks
for Efficient Integer-Arithmetic-Only Inference*, CVPR 2018; done by onnxruntime.quantization.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from inference.contract import ModelVariant, Precision
from inference.errors import InputError, LinesideError
from inference.findings import FloatArray, ImageU8, Verdict
from inference.image_file import read_image
from inference.model_opening import Proof, make_runner, open_on
from inference.pack import CONTRACT_FILE, ModelPack, find_pack, input_tensor, load_pack
from inference.parity import check_golden, judge_golden, read_golden
from inference.providers import Provider
from inference.runtime import Session
from training.options import PROJECT_DIR, SEED
from training.pack_writer import contract_toml

VARIANT_FILE = "model.int8.onnx"

CARD_HEADING = "## int8 variant"

WORTH_SHIPPING = 1.2
"""So many times as fast at one thread, or it is not shipped."""

CHANGES = 6
"""Small changes of each golden input: half calibrate beside the golden inputs themselves, the others are compared."""

CALIBRATED_PERCENT = 99.999
"""A convolution's range holds so many of its values; the rare ones beyond are cut, which leaves finer steps to all others."""

_TIMED_RUNS = 12

_CONVOLUTIONS = ("Conv", "ConvTranspose")
_RECURRENT_AND_LINEAR = ("LSTM", "Gemm")
_IN_INT8 = ("QuantizeLinear", "DynamicQuantizeLSTM", "DynamicQuantizeLinear", "MatMulInteger")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An int8 variant beside its float32 network.

    Attributes:
        golden_ok: It gives the golden verdicts, scores and novelty.
        golden: What the golden set said.
        inputs: Answers compared on inputs that did not calibrate it.
        flips: Of these, another verdict.
        worst_difference: Largest difference of a score among them.
        float32_ms, int8_ms: Network alone, one input, median, at one and at two threads.
    """

    golden_ok: bool
    golden: str
    inputs: int
    flips: int
    worst_difference: float
    float32_ms: tuple[float, float]
    int8_ms: tuple[float, float]

    @property
    def is_worth_it(self) -> bool:
        """Faster at one thread, and never another verdict."""
        return self.golden_ok and self.flips == 0 and self.int8_ms[0] * WORTH_SHIPPING < self.float32_ms[0]


def quantise_pack(folder: Path) -> Comparison | None:
    """Make, compare and, where it is worth it, add the int8 variant of the pack in *folder*; None where there is nothing to quantise.

    pack.toml and CARD.md are rewritten; an older variant is replaced, or taken out where it is not worth it any more.

    Raises:
        PackError: The pack is not in order.
    """
    pack = load_pack(folder)
    best: Comparison | None = None
    with tempfile.TemporaryDirectory() as temporary:
        changed = _write_changed(pack, Path(temporary))
        golden = [pack.golden_folder / name for name in sorted({case.input for case in read_golden(pack)})]
        tensors = _record_tensors(pack, [*golden, *changed[::2]])
        for spared in (0, 1, 2):
            network = _quantise(pack, tensors, spared)
            if network is None:
                break
            (folder / VARIANT_FILE).write_bytes(network)
            variant = ModelVariant(file=VARIANT_FILE, sha256=hashlib.sha256(network).hexdigest(), precision=Precision.INT8)
            best = _compare(pack, ModelPack(pack.contract, folder, variant), changed[1::2])
            if best.is_worth_it:
                _finish(pack, best, (variant,))
                return best
    if best is not None:
        (folder / VARIANT_FILE).unlink()
        _finish(pack, best, ())
    return best


def describe(comparison: Comparison) -> str:
    """The comparison as Markdown, for CARD.md."""
    shipped = "Shipped: a PC takes it where it is faster there." if comparison.is_worth_it else "Not shipped: it is not worth it."
    same = 1.0 - comparison.flips / max(1, comparison.inputs)
    rows = [
        "| | float32 | int8 |",
        "|---|---|---|",
        f"| ms per input, one thread | {comparison.float32_ms[0]:.2f} | {comparison.int8_ms[0]:.2f} |",
        f"| ms per input, two threads | {comparison.float32_ms[1]:.2f} | {comparison.int8_ms[1]:.2f} |",
    ]
    said = (
        f"{shipped} Golden set: {comparison.golden}. On {comparison.inputs} answers to changed golden inputs that did not calibrate it "
        f"{same:.1%} have the same verdict; the largest difference of a score is {comparison.worst_difference:.4f}."
    )
    return "\n".join([said, "", *rows, "", "Made and measured by `python -m training.quantise` on the PC that made the pack."])


class _Calibration(CalibrationDataReader):
    def __init__(self, name: str, tensors: Sequence[FloatArray]) -> None:
        self._feeds: Iterator[dict[str, FloatArray]] = iter([{name: tensor} for tensor in tensors])

    def get_next(self) -> dict[str, FloatArray] | None:
        return next(self._feeds, None)


def _quantise(pack: ModelPack, tensors: Sequence[FloatArray], spared: int) -> bytes | None:
    """The network in int8 but for its first and last *spared* convolutions, which are the most sensitive; None if it has no such layer."""
    nodes = onnx.load_model_from_string(pack.read_model()).graph.node
    kinds = {node.op_type for node in nodes}
    with tempfile.TemporaryDirectory() as temporary:
        prepared, made = Path(temporary) / "prepared.onnx", Path(temporary) / VARIANT_FILE
        quant_pre_process(str(pack.model_path), str(prepared), skip_symbolic_shape=True)
        if kinds & set(_CONVOLUTIONS):
            names = [node.name for node in onnx.load(prepared).graph.node if node.op_type in _CONVOLUTIONS]
            quantize_static(
                str(prepared),
                str(made),
                _Calibration(input_tensor(pack.contract).name, tensors),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(_CONVOLUTIONS),
                nodes_to_exclude=[*names[:spared], *names[len(names) - spared :]],
                per_channel=True,
                activation_type=QuantType.QUInt8,
                calibrate_method=CalibrationMethod.Percentile,
                extra_options={"CalibPercentile": CALIBRATED_PERCENT},
                weight_type=QuantType.QInt8,
            )
        elif kinds & set(_RECURRENT_AND_LINEAR) and not spared:
            # Linear layers (Gemm) become MatMul on the way; what was MatMul before, the novelty, stays out.
            others = [node.name for node in onnx.load(prepared).graph.node if node.op_type == "MatMul"]
            quantize_dynamic(
                str(prepared), str(made), op_types_to_quantize=["LSTM", "MatMul"], nodes_to_exclude=others, weight_type=QuantType.QInt8
            )
        else:
            return None
        left = {node.op_type for node in onnx.load(made).graph.node}
        return made.read_bytes() if left & set(_IN_INT8) else None


class _Recorder:
    """A session that keeps what a runner feeds it: the tensors the network really sees."""

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.tensors: list[FloatArray] = []
        self.provider, self.inputs, self.outputs = inner.provider, inner.inputs, inner.outputs

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        self.tensors += [tensor[:1].copy() for tensor in feeds.values()]
        return self._inner.run(feeds)


def _record_tensors(pack: ModelPack, files: Sequence[Path]) -> list[FloatArray]:
    recorder = _Recorder(open_on(pack, Provider.CPU, threads=1, proof=Proof.SKIP).session)
    runner = make_runner(pack, recorder)
    for path in files:
        judge_golden(runner, path)
    return recorder.tensors


def _write_changed(pack: ModelPack, folder: Path) -> list[Path]:
    """Small changes of every golden input, as files like it."""
    random = np.random.default_rng(SEED)
    files: list[Path] = []
    for name in sorted({case.input for case in read_golden(pack)}):
        path = pack.golden_folder / name
        for number in range(CHANGES):
            changed = folder / f"{path.stem}-{number}{path.suffix}"
            if pack.contract.image is not None:
                changed.write_bytes(cv2.imencode(".png", _change_image(read_image(path), random))[1].tobytes())
            else:
                with np.load(path, allow_pickle=False) as archive:
                    np.savez(changed, allow_pickle=False, **{key: _change_series(archive[key], random) for key in archive.files})
            files.append(changed)
    return files


def _change_image(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """Another lamp, a little grain, the part a few pixels further."""
    light = float(random.uniform(0.92, 1.08))
    grain = random.normal(0.0, 2.0, image.shape)
    shifted = np.roll(image, int(random.integers(-4, 5)), axis=1)
    return np.clip(shifted * light + grain, 0, 255).astype(np.uint8)


def _change_series(series: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """A little noise; a single number, a row's, has no spread of its own and stays."""
    return np.asarray(series + random.normal(0.0, 0.02, series.shape) * float(series.std()), np.float64)


def _compare(float32: ModelPack, int8: ModelPack, files: Sequence[Path]) -> Comparison:
    one, other = (open_on(pack, Provider.CPU, threads=1, proof=Proof.SKIP).runner for pack in (float32, int8))
    golden = check_golden(other, int8)
    answers = flips = 0
    worst = 0.0
    for path in files:
        for wanted, found in zip(judge_golden(one, path), judge_golden(other, path), strict=True):
            answers += 1
            flips += wanted.verdict is not found.verdict
            if Verdict.NO_VERDICT not in (wanted.verdict, found.verdict):
                worst = max(worst, abs(wanted.score - found.score))
    first, second = (_measure_ms(float32, int8, threads) for threads in (1, 2))
    return Comparison(golden.ok, golden.sentence, answers, flips, worst, (first[0], second[0]), (first[1], second[1]))


def _measure_ms(one: ModelPack, other: ModelPack, threads: int) -> tuple[float, float]:
    """Median time of one input, ms, in turns, so that both meet the same load."""
    models = [open_on(pack, Provider.CPU, threads=threads, proof=Proof.SKIP) for pack in (one, other)]
    times: list[list[float]] = [[], []]
    for _ in range(_TIMED_RUNS):
        for model, kept in zip(models, times, strict=True):
            start = time.perf_counter()
            model.runner.warm_up()
            kept.append((time.perf_counter() - start) * 1e3)
    return float(np.median(times[0])), float(np.median(times[1]))


def _finish(pack: ModelPack, comparison: Comparison, kept: tuple[ModelVariant, ...]) -> None:
    model = pack.contract.model.model_copy(update={"variants": kept})
    text = contract_toml(pack.contract.model_copy(update={"model": model}))
    (pack.folder / CONTRACT_FILE).write_text(text, encoding="utf-8", newline="\n")
    path = pack.folder / "CARD.md"
    card = path.read_text(encoding="utf-8").split(f"\n{CARD_HEADING}\n")[0].rstrip("\n")
    digest = f"\n\nsha256 `{kept[0].sha256}`." if kept else ""
    path.write_text(f"{card}\n\n{CARD_HEADING}\n\n{describe(comparison)}{digest}\n", encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Quantise one pack; returns the exit code: 0 done, 1 failed (the reason is on stderr)."""
    parser = argparse.ArgumentParser(prog="python -m training.quantise", description="Give a pack an int8 variant where it is worth it.")
    parser.add_argument("name", help="the pack")
    parser.add_argument("--models", type=Path, default=PROJECT_DIR / "models", help="folder of the packs (default: %(default)s)")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        comparison = quantise_pack(find_pack(asked.name, [asked.models]))
        if comparison is None:
            raise InputError("There is nothing to quantise", where=asked.name, do="Leave the pack as it is")
        _log.info("%s", describe(comparison))
    except LinesideError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
