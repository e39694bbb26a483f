-- +goose Up

-- An authority's time (RFC 3161) beside a checkpoint. It comes later than the
-- checkpoint, or never; a binary one release older leaves it empty.
alter table journal_checkpoints
    add column token      bytea,
    add column stamped_at timestamptz,
    add constraint journal_checkpoints_stamp check ((token is null) = (stamped_at is null));

-- A stamp may be put beside a checkpoint, once, and nothing else may happen to
-- one.
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

drop trigger journal_checkpoints_append_only on journal_checkpoints;
create trigger journal_checkpoints_only_stamp before update or delete on journal_checkpoints
    for each row execute function journal_checkpoints_only_stamp();

-- The newest checkpoint of each case that waits for a stamp, which covers those
-- before it. Without an authority the rows stay, one for each case.
create table stamps_due (
    case_id text collate "C" primary key,
    size    bigint      not null,
    due_at  timestamptz not null,
    foreign key (case_id, size) references journal_checkpoints (case_id, size)
);
create index stamps_due_next on stamps_due (due_at, case_id);
insert into stamps_due (case_id, size, due_at)
    select distinct on (case_id) case_id, size, at from journal_checkpoints order by case_id, size desc;
