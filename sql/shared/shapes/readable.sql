-- A post or listing of which visitors may read what belongs to it: one that is shown, or deleted or not shown where these are asked for.
-- names: subjects, shown, is_active
SELECT subjects.id
FROM subjects
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(
        subjects.deleted_at IS NULL
        AND subjects.is_active -- when $is_active
        AND subjects.status = 'shown',
        FALSE
    )
    OR ( -- when :with_unpublished
        :with_unpublished::boolean -- when :with_unpublished
        AND subjects.deleted_at IS NULL -- when :with_unpublished
        AND subjects.status <> 'deleted' -- when :with_unpublished
    ) -- when :with_unpublished
    OR ( -- when :of_deleted
        :of_deleted::boolean -- when :of_deleted
        AND (subjects.deleted_at IS NOT NULL OR subjects.status = 'deleted') -- when :of_deleted
    ) -- when :of_deleted
