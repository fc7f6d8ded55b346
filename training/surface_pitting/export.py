"""This file decides how the fitted surface-pitting network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import numpy as np
import torch

from inference.errors import PackError
from inference.findings import ImageU8
from inference.image_preprocessing import normalise_image
from inference.providers import Provider
from inference.runtime import open_session
from training.surface_pitting.fitting import predict_maps
from training.surface_pitting.network import PittingMap, PittingNet
from training.surface_pitting.spec import HEIGHT_PX, IMAGE_INPUT, OPSET, OUTPUT_NAME, PACK_NAME, WIDTH_PX

LARGEST_DIFFERENCE = 1e-3
"""A map pixel may differ by this much between PyTorch and onnxruntime."""


def export_network(network: PittingNet) -> bytes:
    """The network with its sigmoid as an ONNX file's bytes: static shape, opset 17, batch norms folded into the convolutions."""
    buffer = io.BytesIO()
    example = torch.zeros(1, IMAGE_INPUT.channels, HEIGHT_PX, WIDTH_PX)
    with warnings.catch_warnings():
        # The TorchScript exporter is the one that still writes opset 17; torch calls it old.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            PittingMap(network).eval(),
            (example,),
            buffer,
            opset_version=OPSET,
            input_names=[IMAGE_INPUT.name],
            output_names=[OUTPUT_NAME],
            dynamo=False,
        )
    return buffer.getvalue()


def check_export(network: PittingNet, exported: bytes, images: Sequence[ImageU8]) -> float:
    """Largest difference of any map pixel between PyTorch and onnxruntime over *images* (network size, BGR).

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    largest = 0.0
    for image, wanted in zip(images, predict_maps(network, images), strict=True):
        found = session.run({IMAGE_INPUT.name: normalise_image(image, IMAGE_INPUT)})[OUTPUT_NAME][0, 0]
        largest = max(largest, float(np.abs(found - wanted).max()))
    if largest > LARGEST_DIFFERENCE:
        raise PackError("the exported network says something else than the trained one", where=PACK_NAME, value=f"{largest:.5f}")
    return largest
