"""Rows that are no records: blank, total, note, repeated header, and what the contract excludes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catdata.normalize.compile import CompiledTable
from catdata.normalize.texts import Mask, Texts
from catdata.values import is_note, total_kind


@dataclass(frozen=True, slots=True)
class Screened:
    """The reason of each row's exclusion ("" none), as an index into `reasons`."""

    reason: npt.NDArray[np.int16]
    reasons: tuple[str, ...]
    totals: Mask


def screen(compiled: CompiledTable, texts: Texts, first_column: str) -> Screened:
    """Judge whole rows before any value is parsed; the first reason that holds counts.

    `first_column` is the column whose cell carries the label of totals and notes.
    """
    reasons = [""]
    reason = np.zeros(texts.rows, np.int16)

    def settle(mask: Mask, code: str) -> None:
        if mask.any():
            if code not in reasons:
                reasons.append(code)
            reason[mask & (reason == 0)] = reasons.index(code)

    settle(_blank(compiled, texts), "BLANK_ROW")
    settle(_repeated_header(compiled, texts), "REPEATED_HEADER")
    totals = np.zeros(texts.rows, np.bool_)
    if not first_column.startswith("@"):
        label = compiled.table.totals.label if compiled.table.totals else first_column
        totals = texts.where_unusual(label, lambda s: total_kind(s) is not None) & (reason == 0)
        settle(totals, "TOTAL_ROW")
        settle(texts.where_unusual(first_column, is_note), "NOTE_ROW")
    for exclusion in compiled.table.exclude:
        settle(texts.when(exclusion.when), exclusion.reason)
    return Screened(reason, tuple(reasons), totals)


def _blank(compiled: CompiledTable, texts: Texts) -> Mask:
    mask = np.ones(texts.rows, np.bool_)
    for name in texts.cheapest_first(compiled.read):
        mask &= texts.blank(name)
        if not mask.any():
            break
    return mask


def _repeated_header(compiled: CompiledTable, texts: Texts) -> Mask:
    """A row is a header again when at least two cells and half of its cells are their headers."""
    same = np.zeros(texts.rows, np.int16)
    for place, name in enumerate(texts.cheapest_first(compiled.read)):
        same += texts.titled(name)
        if place > len(compiled.read) // 2 and not same.any():
            return np.zeros(texts.rows, np.bool_)
    filled = np.zeros(texts.rows, np.int16)
    for name in compiled.read:
        filled += ~texts.blank(name)
    return (same >= min(2, len(compiled.read))) & (2 * same >= filled)
