"""One table: what the door answers (PS3.4 annex B.2.3, PS3.7 annex C)."""

from types import MappingProxyType

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
DATASET_MISMATCH = 0xA900
CANNOT_UNDERSTAND = 0xC000

MEANING = MappingProxyType(
    {
        SUCCESS: "stored durably, or an object this node does not need",
        OUT_OF_RESOURCES: "no room on disk, or the object is over the size limit; send again later",
        DATASET_MISMATCH: "the dataset does not fit its SOP class, its request or its presentation context",
        CANNOT_UNDERSTAND: "the dataset is truncated or malformed",
    }
)
