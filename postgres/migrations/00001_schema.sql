-- +goose Up

-- Identifiers are UUIDv7 in text form, ordered byte by byte; instants are
-- timestamptz; money is fen in bigint. Migrations go forward only. From release
-- 0.1.0 on, a schema change is a new file, and the release before must still work
-- on the new schema.

-- Returns an identifier like those of the program (RFC 9562, version 7), for
-- statements that insert one row for each of many people.
-- +goose StatementBegin
create function new_uuidv7() returns text language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid::text
$$;
-- +goose StatementEnd

create table users (
    id         text collate "C" primary key,
    role       text        not null,
    email      text        not null,
    name       text        not null default '',
    active     boolean     not null default true,
    created_at timestamptz not null default now(),
    -- How many open cases an agent is assigned by turns; 0: none.
    capacity   integer     not null default 0 check (capacity >= 0),
    last_given timestamptz,
    constraint users_email unique (email)
);
create index users_role on users (role) where active;

create table tokens (
    hash         bytea primary key check (octet_length(hash) = 32),
    id           text collate "C" not null, -- names the token to people
    user_id      text collate "C" not null references users (id),
    note         text        not null default '',
    expires_at   timestamptz,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at   timestamptz,
    constraint tokens_id unique (id)
);
create index tokens_user on tokens (user_id, created_at);

create table sessions (
    token  text primary key,
    data   bytea       not null,
    expiry timestamptz not null
);
create index sessions_expiry on sessions (expiry);

-- Case numbers by day; "next" is the first number that is not reserved.
create table case_numbers (
    day  date primary key,
    next bigint not null
);

create table cases (
    id             text collate "C" primary key,
    number         text collate "C" not null,
    platform       text        not null,
    instrument     text        not null,
    amount_fen     bigint      not null check (amount_fen >= 0), -- what was sent
    claim_fen      bigint      not null check (claim_fen >= 0),  -- what of it was not owed
    sent_at        timestamptz not null,
    transaction_no text collate "C" not null,
    reason         text        not null,
    claim_state    text        not null,
    group_kind     text        not null,
    group_size     integer     not null,
    claimant       jsonb       not null,
    counterparts   jsonb       not null,
    narrative      text        not null,
    search         text        not null,
    terms          text[] collate "C" not null,
    stage          text        not null,
    waiting_on     text        not null,
    outcome        text        not null,
    recovered_fen  bigint      not null check (recovered_fen >= 0),
    position       jsonb       not null,
    filed_position jsonb       not null, -- the position before the first step; see case_steps
    -- Which entries were corrected, and by which.
    corrections    jsonb,
    deadlines      jsonb       not null,
    due_at         timestamptz,
    assignee       text collate "C" not null,
    owner          text collate "C" not null,
    playbook       text        not null,
    pace           integer     not null check (pace >= 1),
    created_at     timestamptz not null,
    closed_at      timestamptz,
    version        bigint      not null,
    -- For the statistics of closed cases: the last stage before closing, whether the
    -- case has left a stage in which counterparts are contacted, whether an appeal was
    -- submitted, the legal route, and the money returned in each.
    last_stage     text        not null default '',
    contacted      boolean     not null default false,
    appealed       boolean     not null default false,
    route          text        not null default '',
    contact_fen    bigint      not null default 0,
    appeal_fen     bigint      not null default 0,
    legal_fen      bigint      not null default 0,
    -- The claimant allows anonymous use of the closed case. It ends when the case is
    -- opened again or gets another outcome.
    shared         boolean     not null default false,
    representative text collate "C" not null default '', -- the user who acts for the claimant
    held_since     timestamptz, -- legal hold: nothing is erased
    restricted_at  timestamptz, -- shown to legal and auditors only
    erased_at      timestamptz, -- personal data is erased
    stage_since    timestamptz, -- null: since the filing
    sends          jsonb, -- the payments, if one mistake made several
    payer          jsonb       not null default '{"name": ""}', -- the person who paid, if not the claimant
    constraint cases_number unique (number)
);

-- One open case per transaction of a platform. A case has a row for the number of
-- each of its payments while it is open, in the form that is equal for every spelling.
create table open_transactions (
    platform text             not null,
    number   text collate "C" not null,
    case_id  text collate "C" not null references cases on delete cascade,
    constraint open_transactions_pkey primary key (platform, number)
);
create index open_transactions_case on open_transactions (case_id);

