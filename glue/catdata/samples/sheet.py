"""A file being written: its rows, and what must become of each of them."""

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

    def total(self, cells: Sequence[Cell], *, differs: bool) -> None:
        """Add a total row, and whether its figure differs from the accepted rows it sums."""
        self.exclude(cells, "TOTAL_ROW")
        self.totals += 1
        self.totals_differing += differs

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
