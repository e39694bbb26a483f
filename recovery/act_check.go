package recovery

import (
	"regexp"
	"slices"
	"time"
)

// fieldsOf says which fields an action's body has; a field set beside them is
// refused, so that nobody believes something was recorded that was not.
var fieldsOf = map[Action][]string{
	RecordContact:       {"channel", "text", "sent_at", "counterpart_id", "in_group"},
	RecordResponse:      {"counterpart_id", "kind", "refusal", "amount_fen", "text", "at", "email"},
	RecordReturn:        {"counterpart_id", "amount_fen", "at", "channel"},
	Escalate:            {"to", "reason"},
	SubmitAppeal:        {"confirm"},
	RequestEvidence:     {"kinds", "note"},
	RecordPlatformReply: {"kind", "text", "at", "ref"},
	DecideAppeal:        {"decision", "amount_fen", "reason"},
	ChooseRoute:         {"route", "why"},
	RecordLegalStep:     {"counterpart_id", "kind", "at", "ref", "amount_fen"},
	Withdraw:            {"reason"},
	CloseCase:           {"outcome", "reason"},
	Assign:              {"user_id"},
	Release:             {},
	AddNote:             {"text", "visibility"},
	ShareLesson:         {"share"},
	PlanContact:         {"counterpart_id", "channel", "text", "in_group"},
	RecordMediation:     {"channel", "text", "at"},
	ReportHarassment:    {"counterpart_id", "text", "at", "email"},
	ProposePlan:         {"counterpart_id", "instalments", "email"},
	AcceptPlan:          {"counterpart_id", "email"},
	DeclinePlan:         {"counterpart_id", "reason", "email"},
	RecordInstalment:    {"counterpart_id", "no", "amount_fen", "at"},
	AskPlatform:         {"note", "at", "ref"},
	ApproveDecision:     {},
	RejectDecision:      {"reason"},
	PauseCase:           {"reason", "until"},
	ResumeCase:          {},
	Reopen:              {"reason"},
	HandOver:            {"user_id", "reason"},
}

// NoteInternal notes are seen by the desk only; NoteShared ones by everybody in
// the case.
const (
	NoteInternal = "internal"
	NoteShared   = "shared"
)

// maxEmail is the longest address that mail servers carry (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

var wordForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Validate checks the body of an act by its action and names each faulty field.
func (a Act) Validate(now time.Time) error {
	c := &checker{now: now}
	for _, field := range a.set() {
		if !slices.Contains(fieldsOf[a.Action], field) {
			c.fault(field, "unknown_field", "The action %s has no such field.", a.Action)
		}
	}
	if c.text("email", a.Email, maxEmail, false); a.Email != "" && !emailForm.MatchString(a.Email) {
		c.fault("email", "malformed", "This is not an e-mail address.")
	}
	if check, known := actChecks[a.Action]; known {
		check(a, c)
	}
	return Invalid(c.faults)
}

// set names the fields that carry something.
func (a Act) set() []string {
	carried := []struct {
		name string
		yes  bool
	}{
		{"counterpart_id", a.CounterpartID != ""}, {"channel", a.Channel != ""}, {"text", a.Text != ""},
		{"sent_at", a.SentAt != nil}, {"in_group", a.InGroup != nil}, {"kind", a.Kind != ""},
		{"refusal", a.Refusal != ""}, {"amount_fen", a.Amount != nil}, {"at", a.At != nil}, {"to", a.To != ""},
		{"reason", a.Reason != ""}, {"confirm", a.Confirm != nil}, {"kinds", len(a.Kinds) > 0},
		{"note", a.Note != ""}, {"ref", a.Ref != ""}, {"decision", a.Decision != ""}, {"route", a.Route != ""},
		{"why", a.Why != ""}, {"outcome", a.Outcome != ""}, {"user_id", a.UserID != ""},
		{"visibility", a.Visibility != ""}, {"share", a.Share != nil}, {"until", a.Until != nil},
		{"instalments", len(a.Instalments) > 0}, {"no", a.No != 0}, {"email", a.Email != ""},
	}
	var names []string
	for _, field := range carried {
		if field.yes {
			names = append(names, field.name)
		}
	}
	return names
}

