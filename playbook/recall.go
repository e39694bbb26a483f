package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// The rules of a source about recalling money.
const (
	recallNever          = "never"
	recallWhileUnclaimed = "while_unclaimed"
	recallByCompany      = "by_company"
	recallUnsaid         = "unsaid"
)

// The rules of a source about unclaimed money.
const (
	refundUnclaimed    = "unclaimed"
	refundAllOrNothing = "all_or_nothing"
	refundUnsaid       = "unsaid"
)

// recallRule is the statement of one source about instruments of a platform.
type recallRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Recall    string    `yaml:"recall"`
	Within    *timeSpan `yaml:"within"` // nil: as long as it is unclaimed
	Refund    string    `yaml:"refund"`
	Text      string    `yaml:"text"`
}

// Recall describes whether the sender alone can take the money back now, and what to do
// in the next ten minutes. Texts are Chinese.
type Recall struct {
	// Possible is true only if a source says so and none disputes it.
	Possible bool `json:"possible"`
	// WorthTrying: a source says that the sender may take the money back, and a try
	// costs nothing.
	WorthTrying bool       `json:"worth_trying"`
	Stoppable   bool       `json:"stoppable"`       // the money may still be stopped on its way
	Until       *time.Time `json:"until,omitempty"` // end of the next window of a source, else the coming auto-refund or arrival
	How         string     `json:"how"`
	Disputed    bool       `json:"disputed"`
	Readings    []Reading  `json:"readings"`
	RefundAt    *time.Time `json:"refund_at,omitempty"` // when unclaimed money is or was refunded
	// ArrivesAt is when a transfer with delayed arrival reaches the recipient,
	// counted from the acceptance. It is nil while the acceptance is unknown.
	ArrivesAt *time.Time `json:"arrives_at,omitempty"`
	// Who has to act: sender, recipient, platform, company, police.
	Who       []string     `json:"who"`
	Urgent    []UrgentStep `json:"urgent"` // in danger, in the order of minutes
	Steps     []string     `json:"steps"`
	Warnings  []string     `json:"warnings"`
	Questions []Question   `json:"questions"` // what would make the answer more precise
}

// Reading is the statement of one source.
type Reading struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// recallRules are the statements of all sources about an instrument of a platform,
// valid at the time of sending.
type recallRules []*recallRule

func (rs *RuleSet) recallRulesFor(at situation, sentAt time.Time) recallRules {
	var found recallRules
	for rule := range rulesInForce(rs.data.Recall, sentAt) {
		if rule.covers(at) {
			found = append(found, rule)
		}
	}
	return found
}

func (e *evaluation) findRecallRules() recallRules {
	return e.rules.recallRulesFor(e.situation(), e.facts.sentAtOrZero())
}

// situation is the one that the rules about recalls and the general warnings cover.
func (e *evaluation) situation() situation {
	return situation{platform: e.facts.Platform, instrument: e.facts.Instrument, account: e.facts.Account}
}

func (c recallRules) isDisputed() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return len(r.DisputedBy) > 0 })
}

// hasRefund reports whether a source states that unclaimed money is refunded. The
// refund is only awaited, never promised, so one source is enough.
func (c recallRules) hasRefund() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return r.Refund != refundUnsaid })
}

// windowEnds returns when each source that lets the sender take money back ends to do
// so; longest is the end of a window without a length.
func (c recallRules) windowEnds(sentAt, longest time.Time) []time.Time {
	var ends []time.Time
	for _, rule := range c {
		if rule.Recall != recallWhileUnclaimed {
			continue
		}
		end := longest
		if rule.Within != nil {
			end = sentAt.Add(rule.Within.duration()).UTC()
		}
		ends = append(ends, end)
	}
	return ends
}

// deniesRecall reports whether a source says that the sender cannot take money back.
func (c recallRules) deniesRecall() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return r.Recall == recallNever || r.Recall == recallByCompany })
}

// Recall answers by the readings that promise least. Danger takes precedence over
// every other advice.
func (rs *RuleSet) Recall(f AssessmentFacts, now time.Time) Recall {
	return rs.newEvaluation(f, now, nil).answerRecall()
}

func (e *evaluation) answerRecall() Recall {
	rules := e.findRecallRules()
	answer := Recall{
		Disputed: rules.isDisputed(), Readings: []Reading{}, Urgent: e.listUrgentSteps(),
		Questions: e.rules.questionsFor(e.recallQuestions(), e.now),
	}
	for _, rule := range rules {
		answer.Readings = append(answer.Readings, Reading{rule.Source.String(), rule.Text})
	}
	moment := e.findMoment(rules, &answer)
	answer.Stoppable = slices.Contains(stoppableMoments, moment)
	if e.facts.IsInDanger() {
		moment, answer.Stoppable = momentDanger, true
	}
	e.addGuidance(moment, &answer)
	for _, warning := range e.generalWarnings() {
		answer.Warnings = append(answer.Warnings, warning.Text)
	}
	return answer
}

