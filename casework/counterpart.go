package casework

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"recourse/evidence/originals/blob"
	"recourse/notify"
	"recourse/playbook"
	"recourse/recovery"
)

// CounterpartView is the part of a case that a counterpart sees: how much money
// they have, how much is asked of them and what they may answer. It names no person
// and has nothing about other counterparts.
type CounterpartView struct {
	Reference        recovery.CaseNumber
	Open             bool // they may answer
	Handled          bool // by others, because of danger: nothing is asked of them
	Platform         recovery.Platform
	Instrument       recovery.Instrument
	SentAt           time.Time
	ClaimedAt        *time.Time
	Held             *recovery.Money // the money that they received; nil if unknown
	Asked            *recovery.Money // what is still asked of them; nil if unknown
	SurplusUnknown   bool            // a part was owed to them, and nobody stated how much
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

// counterpartEntryKinds are the kinds of entries that a counterpart is informed
// about.
var counterpartEntryKinds = []recovery.EntryKind{
	recovery.EntryLinkOpened, recovery.EntryResponseRecorded, recovery.EntryPlanProposed, recovery.EntryPlanAccepted,
	recovery.EntryPlanDeclined, recovery.EntryHarassmentReported, recovery.EntryEvidenceAdded, recovery.EntryMailsAsked,
	recovery.EntryInstalmentReminded,
}

// IsHandled reports whether the counterpart of a link is asked for nothing, because the
// case is one of danger.
func (s *Service) IsHandled(ctx context.Context, link recovery.Link) (bool, error) {
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	return c.Position.IsOpen() && !c.Position.Invites(), err
}

// OpenCounterpartView shows a counterpart their part of the case. The first opening
// is recorded, unless only the header is wanted: from then on they know of the mistake (民法典 986, 987).
func (s *Service) OpenCounterpartView(ctx context.Context, req Request, link recovery.Link) (CounterpartView, error) {
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return CounterpartView{}, err
	}
	if link.OpenedAt == nil && !req.HeaderOnly {
		draft := s.linkDraft(recovery.EntryLinkOpened, req, c, link)
		err = s.Store.OpenLink(ctx, link, draft, s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At)))
		if err != nil {
			return CounterpartView{}, err
		}
	}
	return s.counterpartView(c, link)
}

// TakeCounterpartAction takes an action of the counterpart of a link. It always
// concerns this counterpart: another one named in the body is replaced.
func (s *Service) TakeCounterpartAction(ctx context.Context, req Request, link recovery.Link, body recovery.ActionBody) (Reply[CounterpartView], error) {
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return Reply[CounterpartView]{}, err
	}
	body.CounterpartID = link.CounterpartID
	if body.At == nil && (body.Action == recovery.RecordResponse || body.Action == recovery.ReportHarassment) {
		now := s.Now()
		body.At = &now
	}
	if err := s.checkActionBody(req.Actor, c, body); err != nil {
		return Reply[CounterpartView]{}, err
	}
	req.linkID, req.reserve = link.ID, s.reserveFor(LimitLinkAnswers, link)
	return runAction(ctx, s, req, c, body, func(_ context.Context, c recovery.Case) (CounterpartView, error) { return s.counterpartView(c, link) })
}

func (s *Service) counterpartView(c recovery.Case, link recovery.Link) (CounterpartView, error) {
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return CounterpartView{}, err
	}
	result := CounterpartView{
		Reference: c.Number, Open: c.Position.Invites(), Platform: c.Platform, Instrument: c.Instrument, SentAt: c.SentAt,
		Records: counterpartEntryKinds, Allowed: allowedActions(c, CounterpartActor(link)), ExpiresAt: link.ExpiresAt,
	}
	if result.Handled = c.Position.IsOpen() && !result.Open; result.Handled {
		return recovery.KeepOutgoing(recovery.LinkAnswer, result), nil // no amounts, no request and no text
	}
	if at := slices.IndexFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == link.CounterpartID }); at >= 0 {
		result.ClaimedAt, result.Answer, result.Refusal = c.Counterparts[at].ClaimedAt, c.Counterparts[at].Answer, c.Counterparts[at].Refusal
	}
	result.addAmounts(c, link.CounterpartID)
	result.Text = firstRequestText(book, c, result)
	return recovery.KeepOutgoing(recovery.LinkAnswer, result), nil
}

