package postgres

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// Idempotency is the row of an idempotent request, with its result. Key ""
// means that the caller did not ask for idempotency.
type Idempotency struct {
	Actor       recovery.UserID
	Key         string
	Fingerprint string // of the request's body
	Ref         string // id of the record it created
	Result      []byte
}

// FilingWrite is a new case with its first journal entry and its idempotency
// row.
type FilingWrite struct {
	Case          recovery.Case
	Draft         journal.Draft
	Idempotency   Idempotency
	Notifications notify.Notifications
	// Marks identify the people of the case across cases; Person is a mark of
	// the claimant.
	Marks  []recovery.PartyMark
	Person [32]byte
}

// FileCase writes a new case in one transaction and one round trip: the case,
// its journal, the outbox row that starts its workflow and the idempotency row.
// When it returns nil the case is durable.
//
// Errors: ErrRepeated, CodeTransactionOpen.
func (s *Store) FileCase(ctx context.Context, w FilingWrite) error {
	head := journal.NewHead()
	record, err := journal.AppendEntry(head, w.Case.ID, w.Draft, s.random)
	if err != nil {
		return err
	}
	// All statements of a batch run before one Sync, which makes them one
	// transaction without BEGIN and COMMIT. The idempotency row comes first, so
	// that a repetition is detected before its transaction number is refused.
	batch := &pgx.Batch{}
	s.queueIdempotency(batch, w.Idempotency)
	queueCase(batch, w.Case)
	queueNumberClaims(batch, w.Case)
	batch.Queue(`insert into journal_heads (case_id, size, hashes) values ($1, $2, $3)`,
		w.Case.ID, int64(head.Size()), head.Hashes())
	queueEntry(batch, w.Case.ID, record) // the case of this version is in the batch before
	queueMarks(batch, w.Case, w.Person, w.Marks)
	s.queueOutbox(batch, OutboxStart, w.Case.ID, "")
	s.queueNotifications(batch, w.Case.ID, record.Seq, w.Notifications)
	err = s.pool.SendBatch(ctx, batch).Close()
	if err != nil {
		return translateError("file case", err)
	}
	s.notifier.Notify()
	return nil
}

func queueCase(batch *pgx.Batch, c recovery.Case) {
	search := searchText(c)
	batch.Queue(`insert into cases (
			id, number, platform, instrument, amount_fen, claim_fen, sent_at, transaction_no, reason, claim_state,
			group_kind, group_size, claimant, counterparts, narrative, search, terms,
			stage, waiting_on, outcome, recovered_fen, position, filed_position, deadlines, due_at,
			assignee, owner, playbook, pace, created_at, closed_at, version, sends, payer, last_stage)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22,
			$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $18)`,
		c.ID, c.Number, c.Platform, c.Instrument, c.Amount, cmp.Or(c.Position.Claim, c.Amount), c.SentAt, c.TransactionNo, c.Reason, c.ClaimState,
		c.Group.Kind, c.Group.Size, c.Claimant, orEmpty(c.Counterparts), c.Narrative, search, searchTerms(search),
		c.Position.Stage, c.Position.WaitingOn, c.Position.Outcome, c.Position.Recovered, c.Position,
		orEmpty(c.Deadlines), earliestDueDate(c.Deadlines),
		c.Assignee, c.Owner, c.Playbook, max(1, c.Pace), c.CreatedAt, c.ClosedAt, max(1, c.Version), c.Sends, c.Payer)
}

// orEmpty keeps a JSON column an array: nil would be written as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// earliestDueDate is the first running deadline for an action; nil for none.
// Limitation periods are left out: they end rights and require no action.
func earliestDueDate(deadlines []recovery.Deadline) *time.Time {
	var due *time.Time
	for _, deadline := range deadlines {
		if deadline.Kind == recovery.AvoidanceClock || deadline.Kind == recovery.LimitationClock {
			continue
		}
		if deadline.PausedBecause == "" && (due == nil || deadline.DueAt.Before(*due)) {
			due = &deadline.DueAt
		}
	}
	return due
}

func (s *Store) queueIdempotency(batch *pgx.Batch, idempotency Idempotency) {
	if idempotency.Key == "" {
		return
	}
	batch.Queue(`with added as (
			insert into idempotency (actor, key, fingerprint, ref, answer, created_at) values ($1, $2, $3, $4, $5, $6)
			on conflict on constraint idempotency_key do nothing returning key)
		select refuse_write('idempotency_key') where not exists (select from added)`,
		idempotency.Actor, idempotency.Key, idempotency.Fingerprint, idempotency.Ref, idempotency.Result, s.currentTime())
}

// queueResult replaces the result of a request whose row is written, when it was known
// only under the lock of the case.
func queueResult(batch *pgx.Batch, i Idempotency) {
	if i.Key != "" {
		batch.Queue(`update idempotency set answer = $3 where actor = $1 and key = $2`, i.Actor, i.Key, i.Result)
	}
}

// FindResult returns the row of a request with this key; false if there is
// none.
func (s *Store) FindResult(ctx context.Context, actor recovery.UserID, key string) (Idempotency, bool, error) {
	list, err := queryAll[Idempotency](ctx, s, "read answer",
		`select actor, key, fingerprint, ref, answer as result from idempotency where actor = $1 and key = $2`, actor, key)
	if err != nil || len(list) == 0 {
		return Idempotency{}, false, err
	}
	return list[0], true, nil
}

// numberBlock is the range of case numbers that this process has reserved.
// Numbers left at the end of the process are never used.
type numberBlock struct {
	mutex     sync.Mutex
	day       string
	next, end int64
}

// numberBlockSize is the number of case numbers in one reservation.
const numberBlockSize = 64

// NextNumber returns a unique case number: the day in China and a counter.
// Numbers increase within a process; those of several processes interleave.
func (s *Store) NextNumber(ctx context.Context) (recovery.CaseNumber, error) {
	day := s.now().In(recovery.Shanghai).Format(time.DateOnly)
	block := &s.numbers
	block.mutex.Lock()
	defer block.mutex.Unlock()
	if block.day != day || block.next == block.end {
		end, err := s.reserveNumbers(ctx, day)
		if err != nil {
			return "", err
		}
		block.day, block.next, block.end = day, end-numberBlockSize, end
	}
	number := fmt.Sprintf("R%s-%06d", strings.ReplaceAll(day, "-", ""), block.next)
	block.next++
	return recovery.CaseNumber(number), nil
}

// reserveNumbers reserves the next block of a day and returns its end
// (exclusive).
func (s *Store) reserveNumbers(ctx context.Context, day string) (int64, error) {
	var end int64
	err := s.pool.QueryRow(ctx, `insert into case_numbers as n (day, next) values ($1::text::date, 1 + $2::bigint)
		on conflict (day) do update set next = n.next + $2::bigint returning next`, day, numberBlockSize).Scan(&end)
	return end, translateError("reserve case numbers", err)
}
