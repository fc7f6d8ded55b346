"""The exported pitting graph says what its parts say: a calibrated map, and the novelty of the same pass."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only the training environment has PyTorch")

from inference.image_preprocessing import normalise_image  # noqa: E402  # torch decides whether this file runs at all
from inference.providers import Provider  # noqa: E402
from inference.runtime import open_session  # noqa: E402
from training.statistics import Calibration  # noqa: E402
from training.surface_pitting.export import PittingGraph, check_export, export_network  # noqa: E402
from training.surface_pitting.familiarity import embed_images, fit_clouds, tell_unlike  # noqa: E402
from training.surface_pitting.fitting import pixel_loss, predict_maps  # noqa: E402
from training.surface_pitting.network import PittingNet  # noqa: E402
from training.surface_pitting.spec import EMBEDDING_NAME, EMBEDDING_SHAPE, HEIGHT_PX, IMAGE_INPUT, NOVELTY_NAME, OUTPUT_NAME, WIDTH_PX  # noqa: E402


def make_images(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.integers(60, 190, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8) for _ in range(count)]


def test_graph_gives_the_calibrated_map_and_the_novelty_in_one_pass() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(3)
    network = PittingNet().eval()
    images = make_images(5)
    clouds = fit_clouds(embed_images(network, images[:3]), embed_images(network, images[3:]))
    calibration = Calibration(1.3, -0.4)
    graph = PittingGraph(network, calibration, clouds)
    exported = export_network(graph)
    assert check_export(graph, exported, images[:2]) < 1e-3
    strange = np.full((HEIGHT_PX, WIDTH_PX, 3), 15, np.uint8)
    found = open_session(exported, Provider.CPU, threads=1, where="graph").run({IMAGE_INPUT.name: normalise_image(strange, IMAGE_INPUT)})
    assert found[OUTPUT_NAME][0, 0] == pytest.approx(calibration.apply(predict_maps(network, [strange])[0]), abs=1e-4)
    assert float(found[NOVELTY_NAME][0, 0]) == pytest.approx(tell_unlike(clouds, network, [strange])[0], rel=1e-3)
    assert found[EMBEDDING_NAME].shape == EMBEDDING_SHAPE
    assert float(found[NOVELTY_NAME][0, 0]) > 2 * max(tell_unlike(clouds, network, images))


def test_nothing_is_taught_where_the_truth_is_in_doubt() -> None:
    logits = torch.zeros(1, 1, 8, 8, requires_grad=True)
    sure = torch.ones(1, 1, 8, 8)
    sure[..., :4] = 0.0
    targets = torch.zeros(1, 1, 8, 8)
    targets[..., 2:6] = 1.0
    pixel_loss(logits, targets, sure).backward()
    assert logits.grad is not None
    assert float(logits.grad[..., :4].abs().max()) == 0.0
    assert float(logits.grad[..., 4:].abs().min()) > 0.0
