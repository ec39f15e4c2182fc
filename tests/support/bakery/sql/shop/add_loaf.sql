-- Adds a loaf.
INSERT INTO loaves (id, grain, grains, weights)
VALUES (:id, :grain, :grains, :weights)
