{%- set measures = [
    'intake_total', 'intake_owner', 'intake_stray', 'injured_intake', 'returned', 'rehomed',
    'returned_and_rehomed', 'euthanized_total', 'euthanized_1', 'euthanized_2', 'euthanized_3',
    'injured_returned', 'injured_rehomed', 'injured_euthanized', 'carcass', 'complaint', 'tnr_heads',
    'tnr_heads_male', 'tnr_heads_female', 'tnr_heads_pregnant'
] -%}

with classes as (
    select
        municipality_code,
        fiscal_year,
        body_scope,
        measure,
        max(case when age_class = 'all' then value end) as stated,
        max(case when age_class = 'adult' then value end) as adult,
        max(case when age_class = 'unweaned' then value end) as unweaned,
        max(case when age_class = 'not_distinguished' then value end) as not_distinguished,
        max(case when age_class = 'all' then first_value end) as first_stated,
        max(case when age_class = 'adult' then first_value end) as first_adult,
        max(case when age_class = 'unweaned' then first_value end) as first_unweaned,
        max(case when age_class = 'not_distinguished' then first_value end) as first_not_distinguished,
        max(revision) as revision,
        max(case when distinct_values > 1 then 1 else 0 end) as is_revised
    from {{ ref('int_published_figure') }}
    where not is_partial
    group by municipality_code, fiscal_year, body_scope, measure
),

-- うち幼齢 is a part of a stated figure and never added to it. Only where the publisher states adult and
-- unweaned and no whole are the two, which then exclude each other, summed.
wholes as (
    select
        municipality_code,
        fiscal_year,
        body_scope,
        measure,
        coalesce(stated, adult + unweaned + coalesce(not_distinguished, 0), not_distinguished) as value,
        coalesce(
            first_stated,
            first_adult + first_unweaned + coalesce(first_not_distinguished, 0),
            first_not_distinguished
        ) as first_value,
        unweaned,
        revision,
        is_revised
    from classes
),

pivoted as (
    select
        municipality_code,
        fiscal_year,
        body_scope,
        {% for measure in measures %}
        max(case when measure = '{{ measure }}' then value end) as {{ measure }},
        {% endfor %}
        {% for measure in ['returned', 'rehomed', 'returned_and_rehomed'] %}
        max(case when measure = '{{ measure }}' then revision end) as {{ measure }}_revision,
        {% endfor %}
        {% for measure in [
            'intake_total', 'intake_owner', 'intake_stray', 'returned', 'rehomed',
            'returned_and_rehomed', 'euthanized_total'
        ] %}
        max(case when measure = '{{ measure }}' then first_value end) as first_{{ measure }},
        {% endfor %}
        max(case when measure = 'intake_total' then unweaned end) as intake_total_unweaned,
        max(case when measure = 'intake_owner' then unweaned end) as intake_owner_unweaned,
        max(case when measure = 'intake_stray' then unweaned end) as intake_stray_unweaned,
        cast(sum(is_revised) as bigint) as revised_figures
    from wholes
    group by municipality_code, fiscal_year, body_scope
)

select
    municipality_code,
    fiscal_year,
    body_scope,
    coalesce(intake_total, intake_owner + intake_stray) as intakes,
    intake_owner as intakes_owner,
    intake_stray as intakes_stray,
    coalesce(intake_total_unweaned, intake_owner_unweaned + intake_stray_unweaned) as unweaned_intakes,
    injured_intake as injured_intakes,
    returned,
    rehomed,
    -- The sum of the parts, unless the whole alone is known or was revised after its parts.
    case
        when returned is null or rehomed is null then returned_and_rehomed
        when
            returned_and_rehomed_revision > returned_revision
            and returned_and_rehomed_revision > rehomed_revision
            then returned_and_rehomed
        else returned + rehomed
    end as returned_and_rehomed,
    coalesce(euthanized_total, euthanized_1 + euthanized_2 + euthanized_3) as euthanized,
    euthanized_1,
    euthanized_2,
    euthanized_3,
    injured_returned,
    injured_rehomed,
    injured_euthanized,
    complaint as complaints,
    carcass as carcasses,
    coalesce(
        tnr_heads, tnr_heads_male + tnr_heads_female + coalesce(tnr_heads_pregnant, 0)
    ) as tnr_heads,
    coalesce(first_intake_total, first_intake_owner + first_intake_stray) as first_intakes,
    coalesce(first_returned + first_rehomed, first_returned_and_rehomed) as first_returned_and_rehomed,
    first_euthanized_total as first_euthanized,
    intake_total - (intake_owner + intake_stray) as intake_difference,
    euthanized_total - (euthanized_1 + euthanized_2 + euthanized_3) as euthanized_difference,
    revised_figures
from pivoted
