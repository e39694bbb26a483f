package recovery_test

import (
	"encoding/json"
	"slices"
	"time"

	"recourse/recovery"
)

// put counts the fen of an act that was taken, before the case stands after it.
func (w *walk) put(m recovery.Command) {
	named := m.CounterpartID
	switch m.Action {
	case recovery.RecordLegalStep:
		w.sums.costs += m.Amount
		return
	case recovery.RecordReturn:
		if m.AutoRefund {
			w.sums.refunded += m.Amount
			return
		}
	case recovery.RecordInstalment:
		if named == "" {
			named = w.payer()
		}
	case recovery.RecordResponse:
		if m.Actor.Role == recovery.RoleCounterpart {
			return // their own word brings no money
		}
		if m.Response == recovery.Returned && m.Amount == 0 {
			m.Amount = w.holds(named)
		}
	default:
		return
	}
	if named == "" {
		w.sums.unnamed += m.Amount
		return
	}
	w.sums.returned[named] += m.Amount
}

// payer is whose plan runs when only one does.
func (w *walk) payer() recovery.CounterpartID {
	for _, plan := range w.p.Plans {
		if plan.Running {
			return plan.CounterpartID
		}
	}
	return ""
}

// holds is what somebody returns who returns "it", reckoned from the sums put in.
func (w *walk) holds(id recovery.CounterpartID) recovery.Money {
	missing := max(0, w.p.Claim-w.total())
	for _, h := range w.p.Counterparts {
		if h.ID == id && h.Share > 0 && (len(w.p.Counterparts) > 1 || w.p.Split) {
			return min(missing, max(0, w.p.OwedPart(h)-w.sums.returned[id]))
		}
	}
	return missing
}

func (w *walk) total() recovery.Money {
	total := w.sums.refunded + w.sums.unnamed
	for _, returned := range w.sums.returned {
		total += returned
	}
	return total
}

// check is the model: what holds at every position, and between two.
func (w *walk) check(before recovery.Position, m recovery.Command) {
	w.checkSums()
	w.checkPlans()
	w.checkWay()
	if w.seed%4 == 0 { // reckoning costs more than walking
		w.checkTerms(before)
	}
	p := w.p
	switch {
	case p.Claim != before.Claim && !m.Action.AmendsPayment() || len(p.Counterparts) != len(before.Counterparts) && m.Action != recovery.AddCounterpart:
		w.fatal("the claim changed")
	case before.Stage.IsAfter(p.Stage) && !w.reopens(before, m):
		w.fatal("the case went back from", before.Stage)
	case !before.IsOpen() && m.Action == "" && (p.IsOpen() || p.Outcome != before.Outcome):
		w.fatal("a closed case moved by itself")
	case !before.IsOpen() && m.Action != "" && !slices.Contains([]recovery.Action{recovery.RecordReturn, recovery.Reopen, recovery.AmendFacts, recovery.ReportDanger, recovery.Correct,
		recovery.AdoptMatch, recovery.AddCounterpart, recovery.RecordShare, recovery.RenameCounterpart}, m.Action):
		w.fatal("a closed case took", m.Action)
	case !before.IsOpen() && p.IsOpen() && !w.reopens(before, m):
		w.fatal("a closed case opened")
	case (p.Stage == recovery.Appeal) != (p.Appeal != "") || (p.Appeal == recovery.AppealProposed) != (p.Proposal != nil):
		w.fatal("the appeal is", p.Appeal)
	case p.Stage == recovery.GroupNotice && before.Stage != p.Stage && (p.OneToOne || p.NoNotice):
		w.fatal("a group is told that must not be")
	}
}

// reopens: besides the act itself, only a claim that has grown beyond what came back
// opens a case that was closed because all of it had.
func (w *walk) reopens(before recovery.Position, m recovery.Command) bool {
	full := before.Outcome == recovery.RecoveredFull || before.Outcome == recovery.AutoRefunded
	return m.Action == recovery.Reopen || m.Action.AmendsPayment() && full && w.p.Outstanding() > 0
}

func (w *walk) checkSums() {
	w.checkShares()
	p := w.p
	total := w.total()
	if p.Received() != total || p.Recovered != min(total, p.Claim) || p.Refunded != w.sums.refunded || p.Costs != w.sums.costs {
		w.fatal("fen are lost or made", p.Recovered, total)
	}
	for _, h := range p.Counterparts {
		if h.Returned != w.sums.returned[h.ID] || h.ReportedReturned < 0 || p.AmountOwedBy(h.ID) < 0 || p.AmountOwedBy(h.ID) > p.Outstanding() {
			w.fatal("a counterpart's sums", h)
		}
	}
	if p.Outstanding() != max(0, p.Claim-total) || p.Surplus != max(0, total-p.Claim) || p.Granted < 0 || p.PaidOut < 0 {
		w.fatal("outstanding and overpaid", p.Outstanding(), p.Surplus)
	}
	outcomes := map[recovery.Outcome]bool{
		recovery.RecoveredFull: total >= p.Claim, recovery.AutoRefunded: p.Refunded >= p.Claim,
		recovery.RecoveredPartly: total > 0 && total < p.Claim, recovery.Unrecovered: total == 0, "": total < p.Claim,
	}
	if consistent, bySums := outcomes[p.Outcome]; bySums && !consistent {
		w.fatal("the sums deny the outcome", p.Outcome)
	}
}

