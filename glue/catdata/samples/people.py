"""Invented people whose personal data the samples plant, and a record of everything planted."""

from dataclasses import dataclass, field

from faker import Faker

from catdata.samples.bodies import Body
from catdata.samples.world import Place


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person with everything a municipal form asks for."""

    name: str
    phone: str
    mail: str
    account: str
    address: str
    place: Place


@dataclass(slots=True)
class People:
    """Makes people of a seed; `planted` collects every personal string that a file may hold."""

    seed: int
    planted: set[str] = field(default_factory=set)
    _faker: Faker = field(init=False)

    def __post_init__(self) -> None:
        self._faker = Faker("ja_JP")
        self._faker.seed_instance(self.seed)

    def person(self, body: Body, place: Place) -> Person:
        """Return a new person who lives at a place of a body."""
        fake = self._faker
        person = Person(
            name=fake.name(),
            phone=f"0{fake.random_element(('90', '80', '70'))}-{fake.numerify('0###-####')}",
            mail=f"{fake.user_name()}{fake.random_int(100, 999)}@{fake.safe_domain_name()}",
            account=f"{fake.last_name()}銀行 普通 {fake.numerify('00#####')}",
            address=f"{body.name}{place.area}{place.street}",
            place=place,
        )
        self.planted |= {person.name, person.phone, person.mail, person.account, person.address}
        return person

    def chip(self) -> str:
        """Return a microchip number: 15 digits with Japan's prefix 392."""
        number = f"392{self._faker.numerify('############')}"
        self.planted.add(number)
        return number
