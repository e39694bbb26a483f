package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"recourse/casework"
	"recourse/recovery"
	"recourse/textlint"
)

// finding is a place in a text that should be put otherwise.
type finding struct {
	Place    string // the words themselves
	Why      string
	Instead  string
	Articles string
	Blocks   bool
}

func (c *call) findings(act recovery.Act) []finding {
	if c.web.service.Linter == nil {
		return nil
	}
	words := []rune(act.Text)
	var list []finding
	for _, found := range c.web.service.Linter.Lint(act.Text, textlint.WhereOf(act.Channel, false)) {
		start, end := min(found.Start, len(words)), min(found.End, len(words))
		list = append(list, finding{
			Place: string(words[start:end]), Why: found.Why, Instead: found.Suggestion,
			Articles: strings.Join(found.Articles, c.say.T("timeline.and")), Blocks: found.Severity == textlint.Block,
		})
	}
	return list
}

// planned shows what became of a text that was to be checked: the form to record
// it as sent, with the text in it, or what speaks against it.
func (c *call) planned(failed *attempt, act recovery.Act, err error) error {
	failed.findings = c.findings(act)
	if err == nil {
		failed.action, failed.said = recovery.RecordContact, c.say.T("case.plan_ok")
		failed.values.Set("sent_at", inputTime(c.web.now()))
		return c.showCase(http.StatusOK, failed)
	}
	view, readErr := c.web.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if readErr != nil {
		return readErr
	}
	failed.notice = c.refusal(recovery.CodeOf(err), view)
	if failed.notice == "" {
		return err
	}
	var fault *recovery.Fault
	if !errors.As(err, &fault) {
		return err
	}
	failed.notice += c.nextContact(fault.Contact)
	if len(failed.findings) == 0 && len(fault.Fields) > 0 {
		failed.notice += c.say.T("case.findings_name") // only the case knows that this is somebody's name
	}
	return c.showCase(statusOf(err), failed)
}

// refusal words why a message should not be sent now; "" for any other failure.
func (c *call) refusal(code recovery.Code, view casework.View) string {
	if view.Contacts == nil {
		return ""
	}
	l := view.Contacts.Limits
	switch code {
	case recovery.CodeContactLimit:
		return c.say.T("case.plan_refused_contact_limit", "per_day", l.PerDay, "limit", l.Total, "group_day", l.GroupDay, "group_limit", l.GroupTotal)
	case recovery.CodeQuietHours:
		return c.say.T("case.plan_refused_quiet_hours", "from", l.QuietFrom, "until", l.QuietUntil)
	case recovery.CodeNoContact:
		return c.say.T("case.plan_refused_no_contact")
	case recovery.CodeTextUnsafe:
		return c.say.T("case.plan_refused_text_unsafe")
	default:
		return ""
	}
}

// nextContact says from when a message may be sent, by which articles not before.
func (c *call) nextContact(refused *recovery.ContactRefusal) string {
	if refused == nil {
		return ""
	}
	var told string
	switch {
	case refused.From == nil:
		told = c.say.T("case.plan_never")
	case refused.From.After(c.web.now()):
		told = c.say.T("case.plan_from", "time", minute(*refused.From))
	}
	var articles []string
	for _, reason := range refused.Reasons {
		if reason.Article != "" && !slices.Contains(articles, reason.Article) {
			articles = append(articles, reason.Article)
		}
	}
	if len(articles) > 0 {
		told += c.say.T("case.plan_articles", "list", strings.Join(articles, c.say.T("timeline.and")))
	}
	return told
}

// contactMark is how often people were written to, and how often they may be.
type contactMark struct {
	*casework.ContactView
	Group     bool // there is a group to speak to
	Single    bool // one counterpart: what is left can be said
	LeftToday int
	LeftTotal int
	Log       []event
}

func (c *call) contact(d *caseData) *contactMark {
	if d.Contacts == nil || !d.Position.IsOpen() {
		return nil // nobody is written to any more; the timeline has what was said
	}
	mark := &contactMark{ContactView: d.Contacts, Group: !d.Position.OneToOne && !d.Position.NoNotice, Single: len(d.Counterparts) == 1}
	mark.LeftTotal = max(0, d.Contacts.Limits.Total-d.Contacts.Total)
	mark.LeftToday = min(mark.LeftTotal, max(0, d.Contacts.Limits.PerDay-d.Contacts.Today))
	kinds := []recovery.EntryKind{recovery.EntryContactRecorded, recovery.EntryMediationRecorded}
	spoken := slices.DeleteFunc(slices.Clone(d.lines), func(l casework.JournalLine) bool { return !slices.Contains(kinds, l.Entry.Kind) })
	teller := teller{say: c.say, aliases: aliasesOf(d.Counterparts)}
	for _, line := range slices.Backward(spoken[max(0, len(spoken)-timelineShown):]) {
		mark.Log = append(mark.Log, teller.event(line))
	}
	return mark
}
