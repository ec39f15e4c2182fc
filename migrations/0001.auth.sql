-- The tables of Better Auth with its admin, username and organization plug-ins, and each user's profile.
-- Ids are opaque text made by the application; a timestamp is UTC.

CREATE TABLE "user" (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    email_verified boolean NOT NULL DEFAULT FALSE,
    image text,
    username text UNIQUE,
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
    token text NOT NULL UNIQUE,
    ip_address text,
    user_agent text,
    user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    active_organization_id text, -- an organization's id, not enforced
    impersonated_by text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL
);

CREATE TABLE account (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    provider_id text NOT NULL,
    user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamp,
    refresh_token_expires_at timestamp,
    scope text,
    password text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL,
    UNIQUE (provider_id, account_id)
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
    slug text NOT NULL UNIQUE,
    logo text,
    created_at timestamp NOT NULL,
    metadata text -- a JSON string
);

CREATE TABLE member (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member',
    created_at timestamp NOT NULL,
    UNIQUE (organization_id, user_id)
);

CREATE TABLE invitation (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    email text NOT NULL,
    role text,
    status text NOT NULL DEFAULT 'pending',
    expires_at timestamp NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    inviter_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE
);

CREATE TABLE profile (
    id text PRIMARY KEY,
    user_id text NOT NULL UNIQUE REFERENCES "user" (id) ON DELETE CASCADE,
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

CREATE INDEX user_newest_idx ON "user" (created_at DESC, id DESC);
CREATE INDEX user_role_idx ON "user" USING gin (string_to_array(role, ','));
CREATE INDEX session_user_idx ON session (user_id, expires_at);
CREATE INDEX session_active_organization_idx ON session (active_organization_id);
CREATE INDEX account_user_idx ON account (user_id);
CREATE INDEX verification_identifier_idx ON verification (identifier);
CREATE INDEX member_user_idx ON member (user_id);
CREATE INDEX invitation_organization_idx ON invitation (organization_id);
CREATE INDEX invitation_inviter_idx ON invitation (inviter_id);
CREATE INDEX invitation_email_any_case_idx ON invitation (lower(email));
CREATE INDEX invitation_newest_idx ON invitation (created_at DESC, id DESC);