// checkShares: the parts never add up to more than was sent, and a case closed in full
// lacks nothing.
func (w *walk) checkShares() {
	var sum recovery.Money
	for _, h := range w.p.Counterparts {
		sum += h.Share
	}
	full := w.p.Outcome == recovery.RecoveredFull || w.p.Outcome == recovery.AutoRefunded
	if sum > w.p.Sent() || full && w.p.Outstanding() > 0 {
		w.fatal("the parts or the outcome", sum, w.p.Outcome)
	}
}

func (w *walk) checkPlans() {
	seen := map[recovery.CounterpartID]bool{}
	for _, plan := range w.p.Plans {
		if seen[plan.CounterpartID] || plan.Remaining() <= 0 || plan.No > w.p.PlanCount || plan.No < 1 {
			w.fatal("plans", w.p.Plans)
		}
		seen[plan.CounterpartID] = true
		for _, part := range plan.Instalments {
			if part.Paid < 0 || part.Paid > part.Amount {
				w.fatal("an instalment", part)
			}
		}
	}
}

// checkWay: an open case waits for somebody or is paused, has a clock that runs,
// and somebody can move it; a closed one waits for nobody.
func (w *walk) checkWay() {
	p := w.p
	acting := slices.ContainsFunc(recovery.Roles, func(role recovery.Role) bool {
		return slices.ContainsFunc(p.Allowed(role), func(a recovery.Action) bool { return a.MovesCase() })
	})
	running := slices.ContainsFunc(p.AllClocks(), func(r recovery.ClockState) bool { return r.Stopped == "" })
	switch {
	case p.WaitingOn == "" || (p.WaitingOn == recovery.OnNobody) != (!p.IsOpen() || p.Pause != nil):
		w.fatal("waiting on", p.WaitingOn)
	case p.IsOpen() != (p.Outcome == ""):
		w.fatal("open with an outcome")
	case p.IsOpen() && (!running || p.MainClock() == recovery.NoClock):
		w.fatal("no clock runs")
	case !p.IsOpen() && (slices.ContainsFunc(p.AllClocks(), func(r recovery.ClockState) bool { return !slices.Contains(rights, r) }) || len(p.Plans) > 0 || p.Pause != nil || p.Proposal != nil):
		w.fatal("something goes on in a closed case")
	case !acting:
		w.fatal("nobody can do anything")
	}
}

// roundTrip: a position is the same after it was stored.
func (w *walk) roundTrip() {
	written := text(w.t, w.p)
	var read recovery.Position
	if err := json.Unmarshal([]byte(written), &read); err != nil || text(w.t, read) != written {
		w.fatal("it does not survive storing", err)
	}
	w.p = read
}

// move makes up the body of an act; what it says is often wrong.
func (w *walk) move(action recovery.Action, role recovery.Role) recovery.Command {
	m := act(role, action, happened(w.when()), of(pick(w, []recovery.CounterpartID{"a", "b", "c", "", "z"})))
	if role == recovery.RoleCounterpart {
		m.Actor.ID = recovery.UserID(m.CounterpartID)
	} else {
		m.Actor.ID = pick(w, []recovery.UserID{"u", "v"})
	}
	m.Confirm = w.r.IntN(4) > 0
	switch action {
	case recovery.RecordResponse:
		m.Response = pick(w, recovery.Responses)
		if m.Response == recovery.PartlyReturned || m.Response == recovery.Returned && w.r.IntN(2) == 0 {
			m.Amount = w.sum()
		}
	case recovery.RecordReturn:
		m.Amount, m.AutoRefund = w.sum(), w.r.IntN(3) == 0
	case recovery.RecordInstalment:
		m.Amount, m.No = w.sum(), w.r.IntN(4)
	case recovery.ProposePlan:
		m.Instalments = w.plan(m.CounterpartID)
	case recovery.Escalate:
		m.To = pick(w, recovery.Stages)
	case recovery.DecideAppeal:
		m.Decision = pick(w, recovery.Decisions)
		if m.Decision == recovery.PartlyGranted {
			m.Amount = w.sum()
		}
	case recovery.RecordPlatformReply:
		m.Kind = pick(w, []string{"processing", "rejected"})
	case recovery.ChooseRoute:
		m.Route = pick(w, recovery.Routes)
	case recovery.RecordLegalStep:
		m.Kind, m.Amount = pick(w, recovery.LegalStepKinds()), recovery.Money(w.r.IntN(100))
	case recovery.Correct, recovery.ApproveCorrection, recovery.RejectCorrection:
		m.Correction = &recovery.Correction{Seq: 1}
	case recovery.AmendFacts:
		m.Facts, m.Payment = w.facts()
	case recovery.AdoptMatch: // a document shows facts of the payment only
		m.Facts = &recovery.Facts{}
		_, m.Payment = w.facts()
	case recovery.AddCounterpart:
		m.CounterpartID, m.Amount = pick(w, []recovery.CounterpartID{"a", "d", "e"}), pick(w, []recovery.Money{0, w.sum()})
	case recovery.RecordShare:
		m.Amount = w.sum()
	case recovery.ReportDanger:
		m.Kind = pick(w, recovery.Dangers)
	case recovery.CloseCase:
		m.Outcome = pick(w, recovery.Outcomes)
	case recovery.PauseCase:
		if until := w.now.Add(time.Hour); w.r.IntN(2) == 0 {
			m.Until = &until
		}
	default: // the others carry nothing
	}
	return m
}