-- The two numbers of a payment of a case, as its bill shows them: a case that has the
-- number has the other one too. Both in the form that is equal for every spelling.
create table payment_numbers (
    case_id text collate "C" not null references cases on delete cascade,
    number  text collate "C" not null,
    other   text collate "C" not null,
    primary key (case_id, number, other)
);

-- Every list is newest first. Each common filter has its own index, so that a
-- page reads only the rows it shows.
create index cases_newest on cases (created_at desc, id desc);
create index cases_open on cases (created_at desc, id desc) where closed_at is null;
create index cases_unassigned on cases (created_at desc, id desc) where closed_at is null and assignee = '';
create index cases_stage on cases (stage, created_at desc, id desc);
create index cases_waiting on cases (waiting_on, created_at desc, id desc);
create index cases_owner on cases (owner, created_at desc, id desc);
create index cases_assignee on cases (assignee, created_at desc, id desc) where assignee <> '';
create index cases_assignee_open on cases (assignee, created_at desc, id desc)
    where closed_at is null and assignee <> '';
create index cases_due on cases (due_at) where due_at is not null;

create index cases_representative on cases (representative, created_at desc, id desc) where representative <> '';
create index cases_shared on cases (closed_at desc) where shared and closed_at is not null;
create index cases_erasable on cases (closed_at) where closed_at is not null and erased_at is null and held_since is null;

-- Search by pairs of characters: see searchTerms. The pending list is short, so
-- that no filing waits long while it is merged.
create index cases_terms on cases using gin (terms) with (gin_pending_list_limit = 1024);

-- Covers the outcome statistics, so that they do not read the table.
create index cases_outcomes on cases (platform, instrument, group_kind, last_stage)
    include (claim_fen, recovered_fen, contact_fen, appeal_fen, legal_fen, contacted, appealed, route, outcome, closed_at)
    where closed_at is not null;

-- Covers the stage statistics.
create index cases_stats on cases (created_at)
    include (pace, last_stage, stage, platform, group_kind, amount_fen, recovered_fen, outcome);

create table journal_heads (
    case_id text collate "C" primary key references cases (id),
    size    bigint  not null,
    hashes  bytea[] not null
);

create table journal_entries (
    case_id text collate "C" not null references cases (id),
    seq     bigint      not null check (seq >= 1),
    kind    text        not null,
    at      timestamptz not null,
    key     text        not null,
    bytes   bytea       not null,
    hash    bytea       not null check (octet_length(hash) = 32),
    version bigint      not null, -- of the case after the change
    primary key (case_id, seq)
);
create unique index journal_entries_key on journal_entries (case_id, key) where key <> '';
-- Corrections and particulars are read among all entries of a case.
create index journal_entries_kind on journal_entries (case_id, kind, seq);

-- The messages of each case as corrected: a copy of facts in the journal, so that a
-- view of a case need not parse it.
create table contacts (
    case_id        text collate "C" not null references cases (id),
    seq            bigint      not null, -- of the journal entry
    planned        boolean     not null,
    letter         boolean     not null,
    counterpart_id text        not null,
    in_group       boolean     not null,
    at             timestamptz not null,
    breaches       text        not null, -- codes with blanks between
    primary key (case_id, seq)
);
create index contacts_recipient on contacts (case_id, in_group, counterpart_id, seq);

-- The number of contacts of each recipient, so that nothing counts them all.
create table contact_totals (
    case_id        text collate "C" not null references cases (id),
    in_group       boolean     not null,
    counterpart_id text        not null,
    sent           bigint      not null, -- without those only planned
    breaches       bigint      not null,
    primary key (case_id, in_group, counterpart_id)
);

-- Personal values are stored apart from the entries, so that they can be erased
-- while their commitments stay.
create table journal_values (
    case_id   text collate "C" not null,
    seq       bigint not null,
    path      text   not null,
    value     text,
    salt      bytea,
    erased_at timestamptz,
    primary key (case_id, seq, path),
    foreign key (case_id, seq) references journal_entries (case_id, seq),
    check ((erased_at is null) = (value is not null) and (erased_at is null) = (salt is not null))
);

