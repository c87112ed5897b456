"""Which contract and table a raw file belongs to, by its name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from catdata.contracts.model import Contract, Table


def table_for(contract: Contract, file_name: str) -> Table | None:
    """Return the contract's table whose file pattern matches the whole name, None when none does."""
    composed = unicodedata.normalize("NFC", file_name)
    return next((t for t in contract.tables if re.fullmatch(t.file, composed)), None)


def match(
    file_name: str, contracts: Mapping[str, Contract] | Iterable[Contract]
) -> list[tuple[Contract, Table]]:
    """Return every contract and table that claims a file name, in the order of source ids.

    More than one pair means that the name alone does not say where the file comes from.
    """
    known = contracts.values() if isinstance(contracts, Mapping) else contracts
    return [
        (contract, table)
        for contract in sorted(known, key=lambda c: c.source_id)
        if (table := table_for(contract, file_name)) is not None
    ]
