{%- set fields = ['intake_type', 'sex', 'coat', 'neuter_status', 'life_stage'] -%}

with reused as (
    select distinct
        source_id,
        intake_id
    from {{ ref('int_reused_number') }}
),

intakes as (
    select
        records.source_id,
        records.source_object,
        records.load_id,
        count(*) as intake_rows,
        sum(case when reused.intake_id is not null then 1 else 0 end) as reused_number_rows,
        {% for field in fields %}
        sum(case when coalesce(records.{{ field }}, 'unknown') = 'unknown' then 1 else 0 end)
            as unknown_{{ field }},
        {% endfor %}
        sum(case when records.facility is null then 1 else 0 end) as unknown_facility
    from {{ ref('stg_shelter_intake') }} as records
    left join reused
        on
            records.source_id = reused.source_id
            and records.intake_id = reused.intake_id
    group by records.source_id, records.source_object, records.load_id
),

outcomes as (
    select
        source_id,
        source_object,
        load_id,
        count(*) as outcome_rows,
        sum(case when outcome_type = 'unknown' then 1 else 0 end) as unknown_outcome_type,
        sum(case when outcome_date is null then 1 else 0 end) as unknown_outcome_date
    from {{ ref('stg_outcome') }}
    where outcome_type <> 'in_care'
    group by source_id, source_object, load_id
),

wholes as (
    select
        source_id,
        source_object,
        load_id,
        municipality_code,
        fiscal_year,
        edition,
        revision,
        max(case when measure = 'intake_total' and age_class = 'all' then value end) as intakes,
        sum(
            case when measure in ('intake_owner', 'intake_stray') and age_class = 'all' then value end
        ) as intake_parts,
        count(distinct case
            when measure in ('intake_owner', 'intake_stray') and age_class = 'all' and value is not null
                then measure
        end) as intake_parts_known
    from {{ ref('stg_annual_report') }}
    group by source_id, source_object, load_id, municipality_code, fiscal_year, edition, revision
),

published as (
    select
        source_id,
        source_object,
        load_id,
        sum(case when revision > 0 then 1 else 0 end) as revised_body_years,
        sum(case when intake_parts_known = 2 and intakes <> intake_parts then 1 else 0 end)
            as published_differences
    from wholes
    group by source_id, source_object, load_id
),

newest as (
    select max(committed_at) as committed_at
    from {{ ref('stg_load') }}
),

ledger as (
    select
        *,
        lag(committed_at) over (
            partition by source_id order by committed_at asc, source_object asc, object_version asc
        ) as previous_committed_at,
        max(case when status = 'committed' then committed_at end) over (partition by source_id)
            as source_committed_at,
        sum(case when compacted_at is null then 1 else 0 end) over (
            partition by source_id, source_object
            order by object_version asc
            rows between unbounded preceding and current row
        ) as contents,
        sum(case when is_visible then 1 else 0 end) over (partition by source_id, content_sha256)
            as objects_of_content
    from {{ ref('stg_load') }}
),

timed as (
    select
        ledger.*,
        {{ days_between('ledger.source_committed_at', 'newest.committed_at') }} as days_behind
    from ledger
    cross join newest
)

select
    timed.source_id,
    timed.source_object,
    timed.object_version,
    timed.load_id,
    timed.status,
    timed.is_head,
    timed.compacted_at is not null as is_compaction,
    timed.committed_at,
    timed.rows_in,
    timed.rows_accepted,
    timed.rows_rejected,
    timed.rows_excluded,
    timed.rows_in - timed.rows_accepted - timed.rows_rejected - timed.rows_excluded as rows_unaccounted,
    cast(timed.totals_found as bigint) as totals_found,
    cast(timed.totals_differing as bigint) as totals_differing,
    cast(published.published_differences as bigint) as published_differences,
    cast(published.revised_body_years as bigint) as revised_body_years,
    cast(timed.contents - 1 as bigint) as corrections,
    cast(
        case
            when timed.is_visible and timed.content_sha256 is not null then timed.objects_of_content - 1
        end as bigint
    ) as same_content_objects,
    intakes.intake_rows,
    cast(intakes.reused_number_rows as bigint) as reused_number_rows,
    {% for field in fields + ['facility'] %}
    {{ ratio('intakes.unknown_' ~ field, 'intakes.intake_rows') }} as unknown_{{ field }}_share,
    {% endfor %}
    outcomes.outcome_rows,
    {{ ratio('outcomes.unknown_outcome_type', 'outcomes.outcome_rows') }} as unknown_outcome_type_share,
    {{ ratio('outcomes.unknown_outcome_date', 'outcomes.outcome_rows') }} as unknown_outcome_date_share,
    timed.observed_date,
    {{ days_between('timed.observed_date', 'timed.committed_at') }} as days_to_load,
    {{ days_between('timed.previous_committed_at', 'timed.committed_at') }} as days_since_previous,
    timed.days_behind,
    case
        when timed.days_behind > sources.error_after_days then 'error'
        when timed.days_behind > sources.warn_after_days then 'warn'
        when sources.error_after_days is null and sources.warn_after_days is null then 'no_limit'
        else 'fresh'
    end as freshness
from timed
left join {{ ref('stg_ref_source') }} as sources
    on timed.source_id = sources.source_id
left join intakes
    on
        timed.source_id = intakes.source_id
        and timed.source_object = intakes.source_object
        and timed.load_id = intakes.load_id
left join outcomes
    on
        timed.source_id = outcomes.source_id
        and timed.source_object = outcomes.source_object
        and timed.load_id = outcomes.load_id
left join published
    on
        timed.source_id = published.source_id
        and timed.source_object = published.source_object
        and timed.load_id = published.load_id
