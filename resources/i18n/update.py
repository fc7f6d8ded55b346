"""Makes the translations anew: collects every text of the window into the .ts, then compiles the .qm.

Run it from anywhere after texts changed; then translate what it reports as unfinished in lineside_zh_CN.ts and run it again.
With ``--check`` nothing is written: exit code 1 when the files are not what this would make of them.
Needs PySide6's tools (``pyside6-lupdate``, ``pyside6-lrelease``), which come with PySide6.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TS = HERE / "lineside_zh_CN.ts"
QM = HERE / "lineside_zh_CN.qm"


def sources() -> list[str]:
    """Files that hold texts, relative to the root, in a fixed order."""
    files = sorted((ROOT / "gui").rglob("*.py"))
    return [path.relative_to(ROOT).as_posix() for path in [*files, ROOT / "inference" / "driving.py", ROOT / "inference" / "reasons.py"]]


def _tool(name: str) -> str:
    suffix = ".exe" if sys.platform == "win32" else ""
    return str(Path(sysconfig.get_path("scripts")) / f"{name}{suffix}")


def collect(ts: Path) -> None:
    """Bring every text of the sources into *ts*; translations that are there stay, texts that are gone go."""
    subprocess.run(
        [_tool("pyside6-lupdate"), "-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", "zh_CN", *sources(), "-ts", str(ts)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )


def compile_ts(ts: Path, qm: Path) -> None:
    """Compile *ts* into *qm*."""
    subprocess.run([_tool("pyside6-lrelease"), "-silent", str(ts), "-qm", str(qm)], cwd=ROOT, check=True, capture_output=True)


def unfinished(ts: Path) -> list[str]:
    """``context: text`` of every message without a translation."""
    left = []
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or translation.get("type") == "unfinished" or not (translation.text or "").strip():
                left.append(f"{context.findtext('name')}: {message.findtext('source')}")
    return left


def outdated() -> list[str]:
    """What is not as this program would make it."""
    with tempfile.TemporaryDirectory() as folder:
        ts, qm = Path(folder) / TS.name, Path(folder) / QM.name
        shutil.copyfile(TS, ts)
        collect(ts)
        compile_ts(ts, qm)
        left = [f"unfinished: {text}" for text in unfinished(ts)]
        left += [f"{TS.name} does not hold the texts of the sources"] if ts.read_text("utf-8") != TS.read_text("utf-8") else []
        left += [f"{QM.name} is not compiled from {TS.name}"] if qm.read_bytes() != QM.read_bytes() else []
    return left


def main() -> int:
    """Collect, compile, report."""
    parser = argparse.ArgumentParser(description="Make the translations of the window anew.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the files are out of date")
    if parser.parse_args().check:
        left = outdated()
        print("\n".join([*left, "Make them anew with: nox -s translate"] if left else ["translations: complete"]))
        return 1 if left else 0
    collect(TS)
    compile_ts(TS, QM)
    left = unfinished(TS)
    for text in left:
        print(f"unfinished: {text}")
    print(f"{TS.name}: {len(left)} unfinished.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
