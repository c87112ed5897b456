{%- set record_only = [
    'transfers_in', 'births_in_care', 'kittens', 'intakes_of_known_age', 'returned_to_field',
    'transferred_out', 'escaped', 'unknown_outcomes', 'known_outcomes', 'live_outcomes'
] -%}
{%- set published_only = [
    'first_intakes', 'first_returned_and_rehomed', 'first_euthanized', 'intake_difference',
    'euthanized_difference', 'revised_figures'
] -%}
{%- set both = [
    'intakes', 'intakes_owner', 'intakes_stray', 'unweaned_intakes', 'injured_intakes',
    'returned', 'rehomed', 'returned_and_rehomed',
    'euthanized', 'euthanized_1', 'euthanized_2', 'euthanized_3',
    'injured_returned', 'injured_rehomed', 'injured_euthanized', 'complaints', 'carcasses', 'tnr_heads'
] -%}

with figures as (
    select
        municipality_code,
        fiscal_year,
        {% for measure in both + record_only %}
        {{ measure }},
        {% endfor %}
        {% for measure in published_only %}
        cast(null as bigint) as {{ measure }},
        {% endfor %}
        'records' as basis,
        '' as body_scope
    from {{ ref('int_record_year') }}
    union all
    select
        municipality_code,
        fiscal_year,
        {% for measure in both %}
        {{ measure }},
        {% endfor %}
        {% for measure in record_only %}
        cast(null as bigint) as {{ measure }},
        {% endfor %}
        {% for measure in published_only %}
        {{ measure }},
        {% endfor %}
        'annual_report' as basis,
        body_scope
    from {{ ref('int_published_year') }}
)

select
    figures.municipality_code,
    figures.fiscal_year,
    figures.basis,
    figures.body_scope,
    {% for measure in both + record_only %}
    figures.{{ measure }},
    {% endfor %}
    figures.body_scope = '' and coalesce(bodies.excludes_reporting_cities, false)
        as excludes_reporting_cities,
    bodies.covered_population as population,
    {{ ratio('10000 * figures.intakes', 'bodies.covered_population', places=3) }} as per_10k_people,
    {{ rate_columns('return_rehome_rate', 'figures.returned_and_rehomed', 'figures.intakes') }},
    {{ rate_columns('euthanasia_rate', 'figures.euthanized', 'figures.intakes') }},
    {{ rate_columns('live_release_rate', 'figures.live_outcomes', 'figures.known_outcomes') }},
    {{ rate_columns('category_2_rate', 'figures.euthanized_2', 'figures.intakes') }},
    {{ rate_columns('died_share', 'figures.euthanized_3', 'figures.euthanized') }},
    {{ rate_columns('kitten_share', 'figures.kittens', 'figures.intakes_of_known_age') }},
    figures.{{ published_only | join(', figures.') }}
from figures
left join {{ ref('int_body') }} as bodies
    on
        figures.municipality_code = bodies.municipality_code
        -- How many people live in another part of a body is not known.
        and figures.body_scope = ''
