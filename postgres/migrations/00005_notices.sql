-- +goose Up

-- An identifier like those the program makes (RFC 9562, version 7), for
-- statements that make a row for each of many people.
-- +goose StatementBegin
create function new_uuidv7() returns text language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid::text
$$;
-- +goose StatementEnd

create index users_role on users (role) where active;

-- What one person is told of one case. It is written with what it tells of. Its
-- facts name no person; its words are made when it is read or mailed.
create table notices (
    id            text collate "C" primary key default new_uuidv7(),
    user_id       text collate "C" not null references users (id),
    case_id       text collate "C" not null references cases (id),
    audience      text        not null,
    template      text        not null,
    class         text        not null,
    urgent        boolean     not null,
    facts         jsonb       not null,
    told_at       timestamptz not null,
    read_at       timestamptz,
    mail_state    text        not null default 'due'
                  check (mail_state in ('due', 'sending', 'sent', 'kept', 'unwanted', 'dead')),
    -- When it is tried next; while it is being sent, when the claim lapses.
    mail_at       timestamptz not null,
    mail_claim    integer     not null default 0, -- counts claims: only the last one settles
    mail_failures integer     not null default 0,
    mail_note     text        not null default '', -- the reply's code; never an address
    mail_subject  text        not null default '',
    mail_body     text        not null default '',
    mail_done_at  timestamptz
);
create index notices_inbox on notices (user_id, told_at desc, id desc);
create index notices_unread on notices (user_id, told_at desc, id desc) where read_at is null;
create index notices_mail on notices (mail_at) where mail_state in ('due', 'sending');
create index notices_mailed on notices (mail_done_at desc, id desc) where mail_body <> '';

-- What will be told later, if the deadline it is about still runs then. Who
-- that concerns is settled when it is told.
create table reminders (
    case_id    text collate "C" not null references cases (id),
    audience   text        not null,
    template   text        not null,
    class      text        not null,
    urgent     boolean     not null,
    facts      jsonb       not null,
    clock      text        not null,
    due_at     timestamptz not null,
    not_before timestamptz not null,
    primary key (case_id, audience, clock, due_at, not_before)
);
create index reminders_next on reminders (not_before);

-- One row for each person who does not take the defaults. Times of the day are
-- minutes after midnight in Shanghai; equal ones mean no quiet hours.
create table notice_preferences (
    user_id     text collate "C" primary key references users (id),
    language    text        not null,
    quiet_from  integer     not null check (quiet_from between 0 and 1439),
    quiet_until integer     not null check (quiet_until between 0 and 1439),
    no_mail     text[]      not null,
    updated_at  timestamptz not null
);

create table webhooks (
    id               text collate "C" primary key,
    url              text        not null,
    description      text        not null,
    types            text[]      not null, -- the events asked for; empty means all
    secret           bytea       not null,
    old_secret       bytea,
    old_secret_until timestamptz,
    active           boolean     not null default true,
    stopped_because  text        not null default '',
    created_by       text collate "C" not null references users (id),
    created_at       timestamptz not null
);

create table webhook_deliveries (
    id          text collate "C" primary key default new_uuidv7(),
    webhook_id  text collate "C" not null references webhooks (id) on delete cascade,
    case_id     text collate "C" not null references cases (id),
    type        text        not null,
    payload     text        not null, -- the very bytes that are signed, the same at every attempt
    state       text        not null default 'due' check (state in ('due', 'sending', 'delivered', 'dead')),
    next_at     timestamptz not null, -- while it is being sent, when the claim lapses
    claim       integer     not null default 0,
    failures    integer     not null default 0,
    status      integer     not null default 0, -- of the last answer; 0: there was none
    note        text        not null default '',
    created_at  timestamptz not null,
    done_at     timestamptz
);
create index webhook_deliveries_next on webhook_deliveries (webhook_id, next_at) where state in ('due', 'sending');
create index webhook_deliveries_state on webhook_deliveries (state, created_at desc, id desc);
create index webhook_deliveries_newest on webhook_deliveries (created_at desc, id desc);
create index webhook_deliveries_done on webhook_deliveries (done_at) where done_at is not null;
