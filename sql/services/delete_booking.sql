-- Delete a booking, and count it. Served by the primary key.
WITH deleted AS (
    DELETE FROM services_bookings
    WHERE services_bookings.id = :id
    RETURNING services_bookings.id
)

SELECT (SELECT count(*) FROM deleted) AS services_bookings
