"""Read the settings once, from one TOML file and the environment; tell all faults at once.

`L3NODE_RECEIVE__PORT=104` overrides `[receive] port`.  Only `dicom_node/cli.py` calls this.
"""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from config.settings import Settings


class SettingsFault(Exception):
    """The settings can't be used; the message lists every fault with its place in the file."""


def read_settings(path: Path) -> Settings:
    """Settings of `path`, overridden by `L3NODE_*`; raises `SettingsFault` with all faults."""
    if not path.is_file():
        raise SettingsFault(f"no settings file {path}; write one, or see `l3node config` for the manual")

    class FromWorld(BaseSettings, Settings):
        model_config = SettingsConfigDict(
            frozen=True,
            extra="forbid",
            env_prefix="L3NODE_",
            env_nested_delimiter="__",
            toml_file=path,
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return env_settings, TomlConfigSettingsSource(settings_cls)

    try:
        found: dict[str, Any] = FromWorld().model_dump()
        return Settings.model_validate(found)
    except ValidationError as error:
        raise SettingsFault(_all_faults(path, error)) from None
    except SettingsError as error:  # a list in the environment that is not JSON
        raise SettingsFault(f"{error}: JSON expected") from None
    except ValueError as error:  # tomllib.TOMLDecodeError: not TOML at all
        raise SettingsFault(f"{path} is not valid TOML: {error}") from None


def _all_faults(path: Path, error: ValidationError) -> str:
    lines = [f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return "\n".join([f"{len(lines)} fault(s) in {path} or in L3NODE_* of the environment:", *lines])
