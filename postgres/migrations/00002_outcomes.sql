-- +goose Up

-- What closed cases teach: the stage a case stood at last, whether an appeal was
-- submitted, the way of law it took, and what came back on each way. A binary one
-- release older leaves these columns as they are: a case it closes goes
-- uncounted where last_stage is empty.
alter table cases
    add column last_stage  text    not null default '',
    add column appealed    boolean not null default false,
    add column route       text    not null default '',
    add column contact_fen bigint  not null default 0,
    add column appeal_fen  bigint  not null default 0,
    add column legal_fen   bigint  not null default 0;

-- Older cases tell less: money is put down to the last way they took.
update cases set
    appealed = exists (select 1 from journal_entries e where e.case_id = cases.id and e.kind = 'appeal_submitted'),
    route = coalesce(position ->> 'route', '');
update cases set last_stage = case
    when closed_at is null then stage
    when route <> '' then 'legal'
    when appealed then 'appeal'
    when outcome = 'auto_refunded' then 'recall_watch'
    else 'private_contact' end;
update cases set
    contact_fen = case when last_stage in ('private_contact', 'group_notice') then recovered_fen else 0 end,
    appeal_fen = case when last_stage = 'appeal' then recovered_fen else 0 end,
    legal_fen = case when last_stage = 'legal' then recovered_fen else 0 end;

-- Everything the count of outcomes reads, so that it need not read the cases.
create index cases_outcomes on cases (platform, instrument, group_kind, last_stage)
    include (amount_fen, recovered_fen, contact_fen, appeal_fen, legal_fen, appealed, route, outcome, closed_at)
    where closed_at is not null;
