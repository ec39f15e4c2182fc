-- A post or listing of which visitors may read what belongs to it: one that is shown, or deleted or not shown where these are asked for.
-- names: subjects, shown, is_active
SELECT subjects.id
FROM subjects
WHERE
    -- By coalesce, since a table never analyzed is taken to have next to no such row. At its end is what is never run, so that to read all is dear.
    coalesce(
        subjects.deleted_at IS NULL
        AND subjects.is_active -- when $is_active
        AND subjects.status = 'shown',
        subjects.id @@ ''::text
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
