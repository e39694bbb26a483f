package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// UsageWindow limits what may be used in any period of its length. A limit of 0
// means none.
type UsageWindow struct {
	Length time.Duration
	Uses   int64
	Bytes  int64
}

// Usage is one use of something limited, or several at once. All windows must have
// room for it.
type Usage struct {
	Key     string // who uses it
	Class   string // what is used
	Ref     string // identifies the use; the same one again is counted once, unless Adds
	Adds    bool   // uses with the same Ref add up
	At      time.Time
	Uses    int64 // 0 means 1
	Bytes   int64
	Windows []UsageWindow
}

func (u Usage) number() int64 { return max(1, u.Uses) }

// UsageResult is what CountUse found.
type UsageResult struct {
	Counted bool    // false: a window is full, and nothing was counted
	Uses    []int64 // in each window, with those just counted
	Bytes   []int64
}

// lockUsage orders the uses of one key and class. The next statement then sees
// all that were counted before.
const lockUsage = `select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`

// countUse counts a use if every window has room, or if it was counted before.
const countUse = `with used as (
		select w.no, w.uses as max_uses, w.bytes as max_bytes, coalesce(sum(u.uses), 0)::bigint as uses, coalesce(sum(u.bytes), 0)::bigint as bytes
		from unnest($7::bigint[], $8::bigint[], $9::bigint[]) with ordinality as w (micros, uses, bytes, no)
		left join usage_counters u on u.key = $1 and u.class = $2 and u.used_at > $4::timestamptz - w.micros * interval '1 microsecond'
		group by w.no, w.uses, w.bytes
	), repeated as (
		select not $10 and exists (select from usage_counters u where u.key = $1 and u.class = $2 and u.ref = $3) as yes
	), added as (
		insert into usage_counters as counted (key, class, ref, used_at, uses, bytes, expires_at)
		select $1, $2, $3, $4::timestamptz, $11::bigint, $5::bigint, $6::timestamptz
		where not exists (select from used where max_uses > 0 and uses + $11 > max_uses or max_bytes > 0 and bytes + $5 > max_bytes)
			or (select yes from repeated)
		on conflict (key, class, ref) do update set
			uses = counted.uses + case when $10 then excluded.uses else 0 end, bytes = counted.bytes + case when $10 then excluded.bytes else 0 end
		returning true
	), fresh as (select exists (select from added) and not (select yes from repeated) as yes)
	select exists (select from added), array_agg(uses + case when fresh.yes then $11 else 0 end order by no),
		array_agg(bytes + case when fresh.yes then $5 else 0 end order by no) from used, fresh`

// CountUse counts a use if every window has room for it, also when many
// processes count at the same time.
func (s *Store) CountUse(ctx context.Context, u Usage) (UsageResult, error) {
	lengths, uses, bytes, longest := u.columns()
	var result UsageResult
	batch := &pgx.Batch{}
	batch.Queue(lockUsage, u.Key, u.Class)
	batch.Queue(countUse, u.Key, u.Class, u.Ref, u.At, u.Bytes, u.At.Add(longest), lengths, uses, bytes, u.Adds, u.number()).
		QueryRow(func(row pgx.Row) error { return row.Scan(&result.Counted, &result.Uses, &result.Bytes) })
	err := s.pool.SendBatch(ctx, batch).Close()
	return result, translateError("count use", err)
}

func (u Usage) columns() (lengths, uses, bytes []int64, longest time.Duration) {
	for _, w := range u.Windows {
		lengths, uses, bytes = append(lengths, w.Length.Microseconds()), append(uses, w.Uses), append(bytes, w.Bytes)
		longest = max(longest, w.Length)
	}
	return lengths, uses, bytes, longest
}

// UsableFrom returns when every window has room for a use, which is At or before
// if they have it now. The newest uses that fill a window must leave it.
func (s *Store) UsableFrom(ctx context.Context, u Usage) (time.Time, error) {
	lengths, uses, bytes, _ := u.columns()
	var from *time.Time
	err := s.pool.QueryRow(ctx, `select max(full_until.at) from unnest($4::bigint[], $5::bigint[], $6::bigint[]) as w (micros, uses, bytes)
		cross join lateral (select max(newest.used_at) + w.micros * interval '1 microsecond' as at from (
			select u.used_at, sum(u.uses) over latest as uses, sum(u.bytes) over latest as bytes from usage_counters u
			where u.key = $1 and u.class = $2 and u.used_at > $3::timestamptz - w.micros * interval '1 microsecond'
			window latest as (order by u.used_at desc, u.ref desc rows unbounded preceding)) as newest
			where w.uses > 0 and newest.uses + $8 > w.uses or w.bytes > 0 and newest.bytes + $7 > w.bytes) as full_until`,
		u.Key, u.Class, u.At, lengths, uses, bytes, u.Bytes, u.number()).Scan(&from)
	if err != nil || from == nil {
		return u.At, translateError("read usage", err)
	}
	return *from, nil
}

// ReleaseUse removes a counted use that came to nothing.
func (s *Store) ReleaseUse(ctx context.Context, u Usage) error {
	_, err := s.pool.Exec(ctx, `delete from usage_counters where key = $1 and class = $2 and ref = $3`, u.Key, u.Class, u.Ref)
	return translateError("release use", err)
}

// SweepUsage deletes the uses that no window contains any more. It returns the
// number of rows.
func (s *Store) SweepUsage(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, `delete from usage_counters where expires_at < $1`, s.currentTime())
	return tag.RowsAffected(), translateError("sweep usage", err)
}
