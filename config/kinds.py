"""Kinds of values that settings share, and their frozen base."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

AeTitle = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[ -\[\]-~]*[!-\[\]-~][ -\[\]-~]*$")]
CertifiedName = Annotated[
    str, Field(max_length=253, pattern=r"^([A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*|[0-9A-Fa-f]*:[0-9A-Fa-f:]*)$")
]
"""DNS name or IP address."""
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Timeout = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""Seconds; zero would end what it guards before it begins."""
Part = Annotated[float, Field(ge=0, le=1)]
Limit = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Limit, Limit]
"""Lowest and highest value that leave no doubt."""


def _absolute(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError(f"{str(value)!r} depends on where the node is started; give an absolute path")
    return value


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]


class Frozen(BaseModel):
    """No field is changed after reading, and an unknown one is an error: a typo must not go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
