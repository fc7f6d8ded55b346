"""Pictures in a pack's card: small, shown, and true to what was found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import PackError
from inference.findings import Finding, Region, Verdict
from inference.pack import load_pack
from tests.model_factory import make_blob_pack
from training.card_pictures import CardPicture, embed_pictures, show_finding, show_series, write_pictures
from training.pack_writer import GoldenImage, write_pack

GRAY = np.full((60, 60, 3), 120, np.uint8)


def found(heatmap: np.ndarray | None = None, *regions: Region) -> Finding:
    return Finding("part", Verdict.DEFECT, "blob", 0.9, 0.5, "m", "1.0.0", "", "CPU", 1.0, regions=regions, heatmap=heatmap)


def test_a_pack_carries_its_pictures_and_loads(tmp_path: Path) -> None:
    source = load_pack(make_blob_pack(tmp_path / "source" / "blob"))
    pictures = [CardPicture("first", GRAY, "It is missed."), CardPicture("second", GRAY, "It is found.")]
    golden = [GoldenImage("part", np.full((48, 64, 3), 200, np.uint8))]
    folder = write_pack(
        tmp_path / "models", source.contract, source.read_model(), golden, f"# blob\n{embed_pictures(pictures)}\n", pictures
    )
    assert sorted(path.name for path in (folder / "card").iterdir()) == ["first.png", "second.png"]
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    for name in ("first", "second"):
        assert f"![{name}](card/{name}.png)" in card
        np.testing.assert_array_equal(cv2.imread(str(folder / "card" / f"{name}.png")), GRAY)
    assert load_pack(folder).name == "blob"


def test_without_pictures_there_is_no_folder(tmp_path: Path) -> None:
    write_pictures(tmp_path, (), "card")
    assert list(tmp_path.iterdir()) == []
    assert "None" in embed_pictures(())


@pytest.mark.parametrize(
    ("pictures", "card", "said"),
    [
        ([CardPicture("one", GRAY, "")], "no picture", "does not show it"),
        ([CardPicture("../one", GRAY, "")], "](card/../one.png)", "name"),
        ([CardPicture("one", GRAY, ""), CardPicture("one", GRAY, "")], "](card/one.png)", "twice"),
        ([CardPicture("one", np.zeros((10, 600, 3), np.uint8), "")], "](card/one.png)", "shape"),
        ([CardPicture("one", np.random.default_rng(1).integers(0, 256, (400, 400, 3), np.uint8), "")], "](card/one.png)", "bytes"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, pictures: list[CardPicture], card: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        write_pictures(tmp_path, pictures, card)


def test_what_was_marked_stands_beside_the_picture() -> None:
    heatmap = np.zeros((60, 60), np.uint8)
    heatmap[10:20, 10:20] = 255
    shown = show_finding(GRAY, found(heatmap), largest_px=60)
    assert shown.shape == (60, 126, 3)
    np.testing.assert_array_equal(shown[:, :60], GRAY)
    right = shown[:, 66:].astype(int)
    assert right[15, 15, 2] - right[15, 15, 0] > 60
    np.testing.assert_array_equal(right[40, 40], (120, 120, 120))


def test_regions_are_framed_where_they_lie() -> None:
    shown = show_finding(GRAY, found(None, Region("blob", 0.9, 30, 20, 20, 10)), largest_px=120)[:, 126:]
    framed = np.argwhere((shown != 120).any(axis=2))
    assert framed.min(axis=0).tolist() == [40, 60]
    assert framed.max(axis=0).tolist() == [59, 99]


def test_wide_pictures_stand_one_above_the_other() -> None:
    assert show_finding(np.zeros((46, 113, 3), np.uint8), found()).shape == (2 * 187 + 6, 460, 3)


def test_curves_show_the_window_before_the_usual_one() -> None:
    drawn = show_series({"PS1 bar": np.r_[np.zeros(50), np.nan, np.ones(50)], "TS1 °C": [1.0]}, {"PS1 bar": np.full(101, 0.5)})
    assert drawn.shape == (2 * 84 + 6, 460, 3)
    upper = drawn[:84].astype(int)
    assert (upper[40:60].max(axis=2) < 250).any(), "the usual curve lies in the middle"
    assert (np.ptp(upper[20:], axis=2) > 80).any(), "the window's own curve has a colour"
    with pytest.raises(PackError, match="one to five"):
        show_series({})
