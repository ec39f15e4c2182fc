-- Drops the tables of accounts, organizations and profiles.
DROP TABLE profile;
DROP TABLE invitation;
DROP TABLE member;
DROP TABLE organization;
DROP TABLE verification;
DROP TABLE account;
DROP TABLE session;
DROP TABLE "user";
