package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recourse/notify"
	"recourse/recovery"
)

// Notices are the use cases of notifications: the inbox, preferences and
// webhooks. It is safe for concurrent use.
type Notices struct {
	service     *Service
	notifyRules *notify.Rules
}

// NewNotices makes Notices over a service.
func NewNotices(s *Service, rules *notify.Rules) *Notices {
	return &Notices{service: s, notifyRules: rules}
}

// InboxItem is a notice in the language of its recipient.
type InboxItem struct {
	ID         string
	CaseID     recovery.CaseID
	Number     recovery.CaseNumber
	Class      notify.Class
	Urgent     bool
	Title      string
	Body       string
	Deadline   string     // as text, also if there is none
	DueAt      *time.Time // the same in UTC; nil if there is none
	NextAction string
	Count      int       // changes that it stands for
	FirstSeq   int64     // of the journal entry of the first one; 0: a reminder
	Seq        int64     // of that of the last one
	ToldAt     time.Time // of the last one
	ReadAt     *time.Time
}

// Inbox is one page of notices.
type Inbox struct {
	Items  []InboxItem
	Next   string // cursor of the next page; "" if this is the last
	Unread int    // over all pages
}

// Inbox lists the actor's notices: unread deadlines, money, and the rest, then what was
// read, each the newest first. Every account has an
// inbox; a counterpart with a link has none. Errors: CodeForbidden, CodeInvalid
// for field cursor.
func (n *Notices) Inbox(ctx context.Context, actor recovery.Actor, unreadOnly bool, limit int, cursor string) (Inbox, error) {
	if err := checkHasInbox(actor); err != nil {
		return Inbox{}, err
	}
	preferences, err := n.preferences(ctx, actor)
	if err != nil {
		return Inbox{}, err
	}
	notices, next, err := n.service.Store.ListNotices(ctx, actor.ID, unreadOnly, limit, cursor)
	if err != nil {
		return Inbox{}, err
	}
	unread, err := n.service.Store.CountUnread(ctx, actor.ID, 0)
	if err != nil {
		return Inbox{}, err
	}
	inbox := Inbox{Items: make([]InboxItem, len(notices)), Next: next, Unread: unread}
	for i, notice := range notices {
		inbox.Items[i] = n.inboxItem(preferences.Language, notice)
	}
	return inbox, nil
}

// CountUnread counts the actor's unread notices. It stops at most. Errors:
// CodeForbidden.
func (n *Notices) CountUnread(ctx context.Context, actor recovery.Actor, most int) (int, error) {
	if err := checkHasInbox(actor); err != nil {
		return 0, err
	}
	return n.service.Store.CountUnread(ctx, actor.ID, most)
}

func (n *Notices) inboxItem(language string, notice notify.Notice) InboxItem {
	message := n.notifyRules.WriteMessage(language, notice)
	return InboxItem{
		ID: notice.ID, CaseID: notice.CaseID, Number: notice.Facts.Number, Class: notify.Class(notice.Class), Urgent: notice.Urgent,
		Title: message.Title, Body: message.Body, Deadline: message.Deadline, DueAt: notice.Facts.DueAt, NextAction: message.Next,
		Count: notice.Count, FirstSeq: notice.FirstSeq, Seq: notice.Seq, ToldAt: notice.ToldAt, ReadAt: notice.ReadAt,
	}
}

// MarkRead records that the actor read a notice. A second call changes nothing.
// Errors: CodeForbidden, CodeNotFound, also for another person's notice.
func (n *Notices) MarkRead(ctx context.Context, actor recovery.Actor, id string) (InboxItem, error) {
	if err := checkHasInbox(actor); err != nil {
		return InboxItem{}, err
	}
	if err := checkID("notice", id); err != nil {
		return InboxItem{}, err
	}
	preferences, err := n.preferences(ctx, actor)
	if err != nil {
		return InboxItem{}, err
	}
	notice, err := n.service.Store.MarkRead(ctx, actor.ID, id)
	if err != nil {
		return InboxItem{}, err
	}
	return n.inboxItem(preferences.Language, notice), nil
}

func checkHasInbox(actor recovery.Actor) error {
	if actor.ID == "" || !slices.Contains(recovery.Roles, actor.Role) || actor.Role == recovery.RoleCounterpart {
		return recovery.Faultf(recovery.CodeForbidden, "The role %s has no inbox.", actor.Role)
	}
	return nil
}

// checkID refuses a malformed id without a query.
func checkID(thing, id string) error {
	if _, err := uuid.Parse(id); err != nil || len(id) != 36 {
		return recovery.Faultf(recovery.CodeNotFound, "There is no such %s.", thing)
	}
	return nil
}

