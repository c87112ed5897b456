"""The ledger of loads, the names in the lake, and the jobs that keep both tidy."""

from catdata.loads.initialise import initialise
from catdata.loads.ledger import Ledger
from catdata.loads.record import ConservationError, LoadRecord, draw_load_id, load_id_of

__all__ = [
    "ConservationError",
    "Ledger",
    "LoadRecord",
    "draw_load_id",
    "initialise",
    "load_id_of",
]
