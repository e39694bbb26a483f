package recovery

import (
	"reflect"
	"slices"
)

// Outgoing is a container in which values of a case leave for another party without
// papers: the counterpart with a link, mails, receivers of webhooks.
type Outgoing string

// The containers.
const (
	LinkAnswer    Outgoing = "link_answer"    // the API and the page behind a counterpart's link
	AnswerMail    Outgoing = "answer_mail"    // confirms a counterpart's answer to them
	ReminderMail  Outgoing = "reminder_mail"  // reminds a counterpart of an instalment
	WebhookEvent  Outgoing = "webhook_event"  // tells another program of a change
	EventDeadline Outgoing = "event_deadline" // a deadline within such an event
)

// outgoingFields is the part of the table of disclosure for these containers: the names
// of the fields that may leave. Every other field is emptied, also one that is added
// later. No row has a text that somebody wrote, a name or a way to reach somebody. Text
// is the playbook's own.
var outgoingFields = map[Outgoing][]string{
	LinkAnswer: {
		"Reference", "Open", "Handled", "Platform", "Instrument", "SentAt", "ClaimedAt", "Held", "Asked", "SurplusUnknown", "Returned",
		"ReportedReturned", "Answer", "Refusal", "Plan", "Text", "Records", "Allowed", "ExpiresAt",
	},
	AnswerMail:    {"Number", "Kind", "Corrects", "Stage", "Answer"},
	ReminderMail:  {"Number", "Kind", "Stage", "Clock", "DueAt", "Ref", "Amount"},
	WebhookEvent:  {"CaseID", "Number", "OccurredAt", "Kind", "Corrects", "Stage", "Before", "WaitingOn", "Outcome", "Deadlines"},
	EventDeadline: {"Kind", "DueAt"},
}

// KeepOutgoing returns a struct with only the fields that may leave in a container.
func KeepOutgoing[T any](to Outgoing, value T) T {
	fields := reflect.ValueOf(&value).Elem()
	for i := range fields.NumField() {
		if !slices.Contains(outgoingFields[to], fields.Type().Field(i).Name) {
			fields.Field(i).SetZero()
		}
	}
	return value
}
