package casework

import (
	"context"
	"io"
	"slices"
	"time"

	"recourse/evidence/originals/blob"
	"recourse/notify"
	"recourse/playbook"
	"recourse/recovery"
)

// Return is the part of a case that a counterpart sees: what they hold, what is
// asked of them and what they may answer. It names no person and has nothing
// about other counterparts.
type Return struct {
	Reference        recovery.CaseNumber
	Open             bool
	Platform         recovery.Platform
	Instrument       recovery.Instrument
	SentAt           time.Time
	ClaimedAt        *time.Time
	Held             *recovery.Money // what they took; nil if unknown
	Asked            *recovery.Money // what is still asked of them; nil if unknown
	Returned         recovery.Money  // confirmed by the claimant
	ReportedReturned recovery.Money  // reported by the counterpart and not confirmed yet
	Answer           recovery.Response
	Refusal          recovery.Refusal
	Plan             *recovery.Plan // proposed or running
	Text             *playbook.Text // the request to them, with the way to return
	// Records lists what will be recorded, each with its time.
	Records   []recovery.EntryKind
	Allowed   []recovery.Action
	ExpiresAt time.Time
}

// returnRecords are the kinds of entries that a counterpart is informed about.
var returnRecords = []recovery.EntryKind{
	recovery.EntryLinkOpened, recovery.EntryResponseRecorded, recovery.EntryPlanProposed, recovery.EntryPlanAccepted,
	recovery.EntryPlanDeclined, recovery.EntryHarassmentReported, recovery.EntryEvidenceAdded, recovery.EntryMailsAsked,
	recovery.EntryInstalmentReminded,
}

// OpenReturn shows a counterpart their part of the case. The first opening is
// recorded: from then on they know of the mistake (民法典 986, 987).
func (s *Service) OpenReturn(ctx context.Context, req Request, link recovery.Link) (Return, error) {
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return Return{}, err
	}
	if link.OpenedAt == nil {
		draft := s.linkDraft(recovery.EntryLinkOpened, req, c, link)
		err = s.Store.OpenLink(ctx, link, draft, s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At)))
		if err != nil {
			return Return{}, err
		}
	}
	return s.returnOf(c, link)
}

// TakeCounterpartAction takes an action of a counterpart for themselves,
// whatever the action names.
func (s *Service) TakeCounterpartAction(ctx context.Context, req Request, link recovery.Link, act recovery.ActionBody) (Reply[Return], error) {
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return Reply[Return]{}, err
	}
	act.CounterpartID = link.CounterpartID
	if act.At == nil && (act.Action == recovery.RecordResponse || act.Action == recovery.ReportHarassment) {
		now := s.Now()
		act.At = &now
	}
	if err := s.checkAct(req.Actor, c, act); err != nil {
		return Reply[Return]{}, err
	}
	return takeAction(ctx, s, req, c, act, func(_ context.Context, c recovery.Case) (Return, error) { return s.returnOf(c, link) })
}

func (s *Service) returnOf(c recovery.Case, link recovery.Link) (Return, error) {
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return Return{}, err
	}
	result := Return{
		Reference: c.Number, Open: c.Position.IsOpen(), Platform: c.Platform, Instrument: c.Instrument, SentAt: c.SentAt,
		Records: returnRecords, Allowed: allowedActions(c, CounterpartActor(link)), ExpiresAt: link.ExpiresAt,
	}
	if at := slices.IndexFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == link.CounterpartID }); at >= 0 {
		result.ClaimedAt, result.Answer, result.Refusal = c.Counterparts[at].ClaimedAt, c.Counterparts[at].Answer, c.Counterparts[at].Refusal
	}
	result.addAmounts(c.Position, link.CounterpartID)
	result.Text = firstRequestText(book, c, result)
	return result, nil
}

// addAmounts adds the amounts of one counterpart. If others may hold a part and
// no share is known, the missing amount is not theirs alone and is left out.
func (r *Return) addAmounts(p recovery.Position, id recovery.CounterpartID) {
	for _, holder := range p.Counterparts {
		if holder.ID != id {
			continue
		}
		r.Returned, r.ReportedReturned = holder.Returned, holder.ReportedReturned
		if holder.Share > 0 {
			r.Held = &holder.Share
		}
		if p.KnowsShare(holder) {
			asked := p.AmountOwedBy(id)
			r.Asked = &asked
		}
	}
	for _, plan := range p.Plans {
		if plan.CounterpartID == id {
			r.Plan = &plan
		}
	}
}

// firstRequestText is the playbook's first message to a counterpart with their
// amounts; nil if these are unknown.
func firstRequestText(book *playbook.RuleSet, c recovery.Case, result Return) *playbook.Text {
	if result.Asked == nil {
		return nil
	}
	if result.Held != nil {
		c.Amount = *result.Held
	}
	c.Counterparts = []recovery.Counterpart{{Claimed: c.Amount}} // without the amounts of others
	c.TransactionNo = ""
	c.Position.Recovered = max(0, c.Amount-*result.Asked)
	for _, text := range book.Texts(c, recovery.PrivateContact) {
		if text.Audience == "counterpart" {
			return &text
		}
	}
	return nil
}

// ReceiveReturn streams a counterpart's file to the disk, as Receive does.
func (s *Service) ReceiveReturn(ctx context.Context, body io.Reader) (*blob.Pending, error) {
	return s.Blobs.Receive(ctx, body, s.config.UploadLimit)
}

// AddReturnEvidence stores a received file of a counterpart, as AddEvidence
// does.
func (s *Service) AddReturnEvidence(
	ctx context.Context, req Request, link recovery.Link, about recovery.FileDescription, file *blob.Pending,
) (Reply[Exhibit], error) {
	defer file.Discard()
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	return s.storeEvidence(ctx, req, c, upload{FileDescription: about}, file, nil)
}
