-- Loaves by id.
-- uses: shop/loaf
SELECT shop_loaf.*
FROM shop_loaf
WHERE
    TRUE
    AND shop_loaf.grain = :grain -- when :grain
    AND shop_loaf.grain = any(:grains::grain[]) -- when :grains
ORDER BY shop_loaf.id
