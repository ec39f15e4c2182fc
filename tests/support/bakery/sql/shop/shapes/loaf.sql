-- A loaf with its orders, the oldest first.
-- uses: shop/order
SELECT
    loaves.id,
    loaves.grain,
    loaves.grains,
    loaves.weights,
    (
        SELECT coalesce(json_agg(shop_order.* ORDER BY shop_order.id), '[]')
        FROM shop_order
        WHERE shop_order.loaf_id = loaves.id
    ) AS orders
FROM loaves
