-- +goose Up

-- A claimant without an account, for whom the desk filed, is told by mail alone:
-- such a notice has no user, and its address is read from the case when it is
-- sent. A binary one release older leaves these mails where they are.
alter table notices alter column user_id drop not null;

-- How such a claimant stops the mails of a case. The token stands in every mail,
-- so a hash would not do; it opens nothing and can only stop mails.
create table guest_mails (
    case_id    text collate "C" primary key references cases (id),
    stop_token text        not null unique
               default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    stopped_at timestamptz
);