create table journal_checkpoints (
    case_id text collate "C" not null references cases (id),
    size    bigint      not null,
    note    text        not null,
    root    text        not null,
    at      timestamptz not null,
    -- The time stamp of an authority (RFC 3161). It arrives later, or never.
    token      bytea,
    stamped_at timestamptz,
    primary key (case_id, size),
    constraint journal_checkpoints_stamp check ((token is null) = (stamped_at is null))
);

-- The newest checkpoint of each case that waits for a stamp; a stamp covers the
-- checkpoints before it. Without an authority the rows stay, one for each case.
create table stamps_due (
    case_id text collate "C" primary key,
    size    bigint      not null,
    due_at  timestamptz not null,
    foreign key (case_id, size) references journal_checkpoints (case_id, size)
);
create index stamps_due_next on stamps_due (due_at, case_id);

create table evidence (
    id          text collate "C" primary key,
    case_id     text collate "C" not null references cases (id),
    seq         bigint      not null,
    kind        text        not null,
    sha256      text collate "C" not null,
    size        bigint      not null,
    media_type  text        not null,
    file_name   text        not null,
    captured_at timestamptz,
    source      text        not null,
    description text        not null,
    received_at timestamptz not null,
    by_role     text        not null,
    by_id       text        not null
);
create unique index evidence_case on evidence (case_id, seq);
create index evidence_sha256 on evidence (sha256);

-- What was found in a file. It holds no personal data: where a picture was taken
-- is a committed value of the journal.
create table evidence_details (
    evidence_id       text collate "C" primary key references evidence (id),
    report            jsonb  not null,
    near_duplicate_of text collate "C" references evidence (id),
    answers           jsonb  not null default '{}',
    view_sha256       text collate "C" not null default '',
    view_size         bigint not null default 0
);
-- The same picture in several cases. A perceptual hash is too long for an index.
create index evidence_details_hash on evidence_details (md5(report ->> 'sketch')) where report ->> 'sketch' is not null;

-- Files that were received and are not examined yet. Each process examines what it has
-- received; what is due was left over by a process that ended.
create table examinations (
    evidence_id text collate "C" primary key references evidence (id),
    case_id     text collate "C" not null references cases (id),
    due_at      timestamptz not null,
    attempts    integer not null default 0
);
create index examinations_due on examinations (due_at);
create index examinations_case on examinations (case_id);

-- Copies of files without personal data, for one audience. An erasure deletes them.
create table evidence_copies (
    id             bigint generated always as identity primary key,
    evidence_id    text collate "C" not null references evidence (id),
    audience       text not null,
    counterpart_id text collate "C" not null, -- the one reader; '': all
    sha256         text collate "C" not null,
    content        text collate "C" not null  -- identifies what the copy shows
);
create index evidence_copies_evidence on evidence_copies (evidence_id, id);
create index evidence_copies_sha256 on evidence_copies (sha256);

-- Files uploaded in parts. A row is deleted when its file is complete, or a day
-- after it was announced; the bytes are in the folder of the blob store.
create table uploads (
    id          text collate "C" primary key,
    case_id     text collate "C" not null references cases (id),
    by_role     text        not null,
    by_id       text        not null,
    size        bigint      not null check (size > 0),
    sha256      text collate "C" not null,
    part_size   bigint      not null check (part_size > 0),
    kind        text        not null,
    file_name   text        not null,
    captured_at timestamptz,
    source      text        not null,
    description text        not null,
    created_at  timestamptz not null,
    active_at   timestamptz not null -- when it was begun or a part arrived last
);
create index uploads_actor on uploads (by_id, created_at);
create index uploads_age on uploads (created_at);

create table exports (
    id         text collate "C" primary key,
    case_id    text collate "C" not null references cases (id),
    audience   text        not null,
    state      text        not null,
    missing    text[]      not null,
    pages      integer     not null,
    sha256     text        not null,
    bag_sha256 text        not null,
    size       bigint      not null,
    failure    text        not null,
    created_at timestamptz not null,
    ready_at   timestamptz,
    by_role    text        not null,
    by_id      text        not null,
    case_at    jsonb, -- the state of the case when the export was requested, without personal data
    counterpart_id text collate "C" not null -- the one counterpart the papers are for; '': all
);
create index exports_case on exports (case_id, created_at, id);

