-- +goose Up

-- Where a counterpart wants to be written to about what they said themselves and
-- the plan they agreed to. They left it by their link for that alone: nobody in
-- the case is shown it. A stop holds for the address.
create table holder_mails (
    case_id        text collate "C" not null references cases (id),
    counterpart_id text collate "C" not null,
    email          text        not null,
    stop_token     text        not null unique
                   default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    stopped_at     timestamptz,
    primary key (case_id, counterpart_id)
);

-- '' for whoever has an account, or is the claimant without one.
alter table notices add column counterpart_id text collate "C" not null default '';
alter table reminders add column counterpart_id text collate "C" not null default '';
alter table reminders drop constraint reminders_pkey;
alter table reminders add primary key (case_id, audience, counterpart_id, clock, due_at, not_before);
