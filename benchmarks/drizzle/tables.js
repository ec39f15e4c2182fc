// The tables of the workloads, made by a version's own functions. Timestamps are texts: a Date has no microseconds.
export function makeTables({ boolean, integer, jsonb, pgTable, primaryKey, text, timestamp }) {
  const user = pgTable(
    "user",
    {
      id: text().primaryKey(),
      name: text().notNull(),
      email: text().notNull(),
      email_verified: boolean().notNull(),
      image: text(),
      username: text(),
      display_username: text(),
      role: text(),
      banned: boolean(),
      ban_reason: text(),
      ban_expires: timestamp({ mode: "string" }),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const session = pgTable(
    "session",
    {
      id: text().primaryKey(),
      expires_at: timestamp({ mode: "string" }).notNull(),
      token: text().notNull(),
      ip_address: text(),
      user_agent: text(),
      user_id: text().notNull(),
      active_organization_id: text(),
      impersonated_by: text(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const organizations = pgTable(
    "blog_organizations",
    {
      id: text().primaryKey(),
      name: text().notNull(),
      slug: text().notNull(),
      alternate_name: jsonb(),
      legal_name: jsonb(),
      description: jsonb(),
      slogan: jsonb(),
      url: text(),
      logo: text(),
      image: text(),
      email: text(),
      telephone: text(),
      address: jsonb(),
      same_as: jsonb(),
      founding_date: timestamp({ mode: "string" }),
      is_active: boolean().notNull(),
      is_featured: boolean().notNull(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const media = pgTable(
    "blog_media",
    {
      id: text().primaryKey(),
      url: text().notNull(),
      content_url: text(),
      type: text().notNull(),
      encoding_format: text(),
      width: text(),
      height: text(),
      duration: text(),
      license: text(),
      copyright_holder: text(),
      caption: jsonb(),
      description: jsonb(),
      alt: jsonb(),
      thumbnail_url: text(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const authors = pgTable(
    "blog_authors",
    {
      id: text().primaryKey(),
      slug: text().notNull(),
      given_name: jsonb(),
      family_name: jsonb(),
      display_name: jsonb().notNull(),
      bio: jsonb(),
      job_title: jsonb(),
      email: text(),
      avatar_id: text(),
      avatar_url: text(),
      website: text(),
      same_as: jsonb(),
      works_for_id: text(),
      display_in_home: boolean().notNull(),
      display_in_blog: boolean().notNull(),
      is_featured: boolean().notNull(),
      seo_title: jsonb(),
      seo_description: jsonb(),
      seo_keywords: jsonb(),
      canonical_url: jsonb(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const categories = pgTable(
    "blog_categories",
    {
      id: text().primaryKey(),
      slug: text().notNull(),
      name: jsonb().notNull(),
      description: jsonb(),
      featured_image_id: text(),
      display_in_home: boolean().notNull(),
      display_in_menu: boolean().notNull(),
      display_in_blog: boolean().notNull(),
      is_featured: boolean().notNull(),
      parent_id: text(),
      seo_title: jsonb(),
      seo_description: jsonb(),
      seo_keywords: jsonb(),
      canonical_url: jsonb(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const translations = pgTable(
    "blog_translations",
    {
      id: text().primaryKey(),
      post_id: text().notNull(),
      in_language: text().notNull(),
      headline: jsonb().notNull(),
      alternative_headline: jsonb(),
      article_body: jsonb().notNull(),
      excerpt: jsonb().notNull(),
      seo_title: jsonb(),
      seo_description: jsonb(),
      seo_keywords: jsonb(),
      canonical_url: jsonb(),
      created_at: timestamp({ mode: "string" }).notNull().defaultNow(),
      updated_at: timestamp({ mode: "string" }).notNull().defaultNow(),
    },
  );

  const postAuthors = pgTable(
    "blog_post_authors",
    {
      post_id: text().notNull(),
      author_id: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.post_id, table.author_id] })],
  );

  const postCategories = pgTable(
    "blog_post_categories",
    {
      post_id: text().notNull(),
      category_id: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.post_id, table.category_id] })],
  );

  const postMedia = pgTable(
    "blog_post_media",
    {
      post_id: text().notNull(),
      media_id: text().notNull(),
      type: text().notNull(),
      position: text(),
    },
    (table) => [primaryKey({ columns: [table.post_id, table.media_id, table.type] })],
  );

  const posts = pgTable(
    "blog_posts",
    {
      id: text().primaryKey(),
      slug: text().notNull(),
      status: text().notNull(),
      published_at: timestamp({ mode: "string" }),
      display_in_home: boolean().notNull(),
      display_in_blog: boolean().notNull(),
      is_featured: boolean().notNull(),
      reading_time: text(),
      word_count: text(),
      time_required: text(),
      allow_comments: boolean().notNull(),
      in_language: text().notNull(),
      license: text(),
      discussion_url: text(),
      url: text(),
      identifier: text(),
      organization_id: text(),
      deleted_at: timestamp({ mode: "string" }),
      created_at: timestamp({ mode: "string" }).notNull().defaultNow(),
      updated_at: timestamp({ mode: "string" }).notNull().defaultNow(),
    },
  );

  const comments = pgTable(
    "blog_comments",
    {
      id: text().primaryKey(),
      post_id: text().notNull(),
      parent_id: text(),
      author_name: text().notNull(),
      author_email: text().notNull(),
      content: jsonb().notNull(),
      rating: integer().default(0),
      status: text().notNull(),
      in_language: text().notNull(),
      deleted_at: timestamp({ mode: "string" }),
      created_at: timestamp({ mode: "string" }).notNull().defaultNow(),
      updated_at: timestamp({ mode: "string" }).notNull().defaultNow(),
    },
  );

  const listingCategories = pgTable(
    "services_categories",
    {
      id: text().primaryKey(),
      slug: text().notNull(),
      name: jsonb().notNull(),
      description: jsonb(),
      icon: text(),
      featured_image_id: text(),
      parent_id: text(),
      sort_order: integer().notNull(),
      display_in_home: boolean().notNull(),
      display_in_menu: boolean().notNull(),
      is_active: boolean().notNull(),
      is_featured: boolean().notNull(),
      seo_title: jsonb(),
      seo_description: jsonb(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const listingTranslations = pgTable(
    "services_translations",
    {
      id: text().primaryKey(),
      service_id: text().notNull(),
      in_language: text().notNull(),
      title: jsonb().notNull(),
      description: jsonb().notNull(),
      short_description: jsonb(),
      seo_title: jsonb(),
      seo_description: jsonb(),
      seo_keywords: jsonb(),
      canonical_url: jsonb(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const listingMedia = pgTable(
    "services_media",
    {
      id: text().primaryKey(),
      url: text().notNull(),
      content_url: text(),
      type: text().notNull(),
      encoding_format: text(),
      width: text(),
      height: text(),
      duration: text(),
      license: text(),
      copyright_holder: text(),
      caption: jsonb(),
      description: jsonb(),
      alt: jsonb(),
      thumbnail_url: text(),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const mediaLinks = pgTable(
    "services_media_links",
    {
      service_id: text().notNull(),
      media_id: text().notNull(),
      type: text().notNull(),
      position: text(),
    },
    (table) => [primaryKey({ columns: [table.service_id, table.media_id, table.type] })],
  );

  const availability = pgTable(
    "services_availability",
    {
      id: text().primaryKey(),
      service_id: text().notNull(),
      day_of_week: integer().notNull(),
      start_time: text().notNull(),
      end_time: text().notNull(),
      is_available: boolean().notNull(),
      created_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const reviews = pgTable(
    "services_reviews",
    {
      id: text().primaryKey(),
      service_id: text().notNull(),
      parent_id: text(),
      author_name: text().notNull(),
      author_email: text().notNull(),
      author_id: text(),
      content: jsonb().notNull(),
      rating: integer().notNull(),
      status: text().notNull(),
      in_language: text().notNull(),
      deleted_at: timestamp({ mode: "string" }),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  const listings = pgTable(
    "services_listings",
    {
      id: text().primaryKey(),
      slug: text().notNull(),
      category_id: text(),
      provider_id: text().notNull(),
      organization_id: text(),
      status: text().notNull(),
      base_price: text(),
      price_type: text(),
      currency: text(),
      duration_minutes: integer(),
      is_mobile: boolean().notNull(),
      max_participants: integer(),
      booking_advance_hours: integer(),
      cancellation_hours: integer(),
      is_active: boolean().notNull(),
      is_featured: boolean().notNull(),
      display_in_home: boolean().notNull(),
      allow_reviews: boolean().notNull(),
      in_language: text().notNull(),
      deleted_at: timestamp({ mode: "string" }),
      created_at: timestamp({ mode: "string" }).notNull(),
      updated_at: timestamp({ mode: "string" }).notNull(),
    },
  );

  return {
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
    reviews,
    listings,
  };
}