create table action_requests (
    id          text collate "C" primary key,
    case_id     text collate "C" not null references cases (id),
    actor_role  text        not null,
    actor_id    text        not null,
    link_id     text        not null, -- of a counterpart; '' for an account
    action      text        not null,
    act         jsonb       not null,
    key         text        not null,
    fingerprint text        not null,
    device      text        not null,
    attempt     integer     not null,
    state       text        not null check (state in ('staged', 'applied', 'abandoned')),
    answer      bytea,
    created_at  timestamptz not null
);
create unique index action_requests_key on action_requests (actor_id, key) where key <> '';
create index action_requests_case on action_requests (case_id);

create table idempotency (
    actor       text        not null,
    key         text        not null,
    fingerprint text        not null,
    ref         text        not null,
    answer      bytea,
    created_at  timestamptz not null,
    constraint idempotency_key primary key (actor, key)
);
create index idempotency_ref on idempotency (ref); -- erasure deletes answers by it

create table outbox (
    id         bigint generated always as identity primary key,
    kind       text        not null,
    case_id    text collate "C" not null,
    ref        text        not null,
    attempts   integer     not null default 0,
    next_at    timestamptz not null,
    created_at timestamptz not null
);
create index outbox_next on outbox (next_at, id);

-- One access link for each counterpart. Only the SHA-256 of its token is stored.
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
-- Each counterpart has at most one valid link; a new one revokes the old.
create unique index links_working on links (case_id, counterpart_id) where revoked_at is null;

-- What people without an account have used of their limits: one row for each
-- answer or file of a link, and one for each address, class and minute. Addresses
-- are keyed hashes.
create table usage_counters (
    key        text collate "C" not null, -- hash of an address, or the id of a link
    class      text collate "C" not null, -- of the limit
    ref        text collate "C" not null, -- what was used: a request, or a minute
    used_at    timestamptz not null,
    uses       bigint      not null,
    bytes      bigint      not null,
    expires_at timestamptz not null, -- when no window contains it any more
    primary key (key, class, ref)
);
create index usage_counters_expiry on usage_counters (expires_at);

-- Every step of a case, without personal data: corrections are computed from it.
-- Further readings of a file by a person within an hour; the first one is an entry with
-- this key. When the hour is over, they become one entry.
create table repeated_readings (
    case_id text collate "C" not null references cases,
    key     text        not null,
    times   bigint      not null,
    last_at timestamptz not null,
    primary key (case_id, key)
);
create index repeated_readings_due on repeated_readings (last_at);

create table case_steps (
    case_id text collate "C" not null references cases (id),
    seq     bigint not null, -- of the step's first journal entry
    step    jsonb  not null,
    primary key (case_id, seq)
);

-- The stages that cases have left, one row for each stay. The columns after left_at
-- are copied here so that statistics do not read cases. amount_fen follows the claim.
create table case_stages (
    case_id    text collate "C" not null references cases (id),
    seq        bigint      not null, -- of the entry that ended the stage
    stage      text        not null,
    entered_at timestamptz not null,
    left_at    timestamptz not null,
    platform   text        not null,
    group_kind text        not null,
    amount_fen bigint      not null,
    filed_at   timestamptz not null,
    pace       integer     not null,
    primary key (case_id, seq)
);

-- The parties and payments of each case, as keyed digests: they show that two cases name
-- the same person or payment, and not which.
create table party_marks (
    case_id  text collate "C" not null references cases (id),
    side     text        not null check (side in ('claimant', 'counterpart', 'payment')),
    mark     bytea       not null check (octet_length(mark) = 32),
    person   bytea       not null check (octet_length(person) = 32), -- of the case's claimant
    filed_at timestamptz not null,
    primary key (case_id, side, mark)
);
create index party_marks_mark on party_marks (mark, side, filed_at);
create index party_marks_filed on party_marks (filed_at);