// findMoment returns the moment of a mis-send and sets the instants of the answer.
func (e *evaluation) findMoment(rules recallRules, answer *Recall) string {
	if e.isAccepted() {
		return e.findMomentOfAccepted(answer)
	}
	moment := e.findMomentOfUnaccepted(rules, answer)
	refundOver := moment == momentRest || moment == momentLate
	if refundOver && e.facts.claimStateOrUnknown() == recovery.ClaimUnknown && e.mayBeUnderWay() {
		return momentDelayed
	}
	return moment
}

func (e *evaluation) isAccepted() bool {
	return e.facts.claimStateOrUnknown() == recovery.Claimed || e.facts.acceptedAt() != nil
}

// findMomentOfAccepted: a delay counts from the acceptance, so that accepted money may
// still be under way. While that is possible it is not called taken.
func (e *evaluation) findMomentOfAccepted(answer *Recall) string {
	switch {
	case e.delay() > 0 && e.facts.acceptedAt() != nil:
		arrives := e.facts.acceptedAt().Add(e.delay()).UTC()
		answer.ArrivesAt = &arrives
		if !e.now.Before(arrives) {
			return momentTaken
		}
		answer.Until = &arrives
		return momentDelayed
	case e.mayBeUnderWay():
		answer.Until = e.earliestArrival()
		return momentDelayed
	default:
		return momentTaken
	}
}

// delay is the delayed arrival; only transfers have one.
func (e *evaluation) delay() time.Duration {
	if e.facts.Instrument != recovery.Transfer {
		return 0
	}
	return e.facts.Delay.Duration()
}

// mayBeUnderWay reports whether a delayed transfer that was accepted at an unknown time
// may not have arrived yet. It was accepted before the refund, or not at all.
func (e *evaluation) mayBeUnderWay() bool {
	sentAt := e.facts.lastSentAt()
	return e.delay() > 0 && (sentAt.IsZero() || e.now.Before(e.rules.autoRefundAt(sentAt).Add(e.delay())))
}

// earliestArrival is that of a transfer accepted at once; nil when it is over or
// unknown.
func (e *evaluation) earliestArrival() *time.Time {
	earliest := e.facts.sentAtOrZero().Add(e.delay()).UTC()
	if e.facts.SentAt == nil || !e.now.Before(earliest) {
		return nil
	}
	return &earliest
}

func (e *evaluation) findMomentOfUnaccepted(rules recallRules, answer *Recall) string {
	sentAt := e.facts.lastSentAt()
	if len(rules) == 0 {
		return momentSilent
	}
	if sentAt.IsZero() {
		return momentStuck
	}
	refundAt := e.rules.autoRefundAt(sentAt).UTC()
	if rules.hasRefund() {
		answer.RefundAt = &refundAt
	}
	e.setWindow(rules, sentAt, refundAt, answer)
	switch {
	case answer.Possible:
		return momentOpen
	case answer.WorthTrying:
		return momentTry
	case e.now.Before(refundAt):
		if answer.RefundAt == nil {
			return momentStuck
		}
		return momentWaiting
	case answer.RefundAt == nil:
		return momentLate
	case e.facts.claimStateOrUnknown() == recovery.Unclaimed:
		return momentOver
	default:
		return momentRest
	}
}

// setWindow sets whether the sender can or may try to take the money back, and until
// when the next source lets them or the refund comes.
func (e *evaluation) setWindow(rules recallRules, sentAt, refundAt time.Time, answer *Recall) {
	ends := rules.windowEnds(sentAt, refundAt)
	claim := e.facts.claimStateOrUnknown()
	if claim != recovery.PartlyClaimed {
		answer.WorthTrying = slices.ContainsFunc(ends, e.now.Before)
		answer.Possible = answer.WorthTrying && claim == recovery.Unclaimed && !answer.Disputed && !rules.deniesRecall() &&
			!slices.ContainsFunc(ends, func(end time.Time) bool { return !e.now.Before(end) })
	} else {
		ends = nil
	}
	if answer.RefundAt != nil {
		ends = append(ends, refundAt)
	}
	slices.SortFunc(ends, time.Time.Compare)
	if next := slices.IndexFunc(ends, e.now.Before); next >= 0 {
		answer.Until = &ends[next]
	}
}

// recallQuestions are the signals whose answers would make this one more precise.
func (e *evaluation) recallQuestions() []string {
	var open []string
	if e.facts.claimStateOrUnknown() == recovery.ClaimUnknown && e.facts.acceptedAt() == nil {
		open = append(open, "claimed")
	}
	if e.facts.Instrument == recovery.Transfer && e.facts.Delay == "" {
		open = append(open, "delayed")
	}
	if e.answerSignal("arrival_unknown") == Yes {
		open = append(open, "arrival_unknown")
	}
	if e.facts.Platform == recovery.WeCom && e.facts.Account == "" {
		open = append(open, "personal_account")
	}
	return open
}
