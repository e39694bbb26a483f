package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/postgres"
	"recourse/recovery"
	"recourse/textlint"
)

// ContactView has the numbers of messages in a case and the limits for them.
type ContactView struct {
	Today, Total           int // messages to counterparts: in the last 24 hours, in total
	GroupToday, GroupTotal int // messages to the group
	Planned                int // messages planned in the last 24 hours and not recorded as sent
	Limits                 recovery.ContactLimits
	QuietNow               bool // whether it is within the quiet hours
	// Newest is the number of the entry of the newest message that was sent, other than
	// letters and reminders; 0 for none.
	Newest int64
	// Breaches are the last recorded messages that exceeded a limit, at most
	// maxShownBreaches; BreachTotal is the number of all.
	Breaches    []recovery.ContactEntry
	BreachTotal int
}

const maxShownBreaches = 50

func (s *Service) newContactView(c recovery.Case, log []recovery.ContactEntry, totals recovery.ContactTotals) (*ContactView, error) {
	now := s.Now()
	limits, err := s.contactLimits(c, now)
	if err != nil {
		return nil, err
	}
	sent := recovery.SentContacts(log)
	view := &ContactView{
		Total: totals.Private, GroupTotal: totals.InGroup, BreachTotal: totals.Breaches, Limits: limits, Planned: len(recovery.SentOrPlanned(log, now)) - len(sent),
		QuietNow: slices.Contains(limits.Violations(nil, nil, recovery.Contact{At: now}), recovery.CodeQuietHours),
	}
	for _, contact := range sent {
		today := &view.Today
		if contact.InGroup {
			today = &view.GroupToday
		}
		if contact.At.After(now.Add(-day)) {
			*today++
		}
	}
	for _, entry := range log {
		if !entry.Planned && !entry.Letter {
			view.Newest = entry.Seq
		}
		if len(entry.Breaches) > 0 {
			view.Breaches = append(view.Breaches, entry)
		}
	}
	view.Breaches = view.Breaches[max(0, len(view.Breaches)-maxShownBreaches):]
	return view, nil
}

const day = 24 * time.Hour

func (s *Service) contactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error) {
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return recovery.ContactLimits{}, err
	}
	return book.ContactLimits(at), nil
}

// The articles that a refusal of a message cites.
var (
	harassmentArticle = textlint.Article{Statute: "治安管理处罚法", Section: "50（五）", Edition: "2025 修订 2026-01-01 施行", Mark: "V"}
	privacyArticle    = textlint.Article{Statute: "民法典", Section: "1032、1033", Edition: "2020-05-28 公布", Mark: "V"}
)

// checkPlannedContact checks a message about to be sent: the text, the number of
// messages so far and the time. The check is advice: a message that was sent in spite
// of it can still be recorded.
func (s *Service) checkPlannedContact(ctx context.Context, locked postgres.LockedCase, body recovery.ActionBody, now time.Time) error {
	c, p := locked.Case, locked.Position
	limits, err := s.contactLimits(c, now)
	if err != nil {
		return err
	}
	log, err := locked.ContactLog(ctx, c.ID)
	if err != nil {
		return err
	}
	next := body.PlannedContact()
	next.At = now
	plan := plannedContact{limits: limits, before: recovery.SentOrPlanned(log, now), counterparts: p.Counterparts, next: next}
	plan.groupForbidden = next.InGroup && (p.OneToOne || p.NoNotice)
	return plan.buildRefusal(s.findUnsafeText(c, body, next.InGroup))
}

// plannedContact is a message with everything that decides whether it may be
// sent.
type plannedContact struct {
	limits         recovery.ContactLimits
	before         []recovery.Contact
	counterparts   []recovery.CounterpartState
	next           recovery.Contact
	groupForbidden bool // there is no group, or the playbook forbids messages to it
}

// buildRefusal lists all reasons against the message; its code is the most serious
// one. nil means that it may be sent.
func (p plannedContact) buildRefusal(unsafe []recovery.FieldFault) error {
	codes := p.limits.Violations(p.before, p.counterparts, p.next)
	if p.groupForbidden {
		codes = append([]recovery.Code{recovery.CodeNoContact}, codes...)
	}
	if len(unsafe) > 0 {
		codes = append(codes, recovery.CodeTextUnsafe)
	}
	if len(codes) == 0 {
		return nil
	}
	fault := &recovery.Fault{Code: codes[0], Fields: unsafe, Contact: &recovery.ContactRefusal{}}
	details := make([]string, 0, len(codes)+1)
	for _, code := range codes {
		reason, detail := p.explainCode(code)
		details, fault.Contact.Reasons = append(details, detail), append(fault.Contact.Reasons, reason)
	}
	from, exists := p.earliestAllowed()
	switch {
	case p.groupForbidden:
	case !exists:
		details = append(details, "No further message is allowed. Go on to the next stage.")
	default:
		fault.Contact.From = &from
		if from.After(p.next.At) {
			details = append(details, "The next message is allowed from "+from.In(recovery.Shanghai).Format(time.RFC3339)+".")
		}
	}
	fault.Detail = strings.Join(details, " ")
	return fault
}

