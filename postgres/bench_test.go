package postgres_test

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// clients is how many file at once.
const clients = 8

// BenchmarkFileCase files cases from eight clients and reports the rate and the
// 95th percentile. Run it with PGTEST_DURABLE=1: without, commits cost nothing.
func BenchmarkFileCase(b *testing.B) {
	s := pgtest.New(b)
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, clients)
	var group sync.WaitGroup
	b.ResetTimer()
	for client := range clients {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				began := time.Now()
				fileOne(b, s)
				took[client] = append(took[client], time.Since(began))
			}
		})
	}
	group.Wait()
	b.StopTimer()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
	b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
}

func fileOne(b *testing.B, s *postgres.Store) {
	number, err := s.NextNumber(b.Context())
	if err != nil {
		b.Error(err)
		return
	}
	err = s.FileCase(b.Context(), postgres.FilingWrite{
		Case: sample(b, number), Draft: draft(recovery.EntryCaseFiled, "filed"),
		Idempotency: postgres.Idempotency{Actor: "owner-1", Key: string(number), Fingerprint: "f", Result: []byte("{}")},
	})
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkUserByToken checks a token as every request does.
func BenchmarkUserByToken(b *testing.B) {
	s := pgtest.New(b)
	user := must[recovery.User](b)(s.EnsureUser(b.Context(), account("a@example.test", recovery.RoleAgent)))
	hash := sha256.Sum256([]byte("token"))
	err := s.AddToken(b.Context(), recovery.Token{ID: "t", UserID: user.ID}, hash)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, err = s.UserByToken(b.Context(), hash)
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOutcomes counts a hundred thousand closed cases.
func BenchmarkOutcomes(b *testing.B) {
	at := open(b, postgres.Options{})
	c := file(b, at.Store)
	walk(b, at.Store, c, shut(recovery.RecoveredPartly, 10))
	err := at.sql(b, `insert into cases select (jsonb_populate_record(c, jsonb_build_object(
			'id', 'x' || n, 'number', 'x' || n, 'transaction_no', 'x' || n, 'claim_fen', 1 + n * 7 % 1000000,
			'platform', (array['wechat', 'alipay', 'qq', 'wecom'])[1 + n % 4],
			'group_kind', (array['none', 'family', 'friends', 'work', 'strangers'])[1 + n / 4 % 5]))).*
		from cases c, generate_series(1, 100000) n`)
	if err != nil {
		b.Fatal(err)
	}
	if err := at.sql(b, "vacuum analyze cases"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := at.OutcomeCounts(b.Context(), bands); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkContactLog reads the messages of a short and of a long case, as every view
// of a case does.
func BenchmarkContactLog(b *testing.B) {
	for _, count := range []int{50, 3000} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			at := open(b, postgres.Options{})
			c := file(b, at.Store)
			seedContacts(b, at, c.ID, count)
			for b.Loop() {
				if log, err := at.ContactLog(b.Context(), c.ID); err != nil || len(log) != min(count, 100) {
					b.Fatal(len(log), err)
				}
			}
		})
	}
}
