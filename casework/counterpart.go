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

// Return is what a counterpart sees of a case: what they hold and are asked for,
// and what they may say to it. Nobody is named in it, and nothing of the others'
// is told.
type Return struct {
	Reference        recovery.CaseNumber
	Open             bool
	Platform         recovery.Platform
	Instrument       recovery.Instrument
	SentAt           time.Time
	ClaimedAt        *time.Time
	Held             *recovery.Money // what they took; nil when nobody knows
	Asked            *recovery.Money // what is still asked of them; nil when nobody knows
	Returned         recovery.Money  // what the claimant confirmed
	ReportedReturned recovery.Money  // what they say they returned and nobody has confirmed
	Answer           recovery.Response
	Refusal          recovery.Refusal
	Plan             *recovery.Plan // proposed or running
	Text             *playbook.Text // how they are asked, and by which way to return
	// Records is what will be written down, each with its time.
	Records   []recovery.EntryKind
	Allowed   []recovery.Action
	ExpiresAt time.Time
}

// returnRecords is what a counterpart is told that will be recorded.
var returnRecords = []recovery.EntryKind{
	recovery.EntryLinkOpened, recovery.EntryResponseRecorded, recovery.EntryPlanProposed, recovery.EntryPlanAccepted,
	recovery.EntryPlanDeclined, recovery.EntryHarassmentReported, recovery.EntryEvidenceAdded, recovery.EntryMailsAsked,
	recovery.EntryInstalmentReminded,
}

// OpenReturn shows a counterpart their part of the case. The first opening is
// written down: from then on they know of the mistake (民法典 986, 987).
func (s *Service) OpenReturn(ctx context.Context, req Request, link recovery.Link) (Return, error) {
	c, err := s.Store.Case(ctx, link.CaseID)
	if err != nil {
		return Return{}, err
	}
	if link.OpenedAt == nil {
		draft := s.linkDraft(recovery.EntryLinkOpened, req, c, link)
		err = s.Store.OpenLink(ctx, link, draft, s.NotifyRules.For(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At)))
		if err != nil {
			return Return{}, err
		}
	}
	return s.returnOf(c, link)
}

// Answer takes an act of a counterpart for themselves, whatever the act names.
func (s *Service) TakeCounterpartAction(ctx context.Context, req Request, link recovery.Link, act recovery.Act) (Reply[Return], error) {
	c, err := s.Store.Case(ctx, link.CaseID)
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
	told := Return{
		Reference: c.Number, Open: c.Position.IsOpen(), Platform: c.Platform, Instrument: c.Instrument, SentAt: c.SentAt,
		Records: returnRecords, Allowed: allowedActions(c, CounterpartActor(link)), ExpiresAt: link.ExpiresAt,
	}
	if at := slices.IndexFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == link.CounterpartID }); at >= 0 {
		told.ClaimedAt, told.Answer, told.Refusal = c.Counterparts[at].ClaimedAt, c.Counterparts[at].Answer, c.Counterparts[at].Refusal
	}
	told.addAmounts(c.Position, link.CounterpartID)
	told.Text = firstRequestText(book, c, told)
	return told, nil
}

// takeSums tells the part of one holder. Where others may hold a part and no share
// is known, the sum that is still missing is not theirs alone: it is not told.
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

// askedBy is the playbook's first word to a counterpart, with the sums of this
// one; nil when nobody knows them.
func firstRequestText(book *playbook.RuleSet, c recovery.Case, told Return) *playbook.Text {
	if told.Asked == nil {
		return nil
	}
	if told.Held != nil {
		c.Amount = *told.Held
	}
	c.Counterparts = []recovery.Counterpart{{Claimed: c.Amount}} // no word of what others took
	c.TransactionNo = ""
	c.Position.Recovered = max(0, c.Amount-*told.Asked)
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

// AddReturnEvidence keeps a received file of a counterpart, as AddEvidence does.
func (s *Service) AddReturnEvidence(
	ctx context.Context, req Request, link recovery.Link, about recovery.FileDescription, file *blob.Pending,
) (Reply[Exhibit], error) {
	defer file.Discard()
	c, err := s.Store.Case(ctx, link.CaseID)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	return s.storeEvidence(ctx, req, c, upload{FileDescription: about}, file, nil)
}
