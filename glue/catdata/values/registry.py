"""The parsers that contracts name, with what each fills and which arguments it takes."""

from catdata.values.ages import parse_age
from catdata.values.births import parse_birth_date
from catdata.values.breeds import parse_breed
from catdata.values.categories import parse_categories
from catdata.values.coats import parse_coat
from catdata.values.dates import parse_date
from catdata.values.municipalities import parse_municipality
from catdata.values.numbers import parse_count, parse_statistic, parse_yen
from catdata.values.periods import parse_fiscal_year, parse_period
from catdata.values.places import parse_place
from catdata.values.presence import parse_collar, parse_presence
from catdata.values.result import Parser
from catdata.values.sex import parse_neutered, parse_sex
from catdata.values.sizes import parse_body_size
from catdata.values.text import parse_free_text, parse_identifier, parse_text

BIRTH = ("birth_from", "birth_to")

PARSERS: dict[str, Parser] = {
    parser.name: parser
    for parser in (
        Parser("text", ("*",), parse_text),
        Parser("free_text", ("*",), parse_free_text),
        Parser("identifier", ("*",), parse_identifier),
        Parser("date", ("*", "*_precision"), parse_date, ("order",)),
        Parser("period", ("period_start", "period_end"), parse_period),
        Parser("fiscal_year", ("fiscal_year",), parse_fiscal_year, ("edition", "era")),
        Parser("count", ("*",), parse_count, ("optional",)),
        Parser("statistic", ("value", "value_status"), parse_statistic),
        Parser("yen", ("*",), parse_yen),
        Parser(
            "age",
            ("age_months_min", "age_months_max", "age_basis", *BIRTH, "life_stage"),
            parse_age,
            ("unit",),
        ),
        Parser("birth_date", BIRTH, parse_birth_date, ("order",)),
        Parser("sex", ("sex", "neuter_status"), parse_sex),
        Parser("neutered", ("neuter_status",), parse_neutered),
        Parser("coat", ("coat", "hair_length", "breed", "sex", "neuter_status"), parse_coat),
        Parser("breed", ("breed", "hair_length"), parse_breed),
        Parser("body_size", ("body_size",), parse_body_size),
        Parser("collar", ("collar_present", "collar"), parse_collar),
        Parser("presence", ("*",), parse_presence),
        Parser("place", ("*",), parse_place),
        Parser("municipality", ("municipality_code",), parse_municipality, ("prefecture", "ward")),
        Parser("categories", ("categories",), parse_categories),
    )
}
