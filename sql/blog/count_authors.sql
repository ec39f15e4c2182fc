-- The number of authors that match the filters of list_authors. Served by the index on works_for_id, or reads all.
-- uses: blog/chosen_author
SELECT count(*) AS count
FROM (
    SELECT blog_chosen_author.id
    FROM blog_chosen_author
    LIMIT :at_most -- noqa: AM09
) AS counted
