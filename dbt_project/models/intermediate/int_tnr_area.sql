with areas as (
    select
        municipality_code,
        fiscal_year,
        area,
        cast(sum(heads) as bigint) as heads,
        cast(sum(case when sex = 'male' then heads else 0 end) as bigint) as male_heads,
        cast(sum(case when sex = 'female' then heads else 0 end) as bigint) as female_heads,
        cast(sum(subsidy_yen) as bigint) as subsidy_yen,
        cast(sum(case when subsidy_yen is not null then heads else 0 end) as bigint) as subsidised_heads
    from {{ ref('int_tnr_case') }}
    where heads > 0
    group by municipality_code, fiscal_year, area
),

judged as (
    {{ small_cells('areas', 'municipality_code, fiscal_year', 'area', 'heads') }}
)

select
    municipality_code,
    fiscal_year,
    area,
    heads,
    male_heads,
    female_heads,
    subsidy_yen,
    subsidised_heads,
    is_suppressed,
    is_withheld,
    -- The split by sex is shown for all areas of the year or for none: one that is left out would
    -- follow from the body's own split.
    min(
        case
            when
                male_heads >= 5
                and female_heads >= 5
                and not is_suppressed
                and (heads = male_heads + female_heads or heads - male_heads - female_heads >= 5)
                then 1
            else 0
        end
    ) over (partition by municipality_code, fiscal_year) = 1 as is_sex_shown
from judged
