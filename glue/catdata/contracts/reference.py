"""What the contracts themselves say, as rows of the lake's reference tables."""

from collections.abc import Mapping
from typing import Any

from catdata.contracts.model import Body, Contract

Row = dict[str, Any]


def bodies(contracts: Mapping[str, Contract]) -> list[Row]:
    """Return ref_body rows of the bodies that contracts name themselves, one a code, by code.

    A body given by its code alone is in the Japanese code list and has no row here.
    """
    named = {
        contract.body.code: contract.body
        for contract in contracts.values()
        if contract.body is not None and contract.body.name is not None
    }
    return [_body(named[code]) for code in sorted(named)]


def _body(body: Body) -> Row:
    return {
        "municipality_code": body.code,
        "country": body.country,
        "prefecture": body.prefecture,
        "name": body.name,
        "name_en": body.name_en,
        "kind": body.kind,
        "fiscal_year_start_month": body.fiscal_year_start_month,
        "population": body.population,
        "population_year": body.population_year,
        "is_fictional": body.fictional,
    }


def sources(contracts: Mapping[str, Contract]) -> list[Row]:
    """Return one ref_source row a contract, by source id."""
    return [
        {
            "source_id": contract.source_id,
            "title": contract.title,
            "title_en": contract.title_en,
            "publisher": contract.publisher,
            "is_snapshot": contract.snapshot,
            "is_fictional": contract.body is not None and contract.body.fictional,
            "warn_after_days": contract.freshness.warn_after_days,
            "error_after_days": contract.freshness.error_after_days,
        }
        for _, contract in sorted(contracts.items())
    ]


def targets(contracts: Mapping[str, Contract]) -> list[Row]:
    """Return one ref_target row a target, in the order of source ids and of their files."""
    return [
        {"municipality_code": contract.body.code, **target.model_dump()}
        for _, contract in sorted(contracts.items())
        if contract.body is not None
        for target in contract.targets
    ]
