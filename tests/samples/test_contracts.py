"""The contracts of the sample sources fit the files and the bodies of the generator."""

from typing import Any

from catdata.contracts.load import load_contracts
from catdata.contracts.match import match
from catdata.samples.bodies import BODIES
from catdata.samples.generate import CORRECTED, SampleFile

Samples = tuple[list[SampleFile], dict[str, Any]]


def test_every_name_fits_exactly_its_own_contract(samples: Samples) -> None:
    contracts = load_contracts()
    for file in samples[0]:
        assert [c.source_id for c, _ in match(file.name, contracts)] == [file.source_id]


def test_contracts_tell_the_bodies_as_the_generator_does() -> None:
    told = {
        (b.code, b.name, b.name_en, b.kind, b.population, b.fictional)
        for c in load_contracts().values()
        if c.source_id.startswith("sample-") and (b := c.body) is not None
    }
    assert told == {(b.code, b.name, b.name_en, b.kind, b.population, True) for b in BODIES}


def test_targets_start_from_the_figures_of_their_base_year(samples: Samples) -> None:
    years = {
        (y["municipality_code"], y["fiscal_year"]): y["measures"]
        for y in samples[1]["shelter_years"][CORRECTED]
    }
    targets = [
        (contract.body.code, target)
        for contract in load_contracts().values()
        if contract.body is not None and contract.body.fictional
        for target in contract.targets
    ]
    assert len(targets) == 3
    for code, target in targets:
        assert years[code, target.base_year][target.measure] == target.base_value