// Preferences are a person's settings for notifications. The inbox cannot be
// turned off.
type Preferences struct {
	Language string // one of notify.Languages
	// QuietFrom and QuietUntil are times of day in China, "22:00". If they are
	// equal, mails are sent at any time. Urgent mails always are.
	QuietFrom  string
	QuietUntil string
	Mail       map[notify.Class]bool // which classes are sent by mail
}

// Preferences returns the actor's preferences or the defaults. Errors:
// CodeForbidden.
func (n *Notices) Preferences(ctx context.Context, actor recovery.Actor) (Preferences, error) {
	if err := checkHasInbox(actor); err != nil {
		return Preferences{}, err
	}
	preferences, err := n.preferences(ctx, actor)
	if err != nil {
		return Preferences{}, err
	}
	p := Preferences{
		Language: preferences.Language, QuietFrom: formatTimeOfDay(preferences.QuietFrom), QuietUntil: formatTimeOfDay(preferences.QuietUntil), Mail: map[notify.Class]bool{},
	}
	for _, class := range notify.Classes {
		p.Mail[class] = !slices.Contains(preferences.NoMail, string(class))
	}
	return p, nil
}

func (n *Notices) preferences(ctx context.Context, actor recovery.Actor) (notify.Preferences, error) {
	chosen, found, err := n.service.Store.FindPreferences(ctx, actor.ID)
	if err == nil && !found {
		return notify.DefaultPreferences(), nil
	}
	return chosen, err
}

// SetPreferences replaces the actor's preferences. A class that is left out is
// sent by mail. Pending mails follow them, too. Errors: CodeForbidden,
// CodeInvalid naming the fields.
func (n *Notices) SetPreferences(ctx context.Context, actor recovery.Actor, p Preferences) (Preferences, error) {
	if err := checkHasInbox(actor); err != nil {
		return Preferences{}, err
	}
	var faults []recovery.FieldFault
	preferences := notify.Preferences{Language: p.Language, NoMail: []string{}}
	if !slices.Contains(notify.Languages, p.Language) {
		faults = append(faults, recovery.FieldFault{Field: "language", Code: "unknown_value", Detail: fmt.Sprintf("Accepted are: %v.", notify.Languages)})
	}
	for field, side := range map[string]struct {
		text string
		into *int
	}{"quiet_from": {p.QuietFrom, &preferences.QuietFrom}, "quiet_until": {p.QuietUntil, &preferences.QuietUntil}} {
		minutes, ok := parseTimeOfDay(side.text)
		if !ok {
			faults = append(faults, recovery.FieldFault{Field: field, Code: "malformed", Detail: "A time of day such as 22:00 is needed."})
		}
		*side.into = minutes
	}
	for class, wanted := range p.Mail {
		if !slices.Contains(notify.Classes, class) {
			faults = append(faults, recovery.FieldFault{Field: "mail", Code: "unknown_value", Detail: fmt.Sprintf("Accepted are: %v.", notify.Classes)})
			break
		}
		if !wanted {
			preferences.NoMail = append(preferences.NoMail, string(class))
		}
	}
	slices.SortFunc(faults, func(a, b recovery.FieldFault) int { return strings.Compare(a.Field, b.Field) })
	if err := recovery.Invalid(faults); err != nil {
		return Preferences{}, err
	}
	slices.Sort(preferences.NoMail)
	if err := n.service.Store.SetPreferences(ctx, actor.ID, preferences); err != nil {
		return Preferences{}, err
	}
	return n.Preferences(ctx, actor)
}

func formatTimeOfDay(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func parseTimeOfDay(text string) (int, bool) {
	at, err := time.ParseInLocation("15:04", text, recovery.Shanghai)
	if err != nil || len(text) != 5 {
		return 0, false
	}
	return at.Hour()*60 + at.Minute(), true
}

// Mails lists the sent mails or, without a mail server, the stored ones, the newest
// first. A development installation shows them on a page. Errors: CodeNotFound
// elsewhere.
func (n *Notices) Mails(ctx context.Context, actor recovery.Actor, limit int, cursor string) ([]notify.SentMail, string, error) {
	if err := checkHasInbox(actor); err != nil {
		return nil, "", err
	}
	if !n.service.Development() {
		return nil, "", recovery.Faultf(recovery.CodeNotFound, "Mails are shown only by a development installation.")
	}
	return n.service.Store.ListSentMails(ctx, limit, cursor)
}
