-- The open bookings whose date another writer wrote in another form, which the calendar cannot find.
-- depends: 0005.commands

CREATE INDEX services_bookings_other_dates_idx ON services_bookings (service_id)
WHERE status IN ('pending', 'confirmed') AND booking_date !~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