var actChecks = map[Action]func(Act, *checker){
	RecordContact: func(a Act, c *checker) {
		oneOf(c, "channel", a.Channel, Channels, true)
		c.text("text", a.Text, MaxText, true)
		c.moment("sent_at", a.SentAt, true)
	},
	RecordResponse: checkResponse,
	RecordReturn: func(a Act, c *checker) {
		c.money(a.Amount, true)
		c.moment("at", a.At, true)
		oneOf(c, "channel", a.Channel, Channels, true)
		if a.Channel == AutoRefund && a.CounterpartID != "" {
			c.fault("counterpart_id", "unexpected", "What the platform refunds by itself comes from no counterpart.")
		}
	},
	Escalate: func(a Act, c *checker) {
		oneOf(c, "to", a.To, Stages, true)
		c.text("reason", a.Reason, MaxText, true)
	},
	SubmitAppeal: func(a Act, c *checker) {
		if a.Confirm == nil || !*a.Confirm {
			c.fault("confirm", "required", "An appeal is submitted once: confirm it with true.")
		}
	},
	RequestEvidence: func(a Act, c *checker) {
		if len(a.Kinds) == 0 || len(a.Kinds) > len(EvidenceKinds) {
			c.fault("kinds", "required", "Name between 1 and %d kinds of evidence.", len(EvidenceKinds))
		}
		for _, kind := range a.Kinds {
			oneOf(c, "kinds", kind, EvidenceKinds, true)
		}
		c.text("note", a.Note, MaxText, false)
	},
	RecordPlatformReply: func(a Act, c *checker) {
		c.word("kind", a.Kind)
		c.text("text", a.Text, MaxText, false)
		c.moment("at", a.At, true)
		c.text("ref", a.Ref, MaxReference, false)
	},
	DecideAppeal: checkDecision,
	ChooseRoute: func(a Act, c *checker) {
		oneOf(c, "route", a.Route, Routes, true)
		c.text("why", a.Why, MaxText, true)
	},
	RecordLegalStep: func(a Act, c *checker) {
		c.word("kind", a.Kind)
		c.moment("at", a.At, true)
		c.text("ref", a.Ref, MaxReference, false)
		c.money(a.Amount, false)
		if a.Amount != nil && legalSteps[a.Kind].interrupts == DebtorPaid {
			c.fault("amount_fen", "unexpected", "A step's amount is its cost: record the payment itself as a return.")
		}
	},
	Withdraw: func(a Act, c *checker) { c.text("reason", a.Reason, MaxText, true) },
	CloseCase: func(a Act, c *checker) {
		oneOf(c, "outcome", a.Outcome, Outcomes, true)
		c.text("reason", a.Reason, MaxText, true)
	},
	Assign: func(a Act, c *checker) { c.text("user_id", string(a.UserID), MaxReference, false) },
	AddNote: func(a Act, c *checker) {
		c.text("text", a.Text, MaxText, true)
		oneOf(c, "visibility", a.Visibility, []string{NoteInternal, NoteShared}, true)
	},
	PlanContact: func(a Act, c *checker) {
		oneOf(c, "channel", a.Channel, Channels, true)
		c.text("text", a.Text, MaxText, true)
	},
	RecordMediation: func(a Act, c *checker) {
		oneOf(c, "channel", a.Channel, Channels, false)
		c.text("text", a.Text, MaxText, true)
		c.moment("at", a.At, true)
	},
	ReportHarassment: func(a Act, c *checker) {
		c.named(a)
		c.text("text", a.Text, MaxText, true)
		c.moment("at", a.At, false)
	},
	ProposePlan: func(a Act, c *checker) {
		c.named(a)
		c.instalments(a.Instalments)
	},
	AcceptPlan: func(a Act, c *checker) { c.named(a) },
	DeclinePlan: func(a Act, c *checker) {
		c.named(a)
		c.text("reason", a.Reason, MaxText, false)
	},
	RecordInstalment: func(a Act, c *checker) {
		if a.No < 1 || a.No > MaxInstalments {
			c.fault("no", "out_of_range", "Instalments are numbered from 1 to %d.", MaxInstalments)
		}
		c.money(a.Amount, true)
		c.moment("at", a.At, true)
	},
	AskPlatform: func(a Act, c *checker) {
		c.text("note", a.Note, MaxText, false)
		c.moment("at", a.At, false)
		c.text("ref", a.Ref, MaxReference, false)
	},
	RejectDecision: func(a Act, c *checker) { c.text("reason", a.Reason, MaxText, true) },
	PauseCase: func(a Act, c *checker) {
		c.text("reason", a.Reason, MaxText, true)
		c.ahead("until", a.Until)
	},
	Reopen: func(a Act, c *checker) { c.text("reason", a.Reason, MaxText, true) },
	HandOver: func(a Act, c *checker) {
		c.text("user_id", string(a.UserID), MaxReference, false)
		c.text("reason", a.Reason, MaxText, true)
	},
	ShareLesson: func(a Act, c *checker) {
		if a.Share == nil {
			c.fault("share", "required", "Say whether others may learn from the case, true or false.")
		}
	},
}

func checkResponse(a Act, c *checker) {
	c.named(a)
	oneOf(c, "kind", Response(a.Kind), Responses, true)
	oneOf(c, "refusal", a.Refusal, Refusals, false)
	brought := Response(a.Kind) == Returned || Response(a.Kind) == PartlyReturned
	c.money(a.Amount, Response(a.Kind) == PartlyReturned)
	if a.Amount != nil && !brought {
		c.fault("amount_fen", "unexpected", "Only a return carries an amount.")
	}
	c.text("text", a.Text, MaxText, false)
	c.moment("at", a.At, true)
}

func checkDecision(a Act, c *checker) {
	oneOf(c, "decision", a.Decision, Decisions, true)
	c.money(a.Amount, a.Decision == PartlyGranted)
	if a.Amount != nil && a.Decision == Denied {
		c.fault("amount_fen", "unexpected", "A denial grants no amount.")
	}
	c.text("reason", a.Reason, MaxText, true)
}

func (c *checker) money(amount *Money, required bool) {
	const field = "amount_fen"
	if amount == nil {
		if required {
			c.fault(field, "required", "An amount in fen is needed.")
		}
		return
	}
	c.amount(field, *amount, true)
}

func (c *checker) named(a Act) {
	c.text("counterpart_id", string(a.CounterpartID), MaxReference, true)
}

// maxPause is how far ahead a pause may be asked to end.
const maxPause = 366 * 24 * time.Hour

func (c *checker) ahead(field string, at *time.Time) {
	switch {
	case at == nil:
	case !at.After(c.now):
		c.fault(field, "in_past", "This lies in the past.")
	case at.After(c.now.Add(maxPause)):
		c.fault(field, "too_late", "At most a year ahead.")
	}
}

func (c *checker) word(field, value string) {
	if !wordForm.MatchString(value) {
		c.fault(field, "malformed", "One word of small letters, digits and '_', at most 40, is needed.")
	}
}