// addAmounts adds the amounts of one counterpart. The amount asked is left out if
// several counterparts may have the money and their shares are unknown, or if nobody
// stated which part of the payment was owed to them.
func (r *CounterpartView) addAmounts(c recovery.Case, id recovery.CounterpartID) {
	p := c.Position
	r.SurplusUnknown = !c.ClaimIsKnown()
	for _, counterpart := range p.Counterparts {
		if counterpart.ID != id {
			continue
		}
		r.Returned, r.ReportedReturned = counterpart.Returned, counterpart.ReportedReturned
		if counterpart.Share > 0 {
			r.Held = &counterpart.Share
		}
		if p.KnowsShare(counterpart) && c.ClaimIsKnown() {
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
// amounts; nil if these are unknown, or if nobody should be asked for anything.
func firstRequestText(book *playbook.RuleSet, c recovery.Case, result CounterpartView) *playbook.Text {
	if result.Asked == nil {
		return nil
	}
	if result.Held != nil && *result.Held != c.Amount {
		c.Position.Facts.Intended = c.Position.OwnPartOf(*result.Held)
		c.Amount, c.Sends = *result.Held, nil
	}
	c.Counterparts = []recovery.Counterpart{{Claimed: c.Amount}} // without the amounts of others
	c.TransactionNo = ""
	c.Sends = c.SendsWithoutNumbers()
	c.Claimant, c.Payer, c.Narrative = recovery.Claimant{}, recovery.Payer{}, ""
	c.Position.Recovered = max(0, c.Amount-c.Position.Facts.Intended-*result.Asked)
	c.Position.Facts.Circumstances = onlyDangers(c.Facts()) // they opened the link, so they can be reached
	for _, text := range book.Texts(c, recovery.PrivateContact) {
		if text.Audience == "counterpart" {
			return &text
		}
	}
	return nil
}

func onlyDangers(f recovery.Facts) map[string]bool {
	dangers := maps.Clone(f.Circumstances)
	maps.DeleteFunc(dangers, func(name string, _ bool) bool { return !slices.Contains(recovery.Dangers, name) })
	return dangers
}

// ReceiveCounterpartFile streams a counterpart's file to the disk, if
// CheckCounterpartUpload permits it.
func (s *Service) ReceiveCounterpartFile(ctx context.Context, link recovery.Link, key string, body io.Reader) (*blob.Pending, error) {
	if err := s.CheckCounterpartUpload(ctx, link, key); err != nil {
		return nil, err
	}
	return s.ReceiveFile(ctx, body)
}

// CheckCounterpartUpload refuses a file above the limits of a link before it is read,
// unless it may be a repetition of a request with the same key. Errors: CodeRateLimited.
func (s *Service) CheckCounterpartUpload(ctx context.Context, link recovery.Link, key string) error {
	repeated, err := s.isAnswered(ctx, CounterpartActor(link), key)
	if err != nil || repeated {
		return err
	}
	return s.reserveFor(LimitLinkFiles, link)("", 0).checkRoom(ctx)
}

// AddCounterpartEvidence stores a received file of a counterpart, as AddEvidence
// does.
func (s *Service) AddCounterpartEvidence(
	ctx context.Context, req Request, link recovery.Link, about recovery.FileDescription, file *blob.Pending,
) (Reply[Exhibit], error) {
	defer file.Discard()
	c, err := s.Store.ReadCase(ctx, link.CaseID)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	if c.Position.Facts.IsInDanger() {
		return Reply[Exhibit]{}, recovery.HandledByOthers()
	}
	req.linkID, req.reserve = link.ID, s.reserveFor(LimitLinkFiles, link)
	return s.storeEvidence(ctx, req, c, upload{FileDescription: about}, file, nil)
}
