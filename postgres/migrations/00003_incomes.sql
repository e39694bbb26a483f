-- +goose Up

-- What people of a province earn, as an admin entered it with its source. A
-- figure is never changed: a newer day is a newer row, so that what a case was
-- told can be explained later. 0 is unknown.
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
