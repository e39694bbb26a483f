-- +goose Up

-- Identifiers are UUIDv7 in text form, ordered byte by byte; instants are
-- timestamptz; money is fen in bigint. Migrations go forward only, and each
-- must be safe for a binary one release older.

create table users (
    id         text collate "C" primary key,
    role       text        not null,
    email      text        not null,
    name       text        not null default '',
    active     boolean     not null default true,
    created_at timestamptz not null default now(),
    constraint users_email unique (email)
);

create table tokens (
    hash       bytea primary key check (octet_length(hash) = 32),
    user_id    text collate "C" not null references users (id),
    note       text        not null default '',
    expires_at timestamptz,
    created_at timestamptz not null default now()
);

create table sessions (
    token  text primary key,
    data   bytea       not null,
    expiry timestamptz not null
);
create index sessions_expiry on sessions (expiry);

-- The days of case numbers; "next" is the first number nobody has reserved.
create table case_numbers (
    day  date primary key,
    next bigint not null
);

create table cases (
    id             text collate "C" primary key,
    number         text collate "C" not null,
    platform       text        not null,
    instrument     text        not null,
    amount_fen     bigint      not null check (amount_fen >= 0),
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
    deadlines      jsonb       not null,
    due_at         timestamptz,
    assignee       text collate "C" not null,
    owner          text collate "C" not null,
    playbook       text        not null,
    pace           integer     not null check (pace >= 1),
    created_at     timestamptz not null,
    closed_at      timestamptz,
    version        bigint      not null,
    constraint cases_number unique (number)
);

-- One open case per transaction of a platform.
create unique index cases_transaction_open on cases (platform, transaction_no)
    where closed_at is null and transaction_no <> '';

-- Every list is newest first; each filter that a desk stands on all day has its
-- own order, so that a page reads only the rows it shows.
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

-- Found by pairs of characters: see searchTerms. The pending list is kept short
-- so that no filing waits long for it to be sorted in.
create index cases_terms on cases using gin (terms) with (gin_pending_list_limit = 1024);

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
    primary key (case_id, seq)
);
create unique index journal_entries_key on journal_entries (case_id, key) where key <> '';

-- Personal values stand beside the journal, so that they can be erased while
-- their commitments stay.
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
    primary key (case_id, size)
);

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
    by_id      text        not null
);
create index exports_case on exports (case_id, created_at, id);

create table action_requests (
    id          text collate "C" primary key,
    case_id     text collate "C" not null references cases (id),
    actor_role  text        not null,
    actor_id    text        not null,
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
create trigger journal_checkpoints_append_only before update or delete on journal_checkpoints
    for each row execute function journal_is_append_only();
create trigger journal_checkpoints_no_truncate before truncate on journal_checkpoints
    for each statement execute function journal_is_append_only();

-- A value may be erased, once; it may be neither changed nor taken away.
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
