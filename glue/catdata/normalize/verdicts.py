"""What became of the rows of a block: the first reason found against each, and by which field."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from catdata.entities import REASONS, Disposition

Mask = npt.NDArray[np.bool_]

# Their order is that of precedence where one source row has several blocks.
DISPOSITIONS = (Disposition.ACCEPTED, Disposition.REJECTED, Disposition.EXCLUDED)
ACCEPTED, REJECTED, EXCLUDED = range(3)


class Verdicts:
    """Dispositions, reasons and fields of rows; `reason` and `field` index into their lists."""

    def __init__(self, rows: int) -> None:
        self.reasons: list[str] = [""]
        self.fields: list[str] = [""]
        self.disposition = np.zeros(rows, np.int8)
        self.reason = np.zeros(rows, np.int16)
        self.field = np.zeros(rows, np.int16)

    @property
    def accepted(self) -> Mask:
        """Which rows nothing was found against."""
        return np.asarray(self.disposition == ACCEPTED)

    def settle(self, mask: Mask, reason: str, field_name: str = "") -> None:
        """Give the rows of `mask` that have no verdict yet this one.

        The reason itself says whether a row is rejected or excluded (entities.reasons).
        """
        mask = mask & self.accepted
        if mask.any():
            self.disposition[mask] = DISPOSITIONS.index(REASONS[reason][0])
            self.reason[mask] = _index(self.reasons, reason)
            self.field[mask] = _index(self.fields, field_name)

    def settle_each(
        self, codes: npt.NDArray[np.int32] | None, reasons: Sequence[str], field_name: str
    ) -> None:
        """Settle rows by codes that index into `reasons`, of which the first means none."""
        if codes is not None:
            for number, reason in enumerate(reasons[1:], start=1):
                self.settle(codes == number, reason, field_name)


def _index(values: list[str], value: str) -> int:
    if value not in values:
        values.append(value)
    return values.index(value)
