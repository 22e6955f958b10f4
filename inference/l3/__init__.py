"""Find the axial slice at mid L3 from the CT alone: `locate(volume) -> L3Level`.

Canal tracking, a straightened spine and a semi-Markov labelling; no weights, no training, no I/O.
"""

from inference.l3.level import Candidate, L3Evidence, L3Level, LevelStatus, Vertebra
from inference.l3.locate import locate

__all__ = ["Candidate", "L3Evidence", "L3Level", "LevelStatus", "Vertebra", "locate"]
