-- A listing that is active, or not deleted where that is asked for, with what belongs to it; bookings and reviews only when a class names them.
-- uses: services/category, services/translation, services/linked_medium, services/availability_slot, services/review
-- uses: services/booking, blog/organization, auth/public_user
SELECT
    services_listings.id,
    services_listings.slug,
    services_listings.category_id,
    services_listings.provider_id,
    services_listings.organization_id,
    services_listings.status,
    services_listings.base_price,
    services_listings.price_type,
    services_listings.currency,
    services_listings.duration_minutes,
    services_listings.is_mobile,
    services_listings.max_participants,
    services_listings.booking_advance_hours,
    services_listings.cancellation_hours,
    services_listings.is_active,
    services_listings.is_featured,
    services_listings.display_in_home,
    services_listings.allow_reviews,
    services_listings.in_language,
    services_listings.deleted_at,
    services_listings.created_at,
    services_listings.updated_at,
    (
        SELECT to_json(services_category.*)
        FROM services_category
        WHERE services_category.id = services_listings.category_id
    ) AS category,
    (
        SELECT to_json(blog_organization.*)
        FROM blog_organization
        WHERE blog_organization.id = services_listings.organization_id
    ) AS organization,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = services_listings.provider_id
    ) AS provider,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.in_language), '[]')
        FROM (
            SELECT services_translation.*
            FROM services_translation
            WHERE
                services_translation.service_id = services_listings.id
                AND services_translation.in_language = any(:languages::text[]) -- when :languages
            ORDER BY services_translation.in_language
            LIMIT 100
        ) AS shown
    ) AS translations,
    cardinality(array(
        SELECT 1
        FROM services_translation
        WHERE
            services_translation.service_id = services_listings.id
            AND services_translation.in_language = any(:languages::text[]) -- when :languages
        LIMIT 1000 -- noqa: AM09
    )) AS translation_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.rank, shown.id, shown.link_type), '[]')
        FROM (
            SELECT services_linked_medium.*
            FROM services_linked_medium
            WHERE services_linked_medium.service_id = services_listings.id
            ORDER BY
                services_linked_medium.rank,
                services_linked_medium.id,
                services_linked_medium.link_type
            LIMIT 100
        ) AS shown
    ) AS media,
    cardinality(array(
        SELECT 1
        FROM services_media_links
        WHERE services_media_links.service_id = services_listings.id
        LIMIT 1000 -- noqa: AM09
    )) AS medium_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.day_of_week, shown.start_time), '[]')
        FROM (
            SELECT services_availability_slot.*
            FROM services_availability_slot
            WHERE services_availability_slot.service_id = services_listings.id
            ORDER BY
                services_availability_slot.day_of_week,
                services_availability_slot.start_time
            LIMIT 100
        ) AS shown
    ) AS availability,
    cardinality(array(
        SELECT 1
        FROM services_availability
        WHERE services_availability.service_id = services_listings.id
        LIMIT 1000 -- noqa: AM09
    )) AS availability_count,
    (
        SELECT
            json_build_object(
                'count', count(*),
                'average', round(avg(services_review.rating), 2),
                'distribution', json_build_array(
                    count(*) FILTER (WHERE services_review.rating = 1),
                    count(*) FILTER (WHERE services_review.rating = 2),
                    count(*) FILTER (WHERE services_review.rating = 3),
                    count(*) FILTER (WHERE services_review.rating = 4),
                    count(*) FILTER (WHERE services_review.rating = 5)
                )
            )
        FROM services_review
        WHERE
            services_review.service_id = services_listings.id
            AND services_review.status = 'approved'
            AND services_review.parent_id IS NULL
            AND services_review.rating BETWEEN 1 AND 5
    ) AS rating_summary,
    (
        SELECT coalesce(json_agg(services_review.* ORDER BY services_review.created_at, services_review.id), '[]')
        FROM services_review
        WHERE
            services_review.service_id = services_listings.id
            AND services_review.status = :review_status -- when :review_status
    ) AS reviews,
    (
        SELECT
            coalesce(
                json_agg(
                    services_booking.*
                    ORDER BY services_booking.booking_date, services_booking.booking_time, services_booking.id
                ),
                '[]'
            )
        FROM services_booking
        WHERE services_booking.service_id = services_listings.id
    ) AS bookings
FROM services_listings
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(services_listings.deleted_at IS NULL, FALSE)
    AND services_listings.status <> 'deleted'
    AND (
        coalesce(services_listings.status = 'active' AND services_listings.is_active, FALSE)
        OR :with_unpublished::boolean -- when :with_unpublished
    )
