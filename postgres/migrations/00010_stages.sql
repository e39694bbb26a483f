-- +goose Up

-- Who stands in for the claimant, and how many open cases an agent is given by
-- turns; 0 keeps them out of the round. A binary one release older leaves both
-- as they are.
alter table cases add column representative text collate "C" not null default '';
create index cases_representative on cases (representative, created_at desc, id desc) where representative <> '';

alter table users
    add column capacity   integer     not null default 0 check (capacity >= 0),
    add column last_given timestamptz;

-- One counterpart's way in: the token is kept as its SHA-256 only.
create table links (
    id             text collate "C" primary key,
    case_id        text collate "C" not null references cases (id),
    counterpart_id text collate "C" not null,
    hash           bytea       not null check (octet_length(hash) = 32),
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    opened_at      timestamptz,
    revoked_at     timestamptz,
    by_role        text        not null,
    by_id          text collate "C" not null,
    constraint links_hash unique (hash)
);
create index links_case on links (case_id, created_at, id);
-- One that works for each counterpart: a new one ends the old.
create unique index links_working on links (case_id, counterpart_id) where revoked_at is null;
