-- How many bookings there are, each with the day that its date means. Served by the indexes that serve the list.
-- uses: services/chosen_booking
SELECT count(*) AS count
FROM (
    SELECT services_chosen_booking.id
    FROM services_chosen_booking
    LIMIT :at_most -- noqa: AM09
) AS counted
