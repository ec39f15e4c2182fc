-- Delete a translation.
DELETE FROM blog_translations
WHERE blog_translations.id = :id
