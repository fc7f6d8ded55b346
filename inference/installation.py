"""This file decides whether the installed wheels fit together: exactly one onnxruntime and exactly one cv2.

The flavours of each write into the same folder and break one another silently.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys

from inference.errors import LinesideError

RUNTIME_FLAVOURS = (
    "onnxruntime",
    "onnxruntime-directml",
    "onnxruntime-gpu",
    "onnxruntime-windowsml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
)
"""Wheels that bring the package ``onnxruntime``."""
OPENCV_FLAVOURS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
"""Wheels that bring the package ``cv2``."""


class InstallationError(LinesideError):
    """The installation is broken."""


def list_installed(flavours: tuple[str, ...]) -> tuple[str, ...]:
    """Which of *flavours* are installed, as ``name version``."""
    found = []
    for name in flavours:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return tuple(found)


def check_installation() -> None:
    """Check that exactly one flavour of onnxruntime and of cv2 is installed.

    A frozen program was put together from a checked installation and may carry no metadata: there the packages
    themselves count.

    Raises:
        InstallationError: None or several are installed.
    """
    check_flavours("onnxruntime", list_installed(RUNTIME_FLAVOURS), frozen=_is_frozen())
    check_flavours("cv2", list_installed(OPENCV_FLAVOURS), frozen=_is_frozen())


def check_flavours(package: str, installed: tuple[str, ...], *, frozen: bool) -> None:
    """Check that exactly one wheel brings *package*; *installed* as :func:`list_installed` gives them.

    Raises:
        InstallationError: None or several do.
    """
    if len(installed) > 1:
        raise InstallationError(
            f"Several wheels bring {package} and overwrite one another",
            value=", ".join(installed),
            do="Uninstall all of them and install exactly one again",
        )
    if not installed and not (frozen and importlib.util.find_spec(package) is not None):
        raise InstallationError(f"No wheel brings {package}", do="Install Lineside's pinned requirements again")


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))
