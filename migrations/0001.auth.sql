-- The tables of Better Auth with its admin, username and organization plug-ins, and each user's profile.
-- Ids are opaque text made by the application; a timestamp is UTC.

CREATE TABLE "user" (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL CONSTRAINT user_email_unique UNIQUE,
    email_verified boolean NOT NULL DEFAULT FALSE,
    image text,
    username text CONSTRAINT user_username_unique UNIQUE,
    display_username text,
    role text,
    banned boolean DEFAULT FALSE,
    ban_reason text,
    ban_expires timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE session (
    id text PRIMARY KEY,
    expires_at timestamp NOT NULL,
    token text NOT NULL CONSTRAINT session_token_unique UNIQUE,
    ip_address text,
    user_agent text,
    user_id text NOT NULL CONSTRAINT session_user_id_user_id_fk REFERENCES "user" (id) ON DELETE CASCADE,
    active_organization_id text, -- an organization's id, not enforced
    impersonated_by text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL
);

CREATE TABLE account (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    provider_id text NOT NULL,
    user_id text NOT NULL CONSTRAINT account_user_id_user_id_fk REFERENCES "user" (id) ON DELETE CASCADE,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamp,
    refresh_token_expires_at timestamp,
    scope text,
    password text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL
);

CREATE TABLE verification (
    id text PRIMARY KEY,
    identifier text NOT NULL,
    value text NOT NULL,
    expires_at timestamp NOT NULL,
    used_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE organization (
    id text PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL CONSTRAINT organization_slug_unique UNIQUE,
    logo text,
    created_at timestamp NOT NULL,
    metadata text -- a JSON string
);

CREATE TABLE member (
    id text PRIMARY KEY,
    organization_id text NOT NULL CONSTRAINT member_organization_id_organization_id_fk REFERENCES organization (id) ON DELETE CASCADE,
    user_id text NOT NULL CONSTRAINT member_user_id_user_id_fk REFERENCES "user" (id) ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member',
    created_at timestamp NOT NULL
);

CREATE TABLE invitation (
    id text PRIMARY KEY,
    organization_id text NOT NULL CONSTRAINT invitation_organization_id_organization_id_fk REFERENCES organization (id) ON DELETE CASCADE,
    email text NOT NULL,
    role text,
    status text NOT NULL DEFAULT 'pending',
    expires_at timestamp NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    inviter_id text NOT NULL CONSTRAINT invitation_inviter_id_user_id_fk REFERENCES "user" (id) ON DELETE CASCADE
);

CREATE TABLE profile (
    id text PRIMARY KEY,
    user_id text NOT NULL CONSTRAINT profile_user_id_unique UNIQUE,
    username text,
    full_name text,
    bio text,
    avatar_url text,
    location text,
    website text,
    preferred_language text DEFAULT 'fr',
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE INDEX "session_userId_idx" ON session (user_id);
CREATE INDEX "account_userId_idx" ON account (user_id);
CREATE INDEX verification_identifier_idx ON verification (identifier);
CREATE INDEX "member_organizationId_idx" ON member (organization_id);
CREATE INDEX "member_userId_idx" ON member (user_id);
CREATE INDEX "invitation_organizationId_idx" ON invitation (organization_id);
CREATE INDEX invitation_email_idx ON invitation (email);

-- A rollback drops the tables that this made, and not those of a database that was adopted.
COMMENT ON TABLE "user" IS 'Made by concordia_sql.';
COMMENT ON TABLE session IS 'Made by concordia_sql.';
COMMENT ON TABLE account IS 'Made by concordia_sql.';
COMMENT ON TABLE verification IS 'Made by concordia_sql.';
COMMENT ON TABLE organization IS 'Made by concordia_sql.';
COMMENT ON TABLE member IS 'Made by concordia_sql.';
COMMENT ON TABLE invitation IS 'Made by concordia_sql.';
COMMENT ON TABLE profile IS 'Made by concordia_sql.';
