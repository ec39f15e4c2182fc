-- What a bakery sells, and to whom.
-- depends: refuse_command

CREATE EXTENSION citext;

CREATE TYPE grain AS ENUM ('rye', 'wheat', 'spelt');

CREATE DOMAIN grams AS integer CHECK (value > 0);

CREATE DOMAIN small_grams AS grams CHECK (value < 5000);

CREATE TABLE customers (
    id text PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    nicknames citext[] NOT NULL DEFAULT '{}'
);

CREATE TABLE loaves (
    id text PRIMARY KEY,
    grain grain NOT NULL,
    grains grain[] NOT NULL,
    weights small_grams[],
    stock integer NOT NULL DEFAULT 3
);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    loaf_id text NOT NULL REFERENCES loaves (id),
    customer_id text NOT NULL REFERENCES customers (id),
    quantity integer NOT NULL
);
