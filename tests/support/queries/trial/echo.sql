-- The values given, as they arrive. Reads no table.
SELECT
    :number::bigint AS number,
    :text::text AS text,
    :texts::text[] AS texts,
    :numbers::bigint[] AS numbers,
    :grid::text[] AS grid,
    :moment::timestamp AS moment,
    to_char(:instant::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS instant
