"""The contracts of the sample sources fit the files and the bodies of the generator."""

from typing import Any

from catdata.contracts.load import load_contracts
from catdata.contracts.match import match
from catdata.samples.bodies import BODIES
from catdata.samples.generate import SampleFile

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
