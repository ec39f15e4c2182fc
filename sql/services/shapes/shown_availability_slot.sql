-- A time of the week of a listing that is not deleted, unless these are asked for.
-- uses: services/availability_slot
SELECT services_availability_slot.*
FROM services_availability_slot
LEFT JOIN services_listings ON services_availability_slot.service_id = services_listings.id
WHERE
    (services_listings.deleted_at IS NULL AND services_listings.status IS DISTINCT FROM 'deleted')
    OR :of_deleted::boolean -- when :of_deleted
