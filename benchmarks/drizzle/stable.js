// The relational queries of Drizzle's stable version, as its documentation writes them.
// `value(name)` is a parameter: its value, or a placeholder.
import * as orm from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import * as core from "drizzle-orm/pg-core";
import { makeTables } from "./tables.js";

export { orm };
const { and, asc, desc, eq, isNull, relations, sql } = orm;
export const tables = makeTables(core);
const {
  user,
  session,
  organizations,
  media,
  authors,
  categories,
  translations,
  postAuthors,
  postCategories,
  postMedia,
  posts,
  comments,
  listingCategories,
  listingTranslations,
  listingMedia,
  mediaLinks,
  availability,
  listings,
} = tables;

const sessionRelations = relations(session, ({ one }) => ({
  user: one(user, { fields: [session.user_id], references: [user.id] }),
}));

const authorsRelations = relations(authors, ({ one }) => ({
  organization: one(organizations, { fields: [authors.works_for_id], references: [organizations.id] }),
  avatar: one(media, { fields: [authors.avatar_id], references: [media.id] }),
}));

const translationsRelations = relations(translations, ({ one }) => ({
  post: one(posts, { fields: [translations.post_id], references: [posts.id] }),
}));

const postAuthorsRelations = relations(postAuthors, ({ one }) => ({
  author: one(authors, { fields: [postAuthors.author_id], references: [authors.id] }),
  post: one(posts, { fields: [postAuthors.post_id], references: [posts.id] }),
}));

const postCategoriesRelations = relations(postCategories, ({ one }) => ({
  category: one(categories, { fields: [postCategories.category_id], references: [categories.id] }),
  post: one(posts, { fields: [postCategories.post_id], references: [posts.id] }),
}));

const postMediaRelations = relations(postMedia, ({ one }) => ({
  medium: one(media, { fields: [postMedia.media_id], references: [media.id] }),
  post: one(posts, { fields: [postMedia.post_id], references: [posts.id] }),
}));

const postsRelations = relations(posts, ({ many }) => ({
  translations: many(translations),
  media: many(postMedia),
  authors: many(postAuthors),
  categories: many(postCategories),
}));

const listingTranslationsRelations = relations(listingTranslations, ({ one }) => ({
  service: one(listings, { fields: [listingTranslations.service_id], references: [listings.id] }),
}));

const mediaLinksRelations = relations(mediaLinks, ({ one }) => ({
  medium: one(listingMedia, { fields: [mediaLinks.media_id], references: [listingMedia.id] }),
  service: one(listings, { fields: [mediaLinks.service_id], references: [listings.id] }),
}));

const availabilityRelations = relations(availability, ({ one }) => ({
  service: one(listings, { fields: [availability.service_id], references: [listings.id] }),
}));

const listingsRelations = relations(listings, ({ many, one }) => ({
  category: one(listingCategories, { fields: [listings.category_id], references: [listingCategories.id] }),
  organization: one(organizations, { fields: [listings.organization_id], references: [organizations.id] }),
  translations: many(listingTranslations),
  media: many(mediaLinks),
  availability: many(availability),
}));

const commentsRelations = relations(comments, ({ many, one }) => ({
  parent: one(comments, { fields: [comments.parent_id], references: [comments.id], relationName: "replies" }),
  replies: many(comments, { relationName: "replies" }),
}));

const schema = {
  ...tables,
  sessionRelations,
  authorsRelations,
  translationsRelations,
  postAuthorsRelations,
  postCategoriesRelations,
  postMediaRelations,
  postsRelations,
  listingTranslationsRelations,
  mediaLinksRelations,
  availabilityRelations,
  listingsRelations,
  commentsRelations,
};
export const connect = (client) => drizzle({ client, schema });

const visible = and(isNull(posts.deleted_at), eq(posts.status, "published"));
const shownOfPost = {
  categories: { columns: {}, with: { category: true } },
  translations: true,
};
const shown = [isNull(comments.deleted_at), eq(comments.status, "approved")];
const oldest = [asc(comments.created_at), asc(comments.id)];
const replies = (below) => ({ replies: { where: and(...shown), orderBy: oldest, limit: 3, ...below } });
const mediaOfAll = { columns: { type: true, position: true }, with: { medium: true } };

export const queries = {
  W1: (db, value) =>
    db.query.posts.findFirst({
      where: and(eq(posts.slug, value("slug")), visible),
      with: { authors: { columns: {}, with: { author: { with: { organization: true } } } }, ...shownOfPost },
    }),
  W2: (db) =>
    db.query.posts.findMany({
      where: visible,
      orderBy: [desc(sql`coalesce(${posts.published_at}, ${posts.created_at})`), desc(posts.id)],
      limit: 50,
      with: {
        authors: { columns: {}, with: { author: { with: { organization: true, avatar: true } } } },
        media: mediaOfAll,
        ...shownOfPost,
      },
    }),
  W3: (db, value) => db.query.posts.findFirst({ where: and(eq(posts.slug, value("slug")), visible) }),
  W4: (db, value) => thread(db, value("forty_comments")),
  W5: (db, value) => thread(db, value("many_comments")),
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
      with: { category: true, organization: true, translations: true, media: mediaOfAll, availability: true },
    }),
};

function thread(db, post) {
  return db.query.comments.findMany({
    where: and(eq(comments.post_id, post), ...shown),
    orderBy: oldest,
  });
}
