-- A category that ListListings asks for, where the newest listings of each are merged: its category is the only filter and has up to 100 below it.
-- uses: services/chosen_category
SELECT merged.id
FROM (
    WITH below AS MATERIALIZED (
        SELECT services_chosen_category.id
        FROM services_chosen_category
        LIMIT 101 -- noqa: AM09
    )

    SELECT below.id
    FROM below
    WHERE
        coalesce(
            :language::text, :status::text, :organization::text, :provider_id::text, :price_type::text,
            :is_featured::boolean::text, :display_in_home::boolean::text, :is_mobile::boolean::text
        ) IS NULL
        AND :category::text IS NOT NULL
        AND (SELECT count(counted.id) FROM below AS counted) <= 100
) AS merged
