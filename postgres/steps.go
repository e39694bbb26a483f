package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// StepWrite is one change of a case by its workflow.
type StepWrite struct {
	CaseID       recovery.CaseID
	Request      recovery.RequestID // the action request; "" for steps of a timer
	Attempt      int                // the attempt of that request
	Precondition Precondition
	// ExpectedVersion is the version that the case must have; nil for any.
	ExpectedVersion *int64
	// Drafts are written in order. The key of the first one identifies the
	// step: a repeated step changes nothing.
	Drafts         []journal.Draft
	Next           recovery.Position
	Deadlines      []recovery.Deadline
	Counterpart    *recovery.Counterpart // see mergeCounterpart; nil for none
	SignCheckpoint bool
	Notifications  notify.Notifications
	// AssignTo assigns the case to an account with that role; "": unchanged. An
	// agent gets it only if nobody has it; see nextAssignee.
	AssignTo recovery.Role
	Step     recovery.RecordedStep // as it is kept for corrections; Seq and At are set when it is written
	// Amended is the record after a step that changes the payment or the counterparts;
	// nil for other steps. Marks replace those of the counterparts, nil for no change.
	// Revoked makes the entry for a valid link of somebody who is no counterpart any more.
	Amended *recovery.Case
	Marks   []recovery.PartyMark
	Revoked func(recovery.Link) journal.Draft
	// Corrected is the history after a correction; nil for other steps.
	Corrected *recovery.History
	// Address is the address that a counterpart left with the step; nil for
	// none.
	Address *notify.CounterpartAddress
}

// StepResult is the state after a step.
type StepResult struct {
	Seq       int64 // of the step's first entry
	Version   int64
	Deadlines []recovery.Deadline
}

// WriteStep writes a step in one transaction: its entries, the position and
// deadlines of the case, a counterpart's answer, and the state of the request.
// If the step's key exists, the existing result is returned.
//
// Errors: ErrAbandoned, CodeNotFound, those of the Precondition, CodePrecondition if the
// case has another version than ExpectedVersion.
func (s *Store) WriteStep(ctx context.Context, w StepWrite) (StepResult, error) {
	if len(w.Drafts) == 0 || w.Drafts[0].Key == "" {
		return StepResult{}, fmt.Errorf("step of case %s: its first draft needs a key", w.CaseID)
	}
	var result StepResult
	err := s.inTransaction(ctx, "write step", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, w.CaseID, w.Drafts...)
		if err != nil {
			return err
		}
		before, err := readStepState(ctx, tx, w)
		if err != nil {
			return err
		}
		written, known := writer.existingRecord(w.Drafts[0].Key)
		if known {
			result = StepResult{Seq: written.Seq, Version: before.Version, Deadlines: before.Deadlines}
			return nil
		}
		if before.isAbandoned(w) {
			return ErrAbandoned
		}
		if err := before.checkConditions(ctx, tx, w); err != nil {
			return err
		}
		result, err = s.applyStep(ctx, writer, w, before)
		return err
	})
	if err == nil {
		s.wakeSenders(w.Notifications)
	}
	return result, err
}

// stepState is the state of the case and of the request before a step.
type stepState struct {
	recovery.Case
	state   string
	attempt int
}

// readStepState reads the case and locks the request. A
// transaction that abandons the request either waits for this transaction or is seen by it.
func readStepState(ctx context.Context, tx pgx.Tx, w StepWrite) (stepState, error) {
	var before stepState
	batch := &pgx.Batch{}
	batch.Queue(selectCase+` where id = $1`, w.CaseID).Query(func(rows pgx.Rows) (err error) {
		before.Case, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[recovery.Case])
		return err
	})
	if w.Request != "" {
		batch.Queue(`select state, attempt from action_requests where id = $1 and case_id = $2 for update`, w.Request, w.CaseID).
			QueryRow(func(row pgx.Row) error {
				err := row.Scan(&before.state, &before.attempt)
				if isNoRows(err) {
					return nil // deleted: isAbandoned sees the empty state
				}
				return err
			})
	}
	return before, tx.SendBatch(ctx, batch).Close()
}

func (b stepState) isAbandoned(w StepWrite) bool {
	if w.Request == "" {
		return false
	}
	return b.attempt != w.Attempt || b.state != recovery.RequestStaged && b.state != recovery.RequestApplied
}

// checkConditions examines the case, whose journal is locked.
func (b stepState) checkConditions(ctx context.Context, tx pgx.Tx, w StepWrite) error {
	if w.Precondition != nil {
		if err := w.Precondition(ctx, LockedCase{Case: b.Case, reads: reads{tx}}); err != nil {
			return err
		}
	}
	return checkVersion(w.ExpectedVersion, b.Version)
}

