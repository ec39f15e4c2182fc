-- Delete a time of the week.
DELETE FROM services_availability
WHERE services_availability.id = :id
