"""This file decides how an image is judged: gate, preprocessing, network, score, regions, heatmap."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inference.contract import ImageInput, Output
from inference.embedding import describe_regions
from inference.errors import InputError, PackError
from inference.findings import Finding, FloatArray, ImageU8, Region, Verdict
from inference.gate import check_light, check_size
from inference.image_preprocessing import normalise_image, resize_image
from inference.pack import ModelPack
from inference.reasons import Reason, ReasonCode
from inference.regions import MAP_KINDS, MapGeometry, draw_heatmap, find_regions, scale_map, score_map
from inference.runtime import Session
from inference.scoring import (
    Score,
    bad_verdict,
    faulty_label,
    find_refusal,
    find_unsure_kind,
    healthy_label,
    is_notable,
    list_judged,
    measure_novelty,
    refuse_all,
    score_classes,
    target_of,
)


class HeatmapPolicy(StrEnum):
    """When a heatmap of the image's full size is drawn; it costs time per frame."""

    NEVER = "never"
    WHEN_NOTABLE = "when_notable"
    """For defects and near misses."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, eq=False)
class PreparedImage:
    """An image ready for the network, or the reason why it is not judged.

    Attributes:
        tensor: float32 as the network wants it; None when *reason* says why.
        image_px: Width and height of the judged image.
        elapsed_ms: What the preparation took.
    """

    tensor: FloatArray | None
    image_px: tuple[int, int]
    elapsed_ms: float
    reason: Reason | None = None


class ImageRunner:
    """Judges images with one pack.

    :meth:`prepare` from any thread; :meth:`run` and :meth:`judge` from one at a time, on the CPU provider from several.
    """

    def __init__(self, pack: ModelPack, session: Session, heatmaps: HeatmapPolicy = HeatmapPolicy.WHEN_NOTABLE) -> None:
        """Bind *pack* to *session* (checked with :func:`inference.pack.check_session`)."""
        if pack.contract.image is None:
            raise PackError("This pack does not judge images", where=pack.name, do="Name a pack for images")
        self._pack = pack
        self._session = session
        self._spec: ImageInput = pack.contract.image
        self._heatmaps = heatmaps

    @property
    def pack(self) -> ModelPack:
        """The pack that judges."""
        return self._pack

    @property
    def provider(self) -> str:
        """Where it runs now."""
        return self._session.provider.value

    def prepare(self, image: ImageU8) -> PreparedImage:
        """Bring *image*, uint8 H x W x 3 BGR, to the network, or refuse it. May be called from any thread."""
        start = time.perf_counter()
        tensor: FloatArray | None = None
        image_px = (image.shape[1], image.shape[0]) if image.ndim >= 2 else (0, 0)
        reason = check_size(image_px[0], image_px[1], self._pack.contract.gate)
        if reason is None:
            try:
                resized = resize_image(image, self._spec)
                reason = check_light(resized, image_px, self._spec, self._pack.contract.gate)
                if reason is None:
                    tensor = normalise_image(resized, self._spec)
            except InputError as error:
                reason = Reason.of(ReasonCode.UNREADABLE, detail=error.what)
        return PreparedImage(tensor, image_px, (time.perf_counter() - start) * 1e3, reason)

    def run(self, prepared: PreparedImage, heatmaps: HeatmapPolicy | None = None) -> tuple[Finding, ...]:
        """Judge a prepared image: one finding per target. Threads: see the class.

        Args:
            prepared: From :meth:`prepare`.
            heatmaps: For this image; None: as the runner was made.

        Raises:
            ProviderError: The provider failed.
        """
        start = time.perf_counter()
        if prepared.tensor is None:
            reason = prepared.reason or Reason.of(ReasonCode.UNREADABLE, detail="no image")
            return refuse_all(self._pack, self.provider, reason, prepared.elapsed_ms)
        tensors = self._session.run({self._spec.name: prepared.tensor})
        tensors = {output.name: tensors[output.name] for output in self._pack.contract.outputs}
        novelty = measure_novelty(tensors, self._pack.contract)
        refusal = find_refusal(tensors, self._pack.contract)
        if refusal is not None:
            elapsed_ms = prepared.elapsed_ms + (time.perf_counter() - start) * 1e3
            return refuse_all(self._pack, self.provider, refusal, elapsed_ms, novelty=novelty)
        geometry = MapGeometry.of(prepared.image_px, self._spec)
        policy = heatmaps or self._heatmaps
        grids = {o.name: scale_map(tensors[o.name], o) for o in self._pack.contract.outputs if o.kind in MAP_KINDS}
        answers = [self._judge_output(output, tensors, grids, geometry, policy) for output in list_judged(self._pack.contract)]
        elapsed_ms = prepared.elapsed_ms + (time.perf_counter() - start) * 1e3
        return tuple(self._make_finding(answer, elapsed_ms, novelty) for answer in answers)

    def judge(self, image: ImageU8, heatmaps: HeatmapPolicy | None = None) -> tuple[Finding, ...]:
        """Prepare and judge one image, uint8 H x W x 3 BGR; one finding per target. Threads: see the class.

        Raises:
            ProviderError: The provider failed.
        """
        return self.run(self.prepare(image), heatmaps)

    def refuse(self, reason: Reason) -> tuple[Finding, ...]:
        """NO VERDICT with *reason* for every target, for what never became an image."""
        return refuse_all(self._pack, self.provider, reason, 0.0)

    def warm_up(self) -> None:
        """Run the network once on an empty picture: the first run is slow and must not be a part's."""
        blank: ImageU8 = np.zeros((self._spec.height_px, self._spec.width_px, 3), dtype=np.uint8)
        self._session.run({self._spec.name: normalise_image(blank, self._spec)})

    def _judge_output(
        self,
        output: Output,
        tensors: Mapping[str, FloatArray],
        grids: Mapping[str, FloatArray],
        geometry: MapGeometry,
        policy: HeatmapPolicy,
    ) -> _Answer:
        contract = self._pack.contract
        threshold = output.threshold or 0.0
        if output.name in grids:
            score = score_map(grids[output.name], output)
            said = Score(score, faulty_label(output, contract) if score >= threshold else healthy_label(output))
        else:
            said = score_classes(tensors[output.name][0], output)
            unsure = find_unsure_kind(said, output)
            if unsure is not None:
                return _Answer(output, said, refusal=unsure)
            score = said.score
        notable = score >= threshold or is_notable(score, output)
        shown = output if output.name in grids else self._find_map(output)
        regions: tuple[Region, ...] = ()
        heatmap: ImageU8 | None = None
        if shown is not None:
            if notable:
                region_label = said.label if score >= threshold else faulty_label(output, contract)
                regions = find_regions(grids[shown.name], shown, region_label, geometry)
            if policy is HeatmapPolicy.ALWAYS or (policy is HeatmapPolicy.WHEN_NOTABLE and notable):
                heatmap = draw_heatmap(grids[shown.name], geometry)
        embeddings = describe_regions(tensors, contract, regions, geometry) if notable else None
        return _Answer(output, said, regions, heatmap, embeddings)

    def _find_map(self, output: Output) -> Output | None:
        """The informing map that explains a class output: of its target, else one for all."""
        maps = [o for o in self._pack.contract.outputs if o.kind in MAP_KINDS and o.threshold is None]
        return next((o for o in maps if o.target == output.target), next((o for o in maps if not o.target), None))

    def _make_finding(self, answer: _Answer, elapsed_ms: float, novelty: float | None) -> Finding:
        contract, said, reason = self._pack.contract, answer.said, answer.refusal
        threshold = answer.output.threshold or 0.0
        verdict = bad_verdict(contract) if said.score >= threshold else Verdict.OK
        return Finding(
            target=target_of(answer.output, contract),
            verdict=verdict if reason is None else Verdict.NO_VERDICT,
            label=said.label if reason is None else "",
            score=said.score if reason is None else float("nan"),
            threshold=threshold,
            reason=reason,
            confidence=said.confidence,
            unsure=said.unsure and reason is None,
            model=contract.name,
            version=self._pack.version,
            sha256=contract.model.sha256,
            provider=self.provider,
            elapsed_ms=elapsed_ms,
            regions=answer.regions,
            heatmap=answer.heatmap,
            novelty=novelty,
            embeddings=answer.embeddings,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    output: Output
    said: Score
    regions: tuple[Region, ...] = ()
    heatmap: ImageU8 | None = None
    embeddings: FloatArray | None = None
    refusal: Reason | None = None
