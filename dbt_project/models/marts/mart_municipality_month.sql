with figures as (
    select
        months.municipality_code,
        months.month_start,
        max(months.fiscal_year) as fiscal_year,
        {{ record_measures() }}
    from {{ ref('int_record_month') }} as months
    inner join {{ ref('int_record_coverage') }} as coverage
        on months.municipality_code = coverage.municipality_code
    where months.month_start is not null
    group by months.municipality_code, months.month_start
)

select
    figures.*,
    bodies.covered_population as population,
    {{ ratio('10000 * figures.intakes', 'bodies.covered_population', places=3) }} as per_10k_people,
    {{ rate_columns('return_rehome_rate', 'figures.returned_and_rehomed', 'figures.intakes') }},
    {{ rate_columns('euthanasia_rate', 'figures.euthanized', 'figures.intakes') }},
    {{ rate_columns('live_release_rate', 'figures.live_outcomes', 'figures.known_outcomes') }},
    {{ rate_columns('category_2_rate', 'figures.euthanized_2', 'figures.intakes') }},
    {{ rate_columns('died_share', 'figures.euthanized_3', 'figures.euthanized') }},
    {{ rate_columns('kitten_share', 'figures.kittens', 'figures.intakes_of_known_age') }}
from figures
left join {{ ref('int_body') }} as bodies
    on figures.municipality_code = bodies.municipality_code
