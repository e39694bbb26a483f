-- +goose Up

-- What may be shown of a case, and for how long. A binary one release older
-- leaves these columns as they are, and shows a restricted case to everybody.
alter table cases
    add column held_since    timestamptz, -- a legal hold: nothing is erased
    add column restricted_at timestamptz, -- kept, and shown to legal and auditors only
    add column erased_at     timestamptz, -- who and what it was about is gone
    add column stage_since   timestamptz; -- null: since the filing

create index cases_erasable on cases (closed_at) where closed_at is not null and erased_at is null and held_since is null;

-- Erasing finds by it the answers that were kept for repetitions.
create index idempotency_ref on idempotency (ref);

-- Files whose last record was erased, until they are gone from the disk too.
create table leftovers (
    kind  text not null check (kind in ('blob', 'export')),
    name  text collate "C" not null,
    since timestamptz not null,
    primary key (kind, name)
);

-- The stages that cases have left, one row for each stay. What a case is counted
-- by never changes and stands here too, so that statistics need not read cases.
create table case_stages (
    case_id    text collate "C" not null references cases (id),
    seq        bigint      not null, -- of the entry by which the stage was left
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

-- Stays of cases filed before, from their journals: each ends where the next
-- begins.
insert into case_stages
with turns as (
    select e.case_id, e.seq, e.kind, e.at,
        case e.kind when 'case_closed' then 'closed'
            when 'case_filed' then b.facts ->> 'stage' else b.facts ->> 'to' end as stage
    from journal_entries e, lateral (select convert_from(e.bytes, 'UTF8')::jsonb -> 'facts' as facts) b
    where e.kind in ('case_filed', 'stage_entered', 'case_closed')
), stays as (
    select *, lead(seq) over w as until_seq, lead(at) over w as until from turns
    window w as (partition by case_id order by seq)
)
select s.case_id, s.until_seq, s.stage, s.at, s.until, c.platform, c.group_kind, c.amount_fen, c.created_at, c.pace
from stays s join cases c on c.id = s.case_id
where s.until is not null and s.stage is not null;

update cases c set stage_since = e.at
from (select distinct on (case_id) case_id, at from journal_entries
    where kind in ('stage_entered', 'case_closed') order by case_id, seq desc) e
where e.case_id = c.id;

-- Everything the statistics read of cases, so that they need not read the rest.
create index cases_stats on cases (created_at)
    include (pace, last_stage, stage, platform, group_kind, amount_fen, recovered_fen, outcome);

-- Who stands on which side of a case, as keyed digests: whether two cases name
-- the same person can be told, and who it is cannot.
create table party_marks (
    case_id  text collate "C" not null references cases (id),
    side     text        not null check (side in ('claimant', 'counterpart')),
    mark     bytea       not null check (octet_length(mark) = 32),
    person   bytea       not null check (octet_length(person) = 32), -- of the case's claimant
    filed_at timestamptz not null,
    primary key (case_id, side, mark)
);
create index party_marks_mark on party_marks (mark, side, filed_at);
create index party_marks_filed on party_marks (filed_at);

-- What a supervisor should look at. It decides nothing.
create table abuse_flags (
    id           text collate "C" primary key,
    case_id      text collate "C" not null references cases (id),
    pattern      text        not null,
    cases        text[]      not null, -- the ids that make the pattern, this one among them
    found_at     timestamptz not null,
    dismissed_at timestamptz,
    dismissed_by text collate "C" not null default '',
    constraint abuse_flags_once unique (case_id, pattern)
);
create index abuse_flags_newest on abuse_flags (found_at desc, id desc);
create index abuse_flags_open on abuse_flags (found_at desc, id desc) where dismissed_at is null;
