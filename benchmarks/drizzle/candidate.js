// The relational queries of Drizzle's release candidate, as its documentation writes them.
// `value(name)` is a parameter: its value, or a placeholder.
import * as orm from "drizzle-orm-candidate";
import { drizzle } from "drizzle-orm-candidate/node-postgres";
import * as core from "drizzle-orm-candidate/pg-core";
import { makeTables } from "./tables.js";

export { orm };
const { defineRelations, desc, sql } = orm;
export const tables = makeTables(core);
const relations = defineRelations(tables, (r) => ({
  session: { user: r.one.user({ from: r.session.user_id, to: r.user.id }) },
  authors: {
    organization: r.one.organizations({ from: r.authors.works_for_id, to: r.organizations.id }),
    avatar: r.one.media({ from: r.authors.avatar_id, to: r.media.id }),
  },
  postMedia: { medium: r.one.media({ from: r.postMedia.media_id, to: r.media.id }) },
  posts: {
    authors: r.many.authors({
      from: r.posts.id.through(r.postAuthors.post_id),
      to: r.authors.id.through(r.postAuthors.author_id),
    }),
    categories: r.many.categories({
      from: r.posts.id.through(r.postCategories.post_id),
      to: r.categories.id.through(r.postCategories.category_id),
    }),
    translations: r.many.translations({ from: r.posts.id, to: r.translations.post_id }),
    media: r.many.postMedia({ from: r.posts.id, to: r.postMedia.post_id }),
  },
  mediaLinks: { medium: r.one.listingMedia({ from: r.mediaLinks.media_id, to: r.listingMedia.id }) },
  listings: {
    category: r.one.listingCategories({ from: r.listings.category_id, to: r.listingCategories.id }),
    organization: r.one.organizations({ from: r.listings.organization_id, to: r.organizations.id }),
    translations: r.many.listingTranslations({ from: r.listings.id, to: r.listingTranslations.service_id }),
    media: r.many.mediaLinks({ from: r.listings.id, to: r.mediaLinks.service_id }),
    availability: r.many.availability({ from: r.listings.id, to: r.availability.service_id }),
  },
  comments: { replies: r.many.comments({ from: r.comments.id, to: r.comments.parent_id }) },
}));
export const connect = (client) => drizzle({ client, relations });

const visible = { deleted_at: { isNull: true }, status: "published" };
const shownOfPost = { categories: true, translations: true };
const shown = { deleted_at: { isNull: true }, status: "approved" };
const oldest = { created_at: "asc", id: "asc" };
const replies = (below) => ({ replies: { where: shown, orderBy: oldest, limit: 3, ...below } });
const media = { columns: { type: true, position: true }, with: { medium: true } };

export const queries = {
  W1: (db, value) =>
    db.query.posts.findFirst({
      where: { slug: value("slug"), ...visible },
      with: { authors: { with: { organization: true } }, ...shownOfPost },
    }),
  W2: (db) =>
    db.query.posts.findMany({
      where: visible,
      orderBy: (posts) => [desc(sql`coalesce(${posts.published_at}, ${posts.created_at})`), desc(posts.id)],
      limit: 50,
      with: { authors: { with: { organization: true, avatar: true } }, media, ...shownOfPost },
    }),
  W3: (db, value) => db.query.posts.findFirst({ where: { slug: value("slug"), ...visible } }),
  W4: (db, value) => thread(db, value("forty_comments")),
  W5: (db, value) => thread(db, value("many_comments")),
  W7: (db, value) =>
    db.query.posts.findFirst({
      where: { slug: value("slug"), ...visible },
      with: { translations: { where: { in_language: "fr" } } },
    }),
  W8: (db, value) => db.query.session.findFirst({ where: { token: value("token") }, with: { user: true } }),
  W9: (db, value) =>
    db.query.comments.findMany({
      where: { post_id: value("other_comments"), parent_id: { isNull: true }, ...shown },
      orderBy: oldest,
      limit: 20,
      with: replies({ with: replies({ with: replies({}) }) }),
    }),
  W10: (db, value) =>
    db.query.listings.findFirst({
      where: { slug: value("listing"), deleted_at: { isNull: true }, status: "active", is_active: true },
      with: { category: true, organization: true, translations: true, media, availability: true },
    }),
};

function thread(db, post) {
  return db.query.comments.findMany({ where: { post_id: post, ...shown }, orderBy: oldest });
}
