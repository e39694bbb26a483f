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

// finding is a passage of a text that should be worded differently.
type finding struct {
	Quote      string // the passage
	Why        string
	Suggestion string
	Articles   string
	Blocks     bool
}

func (c *pageContext) lintFindings(act recovery.ActionBody) []finding {
	if c.web.service.Linter == nil {
		return nil
	}
	words := []rune(act.Text)
	var list []finding
	for _, found := range c.web.service.Linter.Lint(act.Text, textlint.PlaceFor(act.Channel, false)) {
		start, end := min(found.Start, len(words)), min(found.End, len(words))
		list = append(list, finding{
			Quote: string(words[start:end]), Why: found.Why, Suggestion: found.Suggestion,
			Articles: strings.Join(found.Articles, c.texts.T("timeline.and")), Blocks: found.Severity == textlint.Block,
		})
	}
	return list
}

// showCheckedContact shows the result of checking a text: the form to record
// the message, or why it should not be sent.
func (c *pageContext) showCheckedContact(failed *formAttempt, act recovery.ActionBody, err error) error {
	failed.findings = c.lintFindings(act)
	if err == nil {
		failed.action, failed.success = recovery.RecordContact, c.texts.T("case.plan_ok")
		failed.values.Set("sent_at", formatInputTime(c.web.now()))
		return c.showCasePage(http.StatusOK, failed)
	}
	view, readErr := c.web.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if readErr != nil {
		return readErr
	}
	failed.notice = c.refusalText(recovery.CodeOf(err), view)
	if failed.notice == "" {
		return err
	}
	var fault *recovery.Fault
	if !errors.As(err, &fault) {
		return err
	}
	failed.notice += c.nextContactText(fault.Contact)
	if len(failed.findings) == 0 && len(fault.Fields) > 0 {
		failed.notice += c.texts.T("case.findings_name") // the linter does not know the names in the case
	}
	return c.showCasePage(errorStatus(err), failed)
}

// refusalText returns why a message should not be sent now, or "" for any other
// error.
func (c *pageContext) refusalText(code recovery.Code, view casework.View) string {
	if view.Contacts == nil {
		return ""
	}
	l := view.Contacts.Limits
	switch code {
	case recovery.CodeContactLimit:
		return c.texts.T("case.plan_refused_contact_limit", "per_day", l.PerDay, "limit", l.Total, "group_day", l.GroupDay, "group_limit", l.GroupTotal)
	case recovery.CodeQuietHours:
		return c.texts.T("case.plan_refused_quiet_hours", "from", l.QuietFrom, "until", l.QuietUntil)
	case recovery.CodeNoContact:
		return c.texts.T("case.plan_refused_no_contact")
	case recovery.CodeTextUnsafe:
		return c.texts.T("case.plan_refused_text_unsafe")
	default:
		return ""
	}
}

// nextContactText returns when the next message is allowed, and the articles
// that forbid it now.
func (c *pageContext) nextContactText(refused *recovery.ContactRefusal) string {
	if refused == nil {
		return ""
	}
	var text string
	switch {
	case refused.From == nil:
		text = c.texts.T("case.plan_never")
	case refused.From.After(c.web.now()):
		text = c.texts.T("case.plan_from", "time", formatMinute(*refused.From))
	}
	var articles []string
	for _, reason := range refused.Reasons {
		if reason.Article != "" && !slices.Contains(articles, reason.Article) {
			articles = append(articles, reason.Article)
		}
	}
	if len(articles) > 0 {
		text += c.texts.T("case.plan_articles", "list", strings.Join(articles, c.texts.T("timeline.and")))
	}
	return text
}

// contactView shows how many messages were sent and how many are allowed.
type contactView struct {
	*casework.ContactView
	Group     bool // the group can be contacted
	Single    bool // one counterpart, so the remaining number is exact
	LeftToday int
	LeftTotal int
	Log       []timelineEvent
}

func (c *pageContext) newContactView(d *caseData) (*contactView, error) {
	if d.Contacts == nil || !d.Position.IsOpen() {
		return nil, nil //nolint:nilnil // no further contact; the timeline shows earlier messages
	}
	mark := &contactView{ContactView: d.Contacts, Group: !d.Position.OneToOne && !d.Position.NoNotice, Single: len(d.Counterparts) == 1}
	mark.LeftTotal = max(0, d.Contacts.Limits.Total-d.Contacts.Total)
	mark.LeftToday = min(mark.LeftTotal, max(0, d.Contacts.Limits.PerDay-d.Contacts.Today))
	lines, err := c.web.service.RecentMessages(c.Request().Context(), c.visitor.Actor, d.ID, maxShownMessages)
	if err != nil {
		return nil, err
	}
	writer := c.newTimelineWriter(d)
	for _, line := range slices.Backward(correctedLines(lines)) {
		if line.Entry.Kind != recovery.EntryCorrected {
			mark.Log = append(mark.Log, writer.newEvent(line))
		}
	}
	return mark, nil
}
