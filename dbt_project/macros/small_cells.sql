{#- Which cells of a breakdown must be hidden, and which second cell with them, so that the hidden ones
    cannot be worked out from the total. A select body over `cells`, which has one row a cell.

    - A cell under 5 is hidden.
    - The hidden cells' sum follows from the total. Each is at least 1, so that the largest any of them
      can be is sum - (cells - 1): when that is under 5, one more cell is hidden. It is chosen by name,
      not by size, so that the choice tells nothing.
    - A sum of 4 x cells would say that each of them is 4, where a cell that is shown stands before them
      all by name and so none of them can be that one more: then too one more cell is hidden.
    - Where no other cell is left, hiding does not help: the cells are not even named (is_withheld). -#}
{% macro small_cells(cells, partition_by, cell, measure) -%}
    {%- set is_small = measure ~ ' < 5' -%}
    select
        *,
        {{ is_small }} or (is_unprotected and protector_no = 1) as is_suppressed,
        is_unprotected and large_cells = 0 as is_withheld
    from (
        select
            *,
            coalesce(
                sum(case when {{ is_small }} then {{ measure }} end) over (partition by {{ partition_by }})
                < sum(case when {{ is_small }} then 1 end) over (partition by {{ partition_by }}) + 4
                or sum(case when {{ is_small }} then {{ measure }} - 4 end)
                    over (partition by {{ partition_by }}) = 0,
                false
            ) as is_unprotected,
            sum(case when {{ is_small }} then 0 else 1 end) over (partition by {{ partition_by }})
                as large_cells,
            row_number() over (
                partition by {{ partition_by }}
                order by case when {{ is_small }} then 1 else 0 end asc, {{ cell }} asc
            ) as protector_no
        from {{ cells }}
    ) as {{ cells }}_judged
{%- endmacro %}
