-- Delete a translation.
DELETE FROM services_translations
WHERE services_translations.id = :id
