{%- set measures = [
    'intakes', 'intakes_owner', 'intakes_stray', 'injured_intakes', 'returned', 'rehomed',
    'returned_and_rehomed', 'euthanized', 'euthanized_1', 'euthanized_2', 'euthanized_3',
    'complaints', 'carcasses', 'tnr_heads'
] -%}

with figures as (
    {% for measure in measures %}
    select
        municipality_code,
        fiscal_year,
        basis,
        '{{ measure }}' as measure,
        {{ measure }} as value
    from {{ ref('mart_municipality_fiscal_year') }}
    where {{ measure }} is not null and body_scope = ''
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The body's published figure is what its target speaks of; its records stand in where none is out.
chosen as (
    select
        *,
        row_number() over (
            partition by municipality_code, fiscal_year, measure order by basis asc
        ) as preference
    from figures
),

years as (
    select distinct fiscal_year
    from {{ ref('dim_date') }}
    union
    select distinct fiscal_year
    from figures
    union
    select base_year as fiscal_year
    from {{ ref('stg_ref_target') }}
    union
    select target_year as fiscal_year
    from {{ ref('stg_ref_target') }}
),

paths as (
    select
        targets.municipality_code,
        targets.measure,
        years.fiscal_year,
        targets.base_year,
        targets.base_value,
        targets.target_year,
        targets.target_value,
        targets.base_value * (targets.target_year - targets.base_year)
        + (targets.target_value - targets.base_value) * (years.fiscal_year - targets.base_year)
            as path_numerator,
        targets.target_year - targets.base_year as path_years
    from {{ ref('stg_ref_target') }} as targets
    inner join years
        on years.fiscal_year between targets.base_year and targets.target_year
)

select
    paths.municipality_code,
    paths.measure,
    paths.fiscal_year,
    paths.base_year,
    paths.base_value,
    paths.target_year,
    paths.target_value,
    {{ ratio('paths.path_numerator', 'paths.path_years', places=3) }} as path_value,
    chosen.value,
    chosen.basis,
    case
        when paths.target_value <= paths.base_value
            then chosen.value * paths.path_years <= paths.path_numerator
        else chosen.value * paths.path_years >= paths.path_numerator
    end as is_on_path
from paths
left join chosen
    on
        paths.municipality_code = chosen.municipality_code
        and paths.measure = chosen.measure
        and paths.fiscal_year = chosen.fiscal_year
        and chosen.preference = 1
