-- What a body's records can tell at all: without any record of a kind its count is unknown, not zero.
select
    municipality_code,
    max(has_intakes) = 1 as has_intakes,
    max(has_outcomes) = 1 as has_outcomes
from (
    select
        municipality_code,
        1 as has_intakes,
        0 as has_outcomes
    from {{ ref('fct_intake') }}
    union all
    select
        municipality_code,
        0 as has_intakes,
        1 as has_outcomes
    from {{ ref('fct_outcome') }}
    where outcome_type <> 'unknown'
) as kinds
group by municipality_code
