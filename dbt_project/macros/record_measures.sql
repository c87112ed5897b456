{#- The measures of records over some months, as columns: null where the body has no records of the
    kind (a blank is never zero). Reads int_record_month as `months`, int_record_coverage as `coverage`. -#}
{% macro record_measures() -%}
    {%- set of_intakes = [
        'intakes', 'intakes_owner', 'intakes_stray', 'unweaned_intakes', 'injured_intakes',
        'transfers_in', 'births_in_care', 'kittens', 'intakes_of_known_age'
    ] -%}
    {%- set of_outcomes = {
        'returned': 'returned',
        'rehomed': 'rehomed',
        'returned_and_rehomed': 'returned + months.rehomed',
        'euthanized': 'euthanized_1 + months.euthanized_2 + months.euthanized_3'
            ~ ' + months.euthanized_unclassified',
        'euthanized_3': 'euthanized_3',
        'returned_to_field': 'returned_to_field',
        'transferred_out': 'transferred_out',
        'escaped': 'escaped',
        'injured_returned': 'injured_returned',
        'injured_rehomed': 'injured_rehomed',
        'injured_euthanized': 'injured_euthanized',
        'known_outcomes': 'known_outcomes',
        'live_outcomes': 'live_outcomes'
    } -%}
    {% for measure in of_intakes -%}
    cast(sum(case when coverage.has_intakes then months.{{ measure }} end) as bigint) as {{ measure }},
    {% endfor -%}
    {% for measure, expression in of_outcomes.items() -%}
    cast(sum(case when coverage.has_outcomes then months.{{ expression }} end) as bigint)
        as {{ measure }},
    {% endfor -%}
    {#- A category is known only where every euthanised animal has one. -#}
    {% for measure in ['euthanized_1', 'euthanized_2'] -%}
    case
        when sum(months.euthanized_unclassified) = 0
            then cast(sum(case when coverage.has_outcomes then months.{{ measure }} end) as bigint)
    end as {{ measure }},
    {% endfor -%}
    cast(sum(months.unknown_outcomes) as bigint) as unknown_outcomes
{%- endmacro %}
