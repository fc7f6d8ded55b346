"""This file decides what one command sets up and runs: the program, its tests, the checks, the bundle, the bench, the training.

Every session makes its own virtual environment below ``.nox`` from ``requirements/*.txt`` (exact versions with hashes), on
Linux and on Windows alike. The only thing a fresh machine needs is Python with pip: ``python3 -m pip install nox && nox -s app``.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "lint"]

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements"
CHECKED_FOLDERS = ("gui", "station", "inference", "training", "tests")
CHECKED_FILES = ("main.py", "noxfile.py")

# shared library -> Debian package. All that the Qt wheel wants and a bare Debian lacks, found with ldd on a minimal installation.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# What the window wants on an X display on top of these; offscreen does without.
DISPLAY_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
CHINESE_FONT_PACKAGE = "fonts-noto-cjk"
CHINESE_FONT_FILES = ("*CJK*", "wqy-*", "DroidSansFallback*", "*HanSans*", "*HanSerif*", "ukai*", "uming*")


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_missing(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def _has_chinese_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts")
    return any(next(folder.rglob(pattern), None) for folder in folders if folder.is_dir() for pattern in CHINESE_FONT_FILES)


def _bundling_packages() -> list[str]:
    """Debian packages that PyInstaller needs beyond pip's: Python's shared library, where Debian's Python comes without, and binutils."""
    packages = [] if shutil.which("objcopy") and shutil.which("objdump") else ["binutils"]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.base_prefix == "/usr" and _is_missing(f"libpython{version}.so.1.0"):
        packages.append(f"libpython{version}")
    return packages


def _install_system_libraries(session: nox.Session, *, bundling: bool = False) -> None:
    """Install the system libraries that the window needs and a bare Debian or Ubuntu lacks; elsewhere say what to install."""
    if not sys.platform.startswith("linux"):
        return
    # What is built here must open a window elsewhere, so it takes the display's libraries along.
    wanted = LIBRARIES | (DISPLAY_LIBRARIES if bundling or _has_display() else {})
    missing = {library: package for library, package in wanted.items() if _is_missing(library)}
    packages = sorted(set(missing.values())) + ([] if _has_chinese_font() else [CHINESE_FONT_PACKAGE])
    packages += _bundling_packages() if bundling else []
    if not packages:
        return
    by_hand = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
    apt = shutil.which("apt-get")
    root = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    may_install = apt is not None and (not root or (shutil.which("sudo") is not None and _runs([*root, "true"])))
    if may_install:
        session.log(f"installing system packages: {' '.join(packages)}")
        # TZ and dpkg questions must not stop an unattended set-up; env carries it through sudo.
        install = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        if _runs([*install, "update", "-q"]) and _runs([*install, "install", "-y", "-q", "--no-install-recommends", *packages]):
            return
    still_missing = sorted(library for library in missing if _is_missing(library))
    if still_missing:
        names = ", ".join(still_missing)
        session.error(f"the window needs the system libraries {names}. Install them as an administrator: {by_hand}")
    session.warn(f"going on without {' '.join(packages)} (without a Chinese font, Chinese text shows as boxes). To install: {by_hand}")


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False).returncode == 0
    except OSError:
        return False


def _install(session: nox.Session, *names: str) -> None:
    for name in names:
        session.install("--require-hashes", "-r", str(REQUIREMENTS / f"{name}.txt"), silent=False)
    if {"app", "cuda"} & set(names):
        session.run("python", "-c", "from inference.installation import check_installation; check_installation()")


def _offscreen() -> dict[str, str]:
    return {"QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1"}


@nox.session
def app(session: nox.Session) -> None:
    """Set up and start Lineside: the window on the demo line. Without a display: a picture of every screen and a summary."""
    _install_system_libraries(session)
    _install(session, "app")
    session.run("python", "main.py", *session.posargs)


@nox.session
def cuda(session: nox.Session) -> None:
    """Set up and start Lineside with the CUDA build of onnxruntime (an NVIDIA card with CUDA 13 and cuDNN 9)."""
    _install_system_libraries(session)
    _install(session, "cuda")
    session.run("python", "main.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests; the unit tests also where Qt cannot be imported. Arguments after -- go to pytest instead."""
    _install_system_libraries(session)
    _install(session, "app", "tests")
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs, env=_offscreen())
        return
    without_qt = ("-p", "no:pytest-qt", "-p", "tests.architecture.without_qt")
    session.run("python", "-m", "pytest", "-q", *without_qt, "tests/unit")
    session.run("python", "-m", "pytest", "tests", env=_offscreen())


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, import contracts, generated documents, translations, and equal versions everywhere."""
    _install(session, "app", "tests", "lint")
    checked = [name for name in (*CHECKED_FOLDERS, *CHECKED_FILES) if (ROOT / name).exists()]
    commands = (
        ("ruff", "check", *checked),
        ("ruff", "format", "--check", *checked),
        ("mypy",),
        ("mypy", "main.py"),
        ("lint-imports",),
        ("python", "-m", "station.config_reference", "--check"),
        ("python", "resources/i18n/update.py", "--check"),
    )
    failed = [" ".join(command) for command in commands if not _passes(session, *command)]
    failed += _version_differences()
    if failed:
        session.error("not clean: " + "; ".join(failed))


def _passes(session: nox.Session, *command: str) -> bool:
    try:
        session.run(*command)
    except nox.command.CommandFailed:
        return False
    return True


def _version_differences() -> list[str]:
    """Versions in .pre-commit-config.yaml that are not the ones requirements/lint.txt pins."""
    pin = re.compile(r"([A-Za-z][\w.-]*)==([\w.]+)")
    pinned = dict(pin.findall((REQUIREMENTS / "lint.txt").read_text(encoding="utf-8")))
    hooks = pin.findall((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return [
        f".pre-commit-config.yaml has {name}=={version}, requirements/lint.txt has {pinned.get(name, 'none')}"
        for name, version in hooks
        if pinned.get(name) != version
    ]


@nox.session
def bundle(session: nox.Session) -> None:
    """Build the standalone program into dist/lineside and start what was built."""
    _install_system_libraries(session, bundling=True)
    _install(session, "app", "tests", "bundle")
    session.run("python", "-m", "PyInstaller", "build.spec", "--noconfirm", "--distpath", "dist", "--workpath", "build")
    session.run("python", "-m", "pytest", "tests/bundle", env=_offscreen() | {"LINESIDE_BUNDLE_REQUIRED": "1"})


@nox.session
def bench(session: nox.Session) -> None:
    """Measure this machine; arguments after -- go to the bench."""
    _install_system_libraries(session)
    _install(session, "app")
    session.run("python", "-m", "tests.bench", *session.posargs, env=_offscreen())


@nox.session
def train(session: nox.Session) -> None:
    """Make a model pack again from the real data: nox -s train -- NAME."""
    _install(session, "app", "train")
    session.install("-r", str(REQUIREMENTS / "torch.txt"), silent=False)
    session.run("python", "-m", "training", *session.posargs)


@nox.session
def translate(session: nox.Session) -> None:
    """Collect new texts of the window into resources/i18n and compile the translations."""
    _install(session, "app")
    session.run("python", "resources/i18n/update.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated documents again: docs/config-reference.md, the tables in docs/alarm-life-cycle.md."""
    _install(session, "app")
    session.run("python", "-m", "station.config_reference")
    session.run("python", "-m", "station.alarms.life_cycle_reference")
