"""What drives a risk is said in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.language import Language, LanguageSwitch, driving_text
from inference.driving import TEMPLATES
from inference.findings import Contribution, Moment, MomentKind


def test_every_template_is_said_in_chinese(language_switch: LanguageSwitch) -> None:
    assert language_switch.use(Language.CHINESE)
    assert [template for template in TEMPLATES if QCoreApplication.translate("Driving", template) == template] == []


def test_the_sentence_carries_the_channels_titles(language_switch: LanguageSwitch) -> None:
    one = Contribution("CE", 0.62, 0.4, 19.2, 32.5, "%", Moment(MomentKind.INTO_CYCLE_S, 10, 20))
    assert driving_text([one], lambda _: "Cooling").startswith("The risk comes from Cooling (62 %; 19.2 %, usually 32.5), most")
    language_switch.use(Language.CHINESE)
    assert driving_text([one], lambda _: "冷却效率") == "风险来自冷却效率（62%；19.2 %，通常为 32.5），主要在周期的第 10 至 20 秒"