// explainCode returns the reason for one code, for programs and for people.
func (p plannedContact) explainCode(code recovery.Code) (recovery.ContactReason, string) {
	reason := recovery.ContactReason{Code: code, Article: harassmentArticle.String()}
	switch {
	case code == recovery.CodeNoContact && p.groupForbidden:
		reason.Article = privacyArticle.String()
		return reason, "No group message is allowed in a case like this (" + reason.Article + ")."
	case code == recovery.CodeNoContact:
		return reason, "Do not send more messages to a person who refused or complained (" + reason.Article + ")."
	case code == recovery.CodeContactLimit:
		reason.Count = &recovery.CountLimit{PerDay: p.limits.PerDay, Total: p.limits.Total}
		whom := "one counterpart"
		if p.next.InGroup {
			reason.Count, whom = &recovery.CountLimit{PerDay: p.limits.GroupDay, Total: p.limits.GroupTotal}, "a group"
		}
		return reason, fmt.Sprintf("At most %d messages to %s in 24 hours and %d in all (%s).",
			reason.Count.PerDay, whom, reason.Count.Total, reason.Article)
	case code == recovery.CodeQuietHours:
		reason.Article, reason.Quiet = privacyArticle.String(), &recovery.QuietHours{From: p.limits.QuietFrom, Until: p.limits.QuietUntil}
		return reason, fmt.Sprintf("No messages from %d:00 to %d:00 China time (%s).", reason.Quiet.From, reason.Quiet.Until, reason.Article)
	default:
		reason.Article = ""
		return reason, "The text contains unsafe parts. Each error names the place and the article."
	}
}

// earliestAllowed finds the first time at which the limits allow the message,
// whatever its text. A limit can end only 24 hours after an earlier message or at the
// end of the quiet hours.
func (p plannedContact) earliestAllowed() (time.Time, bool) {
	candidates := []time.Time{p.next.At}
	for _, contact := range p.before {
		if end := contact.At.Add(day); end.After(p.next.At) {
			candidates = append(candidates, end)
		}
	}
	for _, candidate := range slices.Clone(candidates) {
		candidates = append(candidates, p.nextMorning(candidate))
	}
	slices.SortFunc(candidates, time.Time.Compare)
	for _, candidate := range candidates {
		next := p.next
		next.At = candidate
		if len(p.limits.Violations(p.before, p.counterparts, next)) == 0 {
			return candidate, true
		}
	}
	return time.Time{}, false
}

// nextMorning is the next end of the quiet hours.
func (p plannedContact) nextMorning(at time.Time) time.Time {
	local := at.In(recovery.Shanghai)
	end := time.Date(local.Year(), local.Month(), local.Day(), p.limits.QuietUntil, 0, 0, 0, recovery.Shanghai)
	if !end.After(at) {
		end = end.AddDate(0, 0, 1)
	}
	return end
}

// findUnsafeText finds the parts that a text for this place must not contain. A
// message to a group must not name a counterpart.
func (s *Service) findUnsafeText(c recovery.Case, body recovery.ActionBody, inGroup bool) []recovery.FieldFault {
	var faults []recovery.FieldFault
	for _, found := range s.Linter.Lint(body.Text, textlint.PlaceFor(body.Channel, inGroup)) {
		if found.Severity != textlint.Block {
			continue
		}
		faults = append(faults, recovery.FieldFault{Field: "text", Code: string(found.Code), Detail: fmt.Sprintf(
			"%d–%d：%s%s（%s）", found.Start, found.End, found.Why, found.Suggestion, strings.Join(found.Articles, "；"))})
	}
	named := slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool {
		return containsName(body.Text, p.Alias) || containsName(body.Text, p.Contact)
	})
	if inGroup && named {
		faults = append(faults, recovery.FieldFault{
			Field: "text", Code: string(textlint.PersonalName), Detail: "A message to a group must not name a counterpart (" + privacyArticle.String() + ").",
		})
	}
	return faults
}

// containsName reports whether a text contains a name of at least two
// characters.
func containsName(text, name string) bool {
	name = strings.TrimSpace(name)
	return len([]rune(name)) > 1 && strings.Contains(text, name)
}
