// The workloads that both versions write alike: their functions and tables are given.
import { randomUUID } from "node:crypto";

export function makeStatements({ and, avg, between, count, eq, isNull, sql }, tables) {
  const { comments, postAuthors, postCategories, postMedia, posts, reviews, translations } = tables;
  const queries = {
    W6: (db, value) =>
      db
        .insert(comments)
        .values(
          Object.fromEntries(
            ["id", "post_id", "author_name", "author_email", "content", "status", "in_language"].map((name) => [
              name,
              value(name),
            ]),
          ),
        )
        .returning(),
    // The second query of W10.
    ratings: (db, value) =>
      db
        .select({
          count: count(),
          average: avg(reviews.rating),
          distribution: sql`json_build_array(${sql.join(
            [1, 2, 3, 4, 5].map((stars) => sql`count(*) filter (where ${reviews.rating} = ${sql.raw(stars)})`),
            sql`, `,
          )})`,
        })
        .from(reviews)
        .where(
          and(
            eq(reviews.service_id, value("id")),
            isNull(reviews.deleted_at),
            eq(reviews.status, "approved"),
            isNull(reviews.parent_id),
            between(reviews.rating, 1, 5),
          ),
        ),
  };
  // The workloads that write in a transaction, in which Drizzle prepares nothing.
  const transactions = {
    W11: (db, { post, post_parts: parts }) =>
      db.transaction(async (tx) => {
        const values = { ...post, id: randomUUID(), slug: `benchmark-${randomUUID()}` };
        const [created] = await tx.insert(posts).values(values).returning();
        const owned = (rows) => rows.map((row) => ({ ...row, post_id: created.id }));
        await tx.insert(translations).values(owned(parts.translations).map((row) => ({ ...row, id: randomUUID() })));
        await tx.insert(postAuthors).values(owned(parts.author_ids.map((author_id) => ({ author_id }))));
        await tx.insert(postCategories).values(owned(parts.category_ids.map((category_id) => ({ category_id }))));
        await tx.insert(postMedia).values(owned(parts.media));
        return created;
      }),
    W12: (db, { comment, new_comments: number }) =>
      db.transaction(async (tx) => {
        for (let first = 0; first < number; first += ROWS) {
          const rows = Array.from({ length: Math.min(ROWS, number - first) }, (_, index) => ({
            ...comment,
            id: randomUUID(),
            content: { en: `Comment ${first + index}` },
          }));
          await tx.insert(comments).values(rows);
        }
        return number;
      }),
  };

  return { queries, transactions };
}

const ROWS = 5000; // a statement has no more than 65,535 parameters

// What is done with the rows of a workload, in the call.
export const finish = {
  W4: link,
  W5: link,
  W6: (rows) => rows[0],
};

function link(rows) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const roots = [];
  for (const row of rows) row.replies = [];
  for (const row of rows) (byId.get(row.parent_id)?.replies ?? roots).push(row);
  return roots;
}

// A result without the join tables' objects, where there are any, for comparing it.
export function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const flat = { ...value };
  if (flat.authors) flat.authors = flat.authors.map((link) => link.author ?? link);
  if (flat.categories) flat.categories = flat.categories.map((link) => link.category ?? link);
  if (flat.media) flat.media = flat.media.map(({ medium, type, position }) => ({ ...medium, link_type: type, position }));
  if (flat.author_email) flat.replies = plain(flat.replies ?? []);
  return flat;
}
