-- +goose Up

-- Whether the claimant of a closed case lets others learn from it, without
-- personal data. A binary one release older leaves it as it is.
alter table cases add column shared boolean not null default false;

create index cases_shared on cases (closed_at desc) where shared and closed_at is not null;
