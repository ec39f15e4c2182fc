-- A comment or review that is approved and of what visitors see, unless others are asked for; none that is deleted. A review has an author.
-- uses: $readable, auth/public_user
-- names: nodes, subject_id, author_id
SELECT
    nodes.id,
    nodes.subject_id,
    nodes.parent_id,
    nodes.author_name,
    nodes.author_email,
    nodes.author_id, -- when $author_id
    nodes.content,
    nodes.rating,
    nodes.status,
    nodes.in_language,
    nodes.deleted_at,
    nodes.created_at,
    nodes.updated_at
    , ( -- when $author_id -- noqa: LT04
        SELECT to_json(auth_public_user.*) -- when $author_id
        FROM auth_public_user -- when $author_id
        WHERE auth_public_user.id = nodes.author_id -- when $author_id
    ) AS author -- when $author_id
FROM nodes
INNER JOIN readable ON nodes.subject_id = readable.id
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(nodes.deleted_at IS NULL, FALSE)
    AND (
        coalesce(nodes.status = 'approved', FALSE)
        OR :with_unpublished::boolean -- when :with_unpublished
    )
