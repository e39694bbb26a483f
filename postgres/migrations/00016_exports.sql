-- +goose Up

-- Where a case stood when an export of it was asked for, without personal data,
-- so that the papers tell what the journal tells up to the same entry. A binary
-- one release older leaves it empty; papers are then of the case as it stands.
alter table exports add column case_at jsonb;
