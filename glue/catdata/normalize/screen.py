"""Rows that are no records: blank, total, note, repeated header, and what the contract excludes."""

import numpy as np

from catdata.normalize.compile import CompiledTable
from catdata.normalize.texts import Texts
from catdata.normalize.verdicts import Mask, Verdicts
from catdata.values import is_note, total_kind


def screen(compiled: CompiledTable, texts: Texts, first_column: str, verdicts: Verdicts) -> Mask:
    """Judge whole rows before any value is parsed, and return which are totals.

    `first_column` is the column whose cell carries the label of totals and notes.
    """
    verdicts.settle(_blank(compiled, texts), "BLANK_ROW")
    verdicts.settle(_repeated_header(compiled, texts), "REPEATED_HEADER")
    label = compiled.table.totals.label if compiled.table.totals else first_column
    totals = texts.where_unusual(label, lambda s: total_kind(s) is not None) & verdicts.accepted
    verdicts.settle(totals, "TOTAL_ROW")
    verdicts.settle(texts.where_unusual(first_column, is_note), "NOTE_ROW")
    for exclusion in compiled.table.exclude:
        verdicts.settle(texts.when(exclusion.when), exclusion.reason)
    return totals


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