// facts are facts that come late: the day of knowing, or what was sent, when and how.
func (w *walk) facts() (*recovery.Facts, *recovery.PaymentFacts) {
	noticed, sent := w.when(), w.when()
	switch w.r.IntN(5) {
	case 0:
		return &recovery.Facts{NoticedAt: &noticed}, nil
	case 1:
		return &recovery.Facts{}, &recovery.PaymentFacts{SentAt: &sent}
	case 2:
		return &recovery.Facts{}, &recovery.PaymentFacts{Instrument: pick(w, recovery.Instruments), ClaimState: pick(w, recovery.ClaimStates)}
	case 3:
		return &recovery.Facts{Intended: w.fen(200)}, nil
	default:
		return &recovery.Facts{}, &recovery.PaymentFacts{Amount: w.fen(1_500), Reason: pick(w, recovery.Reasons)}
	}
}

// when is now, or for a third of the acts some day of the years before: people
// tell of things late.
func (w *walk) when() time.Time {
	if w.r.IntN(3) > 0 {
		return w.now
	}
	return w.now.Add(-time.Duration(w.r.Int64N(int64(5 * 365 * 24 * time.Hour))))
}

// hear keeps everything that was ever said, as a journal does.
func (w *walk) hear(step recovery.Step, m recovery.Command) {
	if m.At == nil {
		return
	}
	said := recovery.LimitationEvent{
		Kind: step.Kind, By: m.Actor.Role, CounterpartID: m.CounterpartID, Detail: m.Kind, At: *m.At,
		MoneyReceived: step.Next.Received() > w.p.Received(), Seq: int64(len(w.trail)),
	}
	if m.Action == recovery.RecordResponse {
		said.Detail = string(m.Response)
	}
	if m.Action == recovery.RecordInstalment && m.CounterpartID == "" {
		said.CounterpartID = w.payer()
	}
	for _, h := range w.p.Counterparts {
		w.heard[h.ID] = w.heard[h.ID].Add(said, h.ID, len(w.p.Counterparts) == 1)
	}
}

// checkTerms: what a position carries ends every term as all that was said does,
// and a right that ended stays so unless it turns out to end later.
func (w *walk) checkTerms(before recovery.Position) {
	var ledgers []recovery.CounterpartLimitation
	for i, mine := range w.p.Limitations() {
		full := w.p.LimitationWith(w.heard[mine.ID])
		ledgers = append(ledgers, recovery.CounterpartLimitation{ID: mine.ID, Limitation: full})
		if !mine.Ends.Equal(full.Ends) {
			w.fatal("the limitation against", mine.ID, mine.Ends, "and by all that was said", full.Ends, w.heard[mine.ID], w.p.Counterparts[i].LimitationLog)
		}
	}
	clock := w.p.Limitation()
	if ledger := w.p.EarliestLimitation(ledgers); !clock.Ends.Equal(ledger.Ends) {
		w.fatal("the clock ends", clock.Ends, "and the ledger", ledger.Ends)
	}
	if before.LimitationOver && !w.p.LimitationOver && !clock.Ends.After(before.Limitation().Ends) {
		w.fatal("a right that ended came back")
	}
}

// sum is some amount: a fen, a part, all that is missing, or more.
func (w *walk) sum() recovery.Money {
	missing := int64(w.p.Outstanding())
	switch w.r.IntN(5) {
	case 0:
		return 1
	case 1:
		return recovery.Money(max(1, missing))
	case 2:
		return recovery.Money(missing) + w.fen(50)
	default:
		return w.fen(max(1, missing/2))
	}
}

// plan promises mostly what is owed, in up to eight instalments.
func (w *walk) plan(id recovery.CounterpartID) []recovery.Instalment {
	owed := w.p.AmountOwedBy(id)
	if w.r.IntN(8) == 0 {
		owed++
	}
	var parts []recovery.Instalment
	for due := w.now; owed > 0; {
		part := min(owed, w.fen(int64(owed)))
		if len(parts) == 7 {
			part = owed
		}
		due = due.AddDate(0, 0, 1+w.r.IntN(30))
		parts = append(parts, recovery.Instalment{DueOn: due.Format(time.DateOnly), Amount: part})
		owed -= part
	}
	return parts
}
