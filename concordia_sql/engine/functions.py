"""Functions that give one value for each row: neither aggregates nor functions that return sets.

A function that is not listed here, as one of the user's own, may be either.
"""

from concordia_sql.engine.select import Parts

SYNTAX = frozenset(
    """
    all and any array between case cast coalesce else end escape except exists extract filter from greatest ilike in
    interval is least like not nullif on or over overlay position row similar some substring symmetric then to trim
    using when zone bit char character decimal float numeric time timestamp varchar varying
    """.split()  # noqa: SIM905 - a list would be a word a line
)
"""Key words that may come before a bracket: they are not functions, or are functions with a syntax of their own."""

PLAIN = frozenset(
    """
    abs age array_append array_cat array_length array_lower array_ndims array_position array_positions array_prepend
    array_remove array_replace array_to_json array_to_string array_upper ascii bit_length btrim cardinality ceil ceiling
    char_length chr clock_timestamp concat concat_ws date_bin date_part date_trunc decode div encode exp floor format
    gen_random_uuid initcap isempty isfinite json_array_length json_build_array json_build_object json_extract_path
    json_extract_path_text json_strip_nulls json_typeof jsonb_array_length jsonb_build_array jsonb_build_object
    jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_path_exists jsonb_path_match jsonb_path_query_array
    jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof justify_days justify_hours
    justify_interval left length ln log lower lower_inc lower_inf lpad ltrim make_date make_interval make_time
    make_timestamp make_timestamptz md5 mod normalize now num_nonnulls num_nulls octet_length pi power quote_ident
    quote_literal quote_nullable random regexp_replace repeat replace reverse right round row_to_json rpad rtrim sha256
    sign split_part sqrt starts_with statement_timestamp string_to_array strpos substr timezone to_char to_date to_hex
    to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector translate trunc ts_headline ts_rank upper upper_inc
    upper_inf width_bucket
    """.split()  # noqa: SIM905 - a list would be a word a line
)


def calls_only_plain_functions(parts: Parts) -> bool:
    """Whether an expression calls only functions that are listed here. Subselects are not looked into."""
    for index, part in enumerate(parts):
        if part.text in ("(", "[") and not part.query and not calls_only_plain_functions(part.inside):
            return False
        if part.name and index + 1 < len(parts) and parts[index + 1].text == "(":
            before = parts[index - 1].text if index else ""
            is_known = part.name in PLAIN or part.keyword in SYNTAX
            if not (before == "::" or (is_known and before != ".") or _is_window_call(parts, index + 2)):
                return False
    return True


def _is_window_call(parts: Parts, index: int) -> bool:
    """Whether OVER follows the arguments of a function."""
    if index < len(parts) and parts[index].keyword == "filter":
        index += 2
    return index < len(parts) and parts[index].keyword == "over"