-- Patterns for a supervisor to review. They have no effect by themselves.
create table abuse_flags (
    id           text collate "C" primary key,
    case_id      text collate "C" not null references cases (id),
    pattern      text        not null,
    cases        text[]      not null, -- the ids of the pattern, this case included
    found_at     timestamptz not null,
    dismissed_at timestamptz,
    dismissed_by text collate "C" not null default '',
    constraint abuse_flags_once unique (case_id, pattern)
);
create index abuse_flags_newest on abuse_flags (found_at desc, id desc);
create index abuse_flags_open on abuse_flags (found_at desc, id desc) where dismissed_at is null;

-- Files whose last record was erased, until they are deleted from disk too.
create table leftovers (
    kind  text not null check (kind in ('blob', 'export')),
    name  text collate "C" not null,
    since timestamptz not null,
    primary key (kind, name)
);

-- Items of background work that failed for a reason of their own, by kind and id. They are
-- left out until due_at, and after the last attempt until an operator asks for them. Ids
-- name no person.
create table failing_items (
    kind         text        not null,
    item         text collate "C" not null,
    attempts     integer     not null,
    due_at       timestamptz not null,
    set_aside_at timestamptz,
    primary key (kind, item)
);
create index failing_items_set_aside on failing_items (kind) where set_aside_at is not null;

-- Refuses a write that would break a unique constraint. PostgreSQL's own error would write
-- the values of the row, for example a transaction number, into the log of the server.
-- +goose StatementBegin
create function refuse_write(broken text) returns void language plpgsql as $refuse$
begin
    raise exception 'refused: the row exists' using errcode = 'unique_violation', constraint = broken;
end
$refuse$;
-- +goose StatementEnd

-- Incomes by province, entered by an admin with their source. A row is never
-- changed: a newer figure is a new row, so that earlier answers can be explained.
-- 0 is unknown.
create table incomes (
    province         text        not null,
    from_day         date        not null,
    monthly_wage_fen bigint      not null check (monthly_wage_fen >= 0),
    yearly_wage_fen  bigint      not null check (yearly_wage_fen >= 0),
    daily_income_fen bigint      not null check (daily_income_fen >= 0),
    source           text        not null check (source <> ''),
    entered_by       text collate "C" not null references users (id),
    entered_at       timestamptz not null,
    constraint incomes_day primary key (province, from_day)
);

-- A notification about a case for one person. It is written in the transaction of
-- its event. Its facts name no person; its text is rendered when it is read or
-- mailed.
create table notices (
    id            text collate "C" primary key default new_uuidv7(),
    user_id       text collate "C" references users (id), -- null: a person without an account, who gets mails only
    case_id       text collate "C" not null references cases (id),
    audience      text        not null,
    template      text        not null,
    class         text        not null,
    urgent        boolean     not null,
    facts         jsonb       not null,
    told_at       timestamptz not null,
    read_at       timestamptz,
    withdrawn_at  timestamptz, -- when a read notice was replaced by a correction
    seq           bigint      not null default 0, -- of the journal entry that caused it, the last one of several; 0: a reminder
    seqs          bigint[], -- of all of several, oldest first; null: only seq
    mail_state    text        not null default 'due'
                  check (mail_state in ('due', 'sending', 'sent', 'kept', 'unwanted', 'dead')),
    -- When it is tried next; while it is being sent, when the claim expires.
    mail_at       timestamptz not null,
    mail_claim    integer     not null default 0, -- counts claims: only the last one records a result
    mail_failures integer     not null default 0,
    mail_note     text        not null default '', -- the reply's code; never an address
    mail_subject  text        not null default '',
    mail_body     text        not null default '',
    mail_done_at  timestamptz,
    counterpart_id text collate "C" not null default '', -- '': a user, or the claimant without an account
    count         integer     not null default 1, -- changes that this notice stands for; told_at is that of the last
    mailed_count  integer     not null default 0, -- as of the last claim of its mail
    -- Its place in the inbox: unread deadlines and money stay on top.
    priority      smallint    not null generated always as (case
                      when read_at is not null then 0 when class = 'deadline' then 4 when class = 'money' then 3
                      when urgent then 2 else 1 end) stored
);
create index notices_case on notices (case_id, seq);
create index notices_inbox on notices (user_id, priority desc, told_at desc, id desc);
-- Changes of one kind share a notice until it is read, or without an account until
-- its mail is sent. Deadlines never do: each has its own day.
create index notices_dead on notices (id) where mail_state = 'dead';
create unique index notices_fold on notices (coalesce(user_id, ''), case_id, audience, template, counterpart_id)
    where class <> 'deadline' and case when user_id is null then mail_claim = 0 else read_at is null end;
