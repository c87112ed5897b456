"""A file being written: its rows, and what must become of each of them."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Cell = str | int | float | date | None


@dataclass(slots=True)
class Sheet:
    """Rows of cells with their expected disposition; heading and header rows are no source rows."""

    rows: list[list[Cell]] = field(default_factory=list)
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    totals: int = 0
    totals_differing: int = 0

    def head(self, *rows: Sequence[Cell]) -> None:
        """Add rows up to and with the header."""
        self.rows += [list(row) for row in rows]

    def accept(self, cells: Sequence[Cell], *entities: str) -> None:
        """Add a row that gives one row of each entity."""
        self.rows.append(list(cells))
        self.accepted += 1
        self.entities.update(entities)

    def reject(self, cells: Sequence[Cell], reason: str) -> None:
        """Add a row that must go to quarantine."""
        self.rows.append(list(cells))
        self.rejected[reason] += 1

    def exclude(self, cells: Sequence[Cell], reason: str) -> None:
        """Add a row that is no record."""
        self.rows.append(list(cells))
        self.excluded[reason] += 1

    def total(self, cells: Sequence[Cell], *, figures: int = 1, differing: int = 0) -> None:
        """Add a total row that states some figures, some of them not the sum of their parts."""
        self.exclude(cells, "TOTAL_ROW")
        self.totals += figures
        self.totals_differing += differing

    def truth(self) -> dict[str, Any]:
        """Return the file's expected conservation line."""
        rejected, excluded = self.rejected.total(), self.excluded.total()
        return {
            "rows_in": self.accepted + rejected + excluded,
            "rows_accepted": self.accepted,
            "rows_rejected": rejected,
            "rows_excluded": excluded,
            "reasons": dict(sorted((self.rejected + self.excluded).items())),
            "entity_rows": dict(sorted(self.entities.items())),
            "flags": dict(sorted(self.flags.items())),
            "totals_found": self.totals,
            "totals_differing": self.totals_differing,
        }


def as_merged(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Return the rows with None for blank cells, as a spreadsheet leaves them."""
    return [[None if cell == "" else cell for cell in row] for row in rows]


def to_csv(sheet: Sheet, encoding: str) -> bytes:
    """Return the sheet's rows as CSV with Windows line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(sheet.rows)
    return text.getvalue().encode(encoding)
