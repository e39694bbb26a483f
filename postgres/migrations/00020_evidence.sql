-- +goose Up

-- What was learned from a file, beside its record: a binary one release older
-- writes none, and the row is made when the file is looked at next. No personal
-- data stands here: where a picture was taken is a committed value of the
-- journal.
create table evidence_details (
    evidence_id       text collate "C" primary key references evidence (id),
    report            jsonb  not null,
    likeness          bigint,
    near_duplicate_of text collate "C" references evidence (id),
    answers           jsonb  not null default '{}',
    view_sha256       text collate "C" not null default '',
    view_size         bigint not null default 0
);

-- Files that arrive in parts. A row goes when its file is complete, or a day
-- after it was announced; the bytes lie in the blob store's folder.
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
    created_at  timestamptz not null
);
create index uploads_actor on uploads (by_id, created_at);
create index uploads_age on uploads (created_at);
