// The workloads, as Drizzle's documentation writes them. `value(name)` is a parameter: its value, or a placeholder.
import { and, asc, avg, between, count, desc, eq, isNull, sql } from "drizzle-orm";
import { randomUUID } from "node:crypto";
import {
  comments,
  listings,
  postAuthors,
  postCategories,
  postMedia,
  posts,
  reviews,
  session,
  translations,
} from "./schema.js";

const visible = and(isNull(posts.deleted_at), eq(posts.status, "published"));
const relations = {
  categories: { columns: {}, with: { category: true } },
  translations: true,
};
const shown = [isNull(comments.deleted_at), eq(comments.status, "approved")];
const oldest = [asc(comments.created_at), asc(comments.id)];
const replies = (below) => ({ replies: { where: and(...shown), orderBy: oldest, limit: 3, ...below } });
const media = { columns: { type: true, position: true }, with: { medium: true } };

export const queries = {
  W1: (db, value) =>
    db.query.posts.findFirst({
      where: and(eq(posts.slug, value("slug")), visible),
      with: { authors: { columns: {}, with: { author: { with: { organization: true } } } }, ...relations },
    }),
  W2: (db) =>
    db.query.posts.findMany({
      where: visible,
      orderBy: [desc(sql`coalesce(${posts.published_at}, ${posts.created_at})`), desc(posts.id)],
      limit: 50,
      with: {
        authors: { columns: {}, with: { author: { with: { organization: true, avatar: true } } } },
        media,
        ...relations,
      },
    }),
  W3: (db, value) => db.query.posts.findFirst({ where: and(eq(posts.slug, value("slug")), visible) }),
  W4: (db, value) => thread(db, value("forty_comments")),
  W5: (db, value) => thread(db, value("many_comments")),
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
  W7: (db, value) =>
    db.query.posts.findFirst({
      where: and(eq(posts.slug, value("slug")), visible),
      with: { translations: { where: eq(translations.in_language, "fr") } },
    }),
  W8: (db, value) => db.query.session.findFirst({ where: eq(session.token, value("token")), with: { user: true } }),
  W9: (db, value) =>
    db.query.comments.findMany({
      where: and(eq(comments.post_id, value("other_comments")), isNull(comments.parent_id), ...shown),
      orderBy: oldest,
      limit: 20,
      with: replies({ with: replies({ with: replies({}) }) }),
    }),
  W10: (db, value) =>
    db.query.listings.findFirst({
      where: and(
        eq(listings.slug, value("listing")),
        isNull(listings.deleted_at),
        eq(listings.status, "active"),
        eq(listings.is_active, true),
      ),
      with: { category: true, organization: true, translations: true, media, availability: true },
    }),
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

function thread(db, post) {
  return db.query.comments.findMany({
    where: and(eq(comments.post_id, post), ...shown),
    orderBy: oldest,
  });
}

// The workloads that write in a transaction, in which Drizzle prepares nothing.
export const transactions = {
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

// A result without the join tables' objects, for comparing it.
export function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const flat = { ...value };
  if (flat.authors) flat.authors = flat.authors.map((link) => link.author);
  if (flat.categories) flat.categories = flat.categories.map((link) => link.category);
  if (flat.media) flat.media = flat.media.map(({ medium, type, position }) => ({ ...medium, link_type: type, position }));
  if (flat.author_email) flat.replies = plain(flat.replies ?? []);
  return flat;
}
