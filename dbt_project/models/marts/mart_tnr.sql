with levels as (
    select
        municipality_code,
        fiscal_year,
        'municipality' as level,
        'all' as area,
        cast(sum(heads) as bigint) as heads,
        cast(sum(male_heads) as bigint) as male_heads,
        cast(sum(female_heads) as bigint) as female_heads,
        cast(sum(subsidy_yen) as bigint) as subsidy_yen,
        cast(sum(subsidised_heads) as bigint) as subsidised_heads,
        'observed' as value_status
    from {{ ref('int_tnr_area') }}
    group by municipality_code, fiscal_year
    union all
    select
        municipality_code,
        fiscal_year,
        'area' as level,
        area,
        case when not is_suppressed then heads end as heads,
        case when is_sex_shown then male_heads end as male_heads,
        case when is_sex_shown then female_heads end as female_heads,
        -- Prices are public and differ by sex: the split would follow from the yen.
        case when is_sex_shown then subsidy_yen end as subsidy_yen,
        case when is_sex_shown then subsidised_heads end as subsidised_heads,
        case when is_suppressed then 'suppressed' else 'observed' end as value_status
    from {{ ref('int_tnr_area') }}
    where not is_withheld
    union all
    select
        municipality_code,
        fiscal_year,
        'area' as level,
        'withheld' as area,
        cast(null as bigint) as heads,
        cast(null as bigint) as male_heads,
        cast(null as bigint) as female_heads,
        cast(null as bigint) as subsidy_yen,
        cast(null as bigint) as subsidised_heads,
        'suppressed' as value_status
    from {{ ref('int_tnr_area') }}
    where is_withheld
    group by municipality_code, fiscal_year
),

estimates as (
    select
        recaptures.municipality_code,
        recaptures.fiscal_year,
        recaptures.area,
        marked.heads as marked,
        recaptures.captured,
        recaptures.recaptured
    from {{ ref('int_recapture') }} as recaptures
    inner join {{ ref('int_tnr_area') }} as marked
        on
            recaptures.municipality_code = marked.municipality_code
            and recaptures.area = marked.area
            and recaptures.fiscal_year = marked.fiscal_year + 1
    where
        not marked.is_suppressed
        and recaptures.captured >= 5
        and recaptures.recaptured >= 5
        and recaptures.recaptured <= marked.heads
)

select
    levels.municipality_code,
    levels.fiscal_year,
    levels.level,
    levels.area,
    levels.heads,
    levels.male_heads,
    levels.female_heads,
    levels.subsidy_yen,
    levels.value_status,
    {{ ratio('levels.female_heads', '(levels.male_heads + levels.female_heads)') }} as female_share,
    {{ ratio('levels.subsidy_yen', 'levels.subsidised_heads', places=1) }} as yen_per_head,
    case
        when levels.level = 'municipality'
            then {{ ratio('10000 * levels.heads', 'bodies.covered_population', places=3) }}
    end as heads_per_10k_people,
    estimates.marked,
    estimates.captured,
    estimates.recaptured,
    -- Chapman's estimator (D. G. Chapman, Univ. California Publ. Stat. 1, 1951):
    -- (M + 1)(C + 1) / (R + 1) - 1, over one denominator.
    {{ ratio(
        '((estimates.marked + 1) * (estimates.captured + 1) - (estimates.recaptured + 1))',
        '(estimates.recaptured + 1)', places=2
    ) }} as population_estimate
from levels
left join {{ ref('int_body') }} as bodies
    on levels.municipality_code = bodies.municipality_code
left join estimates
    on
        levels.level = 'area'
        and levels.municipality_code = estimates.municipality_code
        and levels.fiscal_year = estimates.fiscal_year
        and levels.area = estimates.area
