-- A loaf.
-- uses: shop/loaf
SELECT shop_loaf.*
FROM shop_loaf
WHERE shop_loaf.id = :id