// applyStep queues everything that a new step changes and sends it.
func (s *Store) applyStep(ctx context.Context, writer *journalWriter, w StepWrite, before stepState) (StepResult, error) {
	known := before.Counterparts
	if w.Amended != nil {
		before.Counterparts = w.Amended.Counterparts
	}
	counterparts, err := mergeCounterpart(before.Counterparts, w.Counterpart)
	if err != nil {
		return StepResult{}, err
	}
	if w.Corrected != nil {
		counterparts = correctCounterparts(counterparts, *w.Corrected)
	}
	var first journal.Record
	for i, draft := range w.Drafts {
		record, err := writer.appendEntry(draft)
		if err != nil {
			return StepResult{}, err
		}
		if i == 0 {
			first = record
		}
	}
	at := first.At
	queueStay(writer.batch, w, first)
	queueReservations(writer.batch, w, before)
	queueStep(writer.batch, w, counterparts, at)
	if w.Amended != nil {
		queueAmendment(writer.batch, w)
	}
	if err := w.endAccess(ctx, writer, known, counterparts, at); err != nil {
		return StepResult{}, err
	}
	queueRecordedStep(writer.batch, w, first)
	if w.Corrected != nil {
		queueCorrection(writer.batch, w, first)
	}
	assignee, err := nextAssignee(ctx, writer.tx, w.AssignTo, before.Assignee)
	if err != nil {
		return StepResult{}, err
	}
	queueAddress(writer.batch, w.CaseID, w.Address)
	s.queueNotificationsOf(writer.batch, w.CaseID, first.Seq, w.Notifications, assignee) // before the case is reassigned: the former assignee is notified
	err = reassignCase(writer, w, before, assignee, at)
	if err != nil {
		return StepResult{}, err
	}
	if w.Request != "" {
		writer.batch.Queue(`update action_requests set state = 'applied' where id = $1`, w.Request)
	}
	if w.SignCheckpoint {
		err = writer.signCheckpoint(at)
		if err != nil {
			return StepResult{}, err
		}
	}
	err = writer.sendBatch(ctx)
	return StepResult{Seq: first.Seq, Version: before.Version + 1, Deadlines: w.Deadlines}, err
}

// reassignCase gives the case to a member of staff, with a journal entry. Only the
// database knows who works on a case, so the workflow cannot name the assignee.
func reassignCase(writer *journalWriter, w StepWrite, before stepState, to recovery.UserID, at time.Time) error {
	if to == "" {
		return nil
	}
	facts := map[string]any{"user_id": to, "because": w.Drafts[0].Kind}
	if before.Assignee != "" {
		facts["from"] = before.Assignee
	}
	_, err := writer.appendEntry(journal.Draft{
		Kind: recovery.EntryAssigned, At: at, Actor: recovery.System, Key: w.Drafts[0].Key + ":desk", Pace: before.Pace,
		Collector: w.Drafts[0].Collector, Facts: facts,
	})
	writer.batch.Queue(`update cases set assignee = $2 where id = $1`, w.CaseID, to)
	writer.batch.Queue(`update users set last_given = $2 where id = $1`, to, at)
	return err
}

func queueStep(batch *pgx.Batch, w StepWrite, counterparts []recovery.Counterpart, at time.Time) {
	// The right side of an assignment has the values before the step.
	batch.Queue(`update cases set stage = $2, waiting_on = $3, outcome = $4, recovered_fen = $5, position = $6,
			deadlines = $7, due_at = $8, counterparts = $9, version = version + 1,
			claim_fen = case when $14::bigint > 0 then $14 else claim_fen end,
			closed_at = case when $10::boolean then coalesce(closed_at, $11::timestamptz) end,
			last_stage = case when not $10::boolean then $2 when stage <> $2 then stage else last_stage end,
			stage_since = case when stage <> $2 then $11::timestamptz else stage_since end,
			contacted = contacted or stage in ('private_contact', 'group_notice') and stage <> $2,
			appealed = appealed or $12::boolean, route = $13, shared = shared and $10::boolean and outcome = $4,
			contact_fen = contact_fen + case when stage in ('private_contact', 'group_notice') then greatest(0, $5 - recovered_fen) else 0 end
				- least(contact_fen, greatest(0, recovered_fen - $5 - legal_fen - appeal_fen)),
			appeal_fen = appeal_fen + case when stage = 'appeal' then greatest(0, $5 - recovered_fen) else 0 end
				- least(appeal_fen, greatest(0, recovered_fen - $5 - legal_fen)),
			legal_fen = legal_fen + case when stage = 'legal' then greatest(0, $5 - recovered_fen) else 0 end
				- least(legal_fen, greatest(0, recovered_fen - $5))
		where id = $1`,
		w.CaseID, w.Next.Stage, w.Next.WaitingOn, w.Next.Outcome, w.Next.Recovered, w.Next,
		orEmpty(w.Deadlines), earliestDueDate(w.Deadlines), orEmpty(counterparts), !w.Next.IsOpen(), at,
		isSubmitted(w.Next.Appeal), w.Next.Route, w.Next.Claim)
}

// queueReservations claims the transaction numbers of a case that is opened again, in
// whatever way, and frees those of a closed one.
func queueReservations(batch *pgx.Batch, w StepWrite, before stepState) {
	switch {
	case !w.Next.IsOpen():
		queueNumbersFree(batch, w.CaseID)
	case w.Amended != nil:
		queueNumberClaims(batch, *w.Amended)
	case before.ClosedAt != nil:
		queueNumberClaims(batch, before.Case)
	}
}

// isSubmitted reports whether the platform got the appeal.
func isSubmitted(appeal recovery.AppealState) bool {
	return appeal != "" && appeal != recovery.AppealPreparing
}

// mergeCounterpart updates a counterpart with the values that are set. A new
// answer replaces the answer and its refusal, a refusal alone replaces the
// refusal, and ReturnFen is the total returned so far, 0 for no change.
func mergeCounterpart(list []recovery.Counterpart, news *recovery.Counterpart) ([]recovery.Counterpart, error) {
	if news == nil {
		return list, nil
	}
	index := slices.IndexFunc(list, func(c recovery.Counterpart) bool { return c.ID == news.ID })
	if index < 0 {
		return nil, notFound("counterpart")
	}
	merged := slices.Clone(list)
	counterpart := &merged[index]
	if news.Answer != "" {
		counterpart.Answer, counterpart.Refusal = news.Answer, news.Refusal
	}
	if news.Refusal != "" {
		counterpart.Refusal = news.Refusal
	}
	if news.ReturnFen != 0 {
		counterpart.ReturnFen = news.ReturnFen
	}
	return merged, nil
}