create index notices_mail_only on notices (case_id, template) where user_id is null;
create index notices_unread on notices (user_id) where read_at is null;
create index notices_mail on notices (mail_at) where mail_state in ('due', 'sending');
create index notices_mailed on notices (mail_done_at desc, id desc) where mail_body <> '';

-- A notification for later, sent if its deadline still runs then. Its recipients
-- are determined when it is sent.
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
    counterpart_id text collate "C" not null default '',
    primary key (case_id, audience, counterpart_id, clock, due_at, not_before)
);
create index reminders_next on reminders (not_before);

-- One row for each person who changed the defaults. Times of day are minutes
-- after midnight in Shanghai; equal ones mean no quiet hours.
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
    types            text[]      not null, -- the events subscribed to; empty: all
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
    seq         bigint      not null, -- of the change's first entry
    version     bigint      not null, -- of the case after the change
    occurred_at timestamptz not null,
    payload     text        not null, -- the signed bytes, the same in every attempt
    state       text        not null default 'due' check (state in ('due', 'sending', 'delivered', 'dead')),
    next_at     timestamptz not null, -- while it is being sent, when the claim expires
    claim       integer     not null default 0,
    failures    integer     not null default 0,
    status      integer     not null default 0, -- of the last response; 0: none
    note        text        not null default '',
    created_at  timestamptz not null,
    sent_at     timestamptz, -- the last attempt
    done_at     timestamptz
);
create index webhook_deliveries_next on webhook_deliveries (webhook_id, next_at) where state in ('due', 'sending');
create index webhook_deliveries_state on webhook_deliveries (state, created_at desc, id desc);
create index webhook_deliveries_newest on webhook_deliveries (created_at desc, id desc);
create index webhook_deliveries_done on webhook_deliveries (done_at) where done_at is not null;

-- How a claimant without an account stops the mails of a case. Every mail holds
-- the token, so it is not hashed; it can only stop mails.
create table guest_mails (
    case_id    text collate "C" primary key references cases (id),
    stop_token text        not null unique
               default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    stopped_at timestamptz
);

-- The address of a counterpart for mails about their own answers and the plan
-- they accepted. It came through their link and is shown to legal only. A stop is
-- for the address.
create table holder_mails (
    case_id        text collate "C" not null references cases (id),
    counterpart_id text collate "C" not null,
    email          text        not null,
    email_key      text        not null, -- the address in the form that is equal for every spelling
    stop_token     text        not null unique
                   default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    stopped_at     timestamptz,
    primary key (case_id, counterpart_id)
);

-- The journal is append-only.
-- +goose StatementBegin
create function journal_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
-- +goose StatementEnd

create trigger journal_entries_append_only before update or delete on journal_entries
    for each row execute function journal_is_append_only();
create trigger journal_entries_no_truncate before truncate on journal_entries
    for each statement execute function journal_is_append_only();
create trigger journal_checkpoints_no_truncate before truncate on journal_checkpoints
    for each statement execute function journal_is_append_only();

-- A checkpoint can be stamped once; no other change is allowed.
-- +goose StatementBegin
create function journal_checkpoints_only_stamp() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.token is not null or new.token is null
        or (new.case_id, new.size, new.note, new.root, new.at)
            is distinct from (old.case_id, old.size, old.note, old.root, old.at) then
        raise exception 'journal_checkpoints may only be stamped, once' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
-- +goose StatementEnd

create trigger journal_checkpoints_only_stamp before update or delete on journal_checkpoints
    for each row execute function journal_checkpoints_only_stamp();

-- A value can be erased once; it can be neither changed nor deleted.
-- +goose StatementBegin
create function journal_values_only_erase() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.erased_at is not null or new.erased_at is null
        or (new.case_id, new.seq, new.path) is distinct from (old.case_id, old.seq, old.path) then
        raise exception 'journal_values may only be erased' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
-- +goose StatementEnd

create trigger journal_values_only_erase before update or delete on journal_values
    for each row execute function journal_values_only_erase();
create trigger journal_values_no_truncate before truncate on journal_values
    for each statement execute function journal_is_append_only();
