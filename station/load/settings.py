"""This file decides which settings of a definition can be tried and changed, and what a changed definition is."""

from __future__ import annotations

from pydantic import ValidationError

from inference.errors import ConfigError
from station.config import AlarmConfig, GrowthCondition, LimitCondition, VerdictCondition
from station.load_view import Settings
from station.station_sentences import sentence_of


def settings_of(definition: AlarmConfig) -> Settings:
    """The settings in force of *definition*."""
    when = definition.when
    raise_at: float | None = None
    clear_at: float | None = None
    if isinstance(when, LimitCondition | GrowthCondition):
        raise_at, clear_at = when.raise_at, when.clear_at
    elif isinstance(when, VerdictCondition):
        raise_at, clear_at = when.raise_score, when.clear_score
    return Settings(
        definition.on_delay_s,
        definition.off_delay_s,
        definition.raise_count,
        definition.of_last,
        definition.most_per_10_min,
        raise_at,
        clear_at,
    )


def changed_keys(before: AlarmConfig, after: AlarmConfig) -> dict[str, float | int | None]:
    """Settings in which two versions of a definition differ, as the station file spells them (``when.clear_at``); None: taken out."""
    old, new = _spelled(before), _spelled(after)
    return {key: value for key, value in new.items() if old[key] != value}


def with_settings(definition: AlarmConfig, settings: Settings) -> AlarmConfig:
    """*definition* with *settings*.

    Raises:
        ConfigError: They cannot be; the sentence says why.
    """
    fields = definition.model_dump()
    fields |= {
        "on_delay_s": settings.on_delay_s,
        "off_delay_s": settings.off_delay_s,
        "raise_count": settings.raise_count,
        "of_last": settings.of_last,
        "most_per_10_min": settings.most_per_10_min,
    }
    when = definition.when
    names = {LimitCondition: ("raise_at", "clear_at"), GrowthCondition: ("raise_at", "clear_at"), VerdictCondition: _SCORES}
    keys = names.get(type(when))
    if keys is not None:
        fields["when"] |= dict(zip(keys, (settings.raise_at, settings.clear_at), strict=True))
    try:
        made = AlarmConfig.model_validate(fields)
    except ValidationError as error:
        raise ConfigError("These settings cannot be", where=definition.id, value=sentence_of(error.errors()[0])) from error
    if settings.raise_at is not None and settings.clear_at is not None:
        beyond = settings.clear_at - settings.raise_at
        if (-beyond if isinstance(when, LimitCondition) and when.side == "low" else beyond) > 0:
            raise ConfigError(
                "The warning would clear beyond the limit that raises it",
                where=definition.id,
                value=f"raise {settings.raise_at:g}, clear {settings.clear_at:g}",
                do="Put the clear limit on the good side of the raise limit",
            )
    return made


_SCORES = ("raise_score", "clear_score")


def _spelled(definition: AlarmConfig) -> dict[str, float | int | None]:
    found: dict[str, float | int | None] = {
        key: getattr(definition, key) for key in ("on_delay_s", "off_delay_s", "raise_count", "of_last", "most_per_10_min")
    }
    when = definition.when
    if isinstance(when, VerdictCondition):
        found |= {f"when.{key}": getattr(when, key) for key in _SCORES}
    elif isinstance(when, LimitCondition | GrowthCondition):
        found |= {"when.raise_at": when.raise_at, "when.clear_at": when.clear_at}
    return found
