package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/recovery"
)

// File opens a case. It returns when the case, its first journal entry and the
// outbox row are durable, whether the engine is available or not.
func (s *Service) File(ctx context.Context, req Request, filing recovery.Filing) (Reply[View], error) {
	if err := s.checkMayFile(req.Actor, filing); err != nil {
		return Reply[View]{}, err
	}
	filed, err := s.prepareFiling(ctx, req, filing)
	if err != nil {
		return Reply[View]{}, err
	}
	reply, err := applyChange(ctx, s, req, filed)
	if recovery.CodeOf(err) == recovery.CodeTransactionOpen {
		// For a repetition, the transaction number can fail before the key.
		if first, found, findErr := findResult[View](ctx, s, req); findErr != nil || found {
			return first, findErr
		}
	}
	return reply, err
}

func (s *Service) checkMayFile(actor recovery.Actor, filing recovery.Filing) error {
	switch actor.Role {
	case recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor:
	default:
		return recovery.Faultf(recovery.CodeForbidden, "The role %s cannot file cases.", actor.Role)
	}
	if filing.Pace > 1 && !s.config.Development {
		return recovery.Invalid([]recovery.FieldFault{{
			Field: "pace", Code: "development_only", Detail: "A pace is accepted only by a development installation.",
		}})
	}
	return filing.Validate(s.Now())
}

func (s *Service) prepareFiling(ctx context.Context, req Request, filing recovery.Filing) (change[View], error) {
	number, err := s.Store.NextNumber(ctx)
	if err != nil {
		return change[View]{}, err
	}
	if filing.Pace == 0 {
		filing.Pace = s.config.Pace
	}
	c := s.newCase(req.Actor, filing, number)
	view, err := s.fullView(c, req.Actor, nil, nil, recovery.ContactTotals{})
	if err != nil {
		return change[View]{}, err
	}
	person, marks := s.config.MarkKey.Marks(c)
	write := postgres.FilingWrite{
		Case: c, Draft: s.filedDraft(req, c), Marks: marks, Person: person,
		Notifications: s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, recovery.EntryCaseFiled, req.Actor, s.Now())),
	}
	return change[View]{string(c.ID), view, func(idem postgres.Idempotency) (View, error) {
		write.Idempotency = idem
		return writeReserved(ctx, s.reserveForAccount(req.Actor, useCases, string(c.ID), 0), func() (View, error) {
			return view, s.Store.FileCase(ctx, write)
		})
	}}, nil
}

// newCase makes the case of a filing with its first position and deadlines. It
// keeps the playbook version that the rollout chooses for its id.
func (s *Service) newCase(actor recovery.Actor, filing recovery.Filing, number recovery.CaseNumber) recovery.Case {
	now, id := s.Now(), recovery.CaseID(s.newID())
	book := s.Registry.ForCase(id)
	owner := recovery.UserID("")
	if actor.Role == recovery.RoleClaimant {
		owner = actor.ID
	}
	c := filing.NewCase(id, number, owner, now, s.newID)
	c.Playbook = book.Version()
	c.Position = recovery.StartPosition(c, book.Terms(filing, now))
	c.Deadlines = book.Deadlines(c, recovery.Step{Next: c.Position}, now)
	return c
}

// filedDraft returns the draft of the first entry. Empty personal values get no
// commitment.
func (s *Service) filedDraft(req Request, c recovery.Case) journal.Draft {
	draft := s.newDraft(recovery.EntryCaseFiled, req, c)
	draft.Key, draft.At = "filed", c.CreatedAt // one instant for the case and its entry
	draft.ClaimedAt = &c.SentAt
	draft.Facts = map[string]any{
		"number": c.Number, "platform": c.Platform, "instrument": c.Instrument, "amount_fen": c.Amount,
		"sent_at": c.SentAt.Format(time.RFC3339), "reason": c.Reason, "claim_state": c.ClaimState, "group": c.Group,
		"counterparts": len(c.Counterparts), "stage": c.Position.Stage, "playbook": c.Playbook,
	}
	draft.Personal = map[string]string{
		"claimant.name": c.Claimant.Name, "claimant.email": c.Claimant.Email, "claimant.phone": c.Claimant.Phone,
		"claimant.province": c.Claimant.Province, "claimant.city": c.Claimant.City,
		"narrative": c.Narrative, "transaction_no": c.TransactionNo,
	}
	addFurtherFacts(draft, c)
	for i, counterpart := range c.Counterparts {
		draft.Personal[fmt.Sprintf("counterpart.%d.alias", i+1)] = counterpart.Alias
		draft.Personal[fmt.Sprintf("counterpart.%d.contact", i+1)] = counterpart.Contact
	}
	for path, value := range draft.Personal {
		if value == "" {
			delete(draft.Personal, path)
		}
	}
	return draft
}

// addFurtherFacts adds the facts that most filings do not have.
func addFurtherFacts(draft journal.Draft, c recovery.Case) {
	facts := c.Facts()
	draft.Personal["circumstances"] = strings.Join(facts.StatedCircumstances(), ",")
	facts.Circumstances = nil
	for name, value := range (recovery.ActionBody{Facts: facts}).PlainFacts() {
		draft.Facts[name] = value
	}
	for i, send := range c.Sends {
		draft.Facts[fmt.Sprintf("sends.%d", i+1)] = map[string]any{"amount_fen": send.Amount, "sent_at": send.SentAt.UTC().Format(time.RFC3339)}
		draft.Personal[fmt.Sprintf("sends.%d.transaction_no", i+1)] = send.TransactionNo
	}
	draft.Personal["payer.name"], draft.Personal["payer.relation"] = c.Payer.Name, c.Payer.Relation
}

// Recall reports whether a mis-send can still be recalled. It stores nothing and
// needs no account.
func (s *Service) Recall(facts playbook.AssessmentFacts) playbook.Recall {
	return s.Registry.Current().Recall(facts, s.Now())
}

// CaseRecall reports what of the money of a case can still be stopped; nil when nothing
// can.
func (s *Service) CaseRecall(c recovery.Case) (*playbook.Recall, error) {
	if !c.Position.IsOpen() {
		return nil, nil //nolint:nilnil // a closed case has nothing left to stop
	}
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return nil, err
	}
	answer := book.Recall(playbook.FactsOf(c), s.Now())
	if !answer.Stoppable {
		return nil, nil //nolint:nilnil // nothing can be stopped
	}
	return &answer, nil
}
