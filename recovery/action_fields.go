package recovery

import (
	"regexp"
	"slices"
	"time"
)

// FieldForm is what a field of an action holds and how it is entered.
type FieldForm string

// The forms of a field.
const (
	TextForm        FieldForm = "text"        // free text of several lines
	LineForm        FieldForm = "line"        // one line of free text
	WordForm        FieldForm = "word"        // one lower-case word; pages offer Choices, the API takes any
	ChoiceForm      FieldForm = "choice"      // one of Choices
	ChoicesForm     FieldForm = "choices"     // some of Choices
	MoneyForm       FieldForm = "money"       // fen
	PastForm        FieldForm = "past"        // a time that is not in the future
	FutureForm      FieldForm = "future"      // a time ahead, at most maxPause
	NumberForm      FieldForm = "number"      // from 1 to Max
	FlagForm        FieldForm = "flag"        // true or false; pages derive it instead of asking
	ConfirmForm     FieldForm = "confirm"     // must be true
	CounterpartForm FieldForm = "counterpart" // id of a counterpart of the case
	StaffForm       FieldForm = "staff"       // id of a staff account
	InstalmentsForm FieldForm = "instalments" // the rows of a plan
	EmailForm       FieldForm = "email"       // accepted only from a counterpart's link
	// CircumstancesForm is a set of circumstances with true or false.
	CircumstancesForm FieldForm = "circumstances"
	EntryForm         FieldForm = "entry"       // the number of a journal entry
	ReplacementForm   FieldForm = "replacement" // the body of the action that an entry records
	NamesForm         FieldForm = "names"       // names of fields of the replacement
)

// PlanState selects counterparts by the state of their repayment plan.
type PlanState string

// The states; AnyPlan selects every counterpart.
const (
	AnyPlan       PlanState = ""
	ProposedPlans PlanState = "proposed"
	RunningPlans  PlanState = "running"
)

// OtherWord is the choice of a WordForm field for any other word.
const OtherWord = "other"

// Field is one field of an action's body. Fields are listed in the order in
// which a page asks for them.
type Field struct {
	Name     string
	Form     FieldForm
	Required bool
	Max      int      // characters of a text, items of a list, or the largest number
	Words    string   // the vocabulary its choices belong to
	Choices  []string // accepted by the API, except for WordForm, where pages offer them
	Offered  []string // the choices a page offers, if fewer than Choices
	About    string   // for the specification

	Plans         PlanState // which counterparts a page offers
	EmptyMeansAll bool      // an empty counterpart means every counterpart
	LaterStages   bool      // a page offers only stages after the present one
	OwnWord       bool      // a page also takes a word that is not among Choices
	StaffOnly     bool      // a page asks only the staff
	ZeroMeansNone bool      // the amount 0 is the same as no amount
}

const (
	required = true
	optional = false
)

func textField(name string, required bool) Field {
	return Field{Name: name, Form: TextForm, Required: required, Max: MaxText}
}

func pastField(name string, required bool) Field {
	return Field{Name: name, Form: PastForm, Required: required}
}

func moneyField(required bool) Field {
	return Field{Name: "amount_fen", Form: MoneyForm, Required: required}
}

func referenceField() Field { return Field{Name: "ref", Form: LineForm, Max: MaxReference} }

// confirmField confirms a sum that was refused with CodeConfirmNeeded.
func confirmField() Field {
	return Field{Name: "confirm", Form: FlagForm, About: "Confirms a sum beyond what is missing, after 409 `confirm_needed`"}
}

func emailField() Field { return Field{Name: "email", Form: EmailForm, Max: maxEmail} }

func inGroupField() Field {
	return Field{Name: "in_group", Form: FlagForm, About: "True for the channel group_message when absent"}
}

func counterpartField(required bool) Field {
	return Field{
		Name: "counterpart_id", Form: CounterpartForm, Required: required, Max: MaxReference,
		About: "Id of a counterpart of this case",
	}
}

func choiceField[T ~string](name, words string, choices []T, required bool) Field {
	return Field{Name: name, Form: ChoiceForm, Required: required, Words: words, Choices: ToStrings(choices)}
}

func wordField(name, words string, offered ...string) Field {
	return Field{Name: name, Form: WordForm, Required: true, Max: maxWord, Words: words, Choices: offered}
}

func contactChannel(required bool) Field {
	field := choiceField("channel", "channel", Channels, required)
	field.Offered = ToStrings([]Channel{PrivateMessage, GroupMessage, Phone, SMS, Email, InPerson, Letter, OtherChannel})
	return field
}

func returnChannel() Field {
	field := choiceField("channel", "channel", Channels, required)
	field.Offered = ToStrings([]Channel{OriginalRoute, AutoRefund, ByWeChat, ByAlipay, ByQQ, ByWeCom, BankTransfer, Cash, OtherChannel})
	return field
}

func (f Field) described(about string) Field { f.About = about; return f }

func (f Field) withPlan(state PlanState) Field { f.Plans = state; return f }

func (f Field) emptyMeansAll() Field { f.EmptyMeansAll = true; return f }

func (f Field) laterStages() Field { f.LaterStages = true; return f }

func (f Field) withOwnWord() Field { f.OwnWord = true; return f }

func (f Field) staffOnly() Field { f.StaffOnly = true; return f }

// Visibility of a note: NoteInternal for the staff only, NoteShared for
// everybody in the case.
const (
	NoteInternal = "internal"
	NoteShared   = "shared"
)

// NoteVisibilities lists the visibilities of a note.
var NoteVisibilities = []string{NoteInternal, NoteShared}

const (
	// maxEmail is the longest address that mail servers accept (RFC 5321, 4.5.3.1.3).
	maxEmail = 254
	maxWord  = 40
	// maxPause is how far ahead the end of a pause may be.
	maxPause = 366 * 24 * time.Hour
	// maxCleared is more than any action that can be corrected has optional fields.
	maxCleared = 20
	// maxRow is beyond the last line of every readable bill.
	maxRow = 1_000_000
)

var wordForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Validate checks the body of an action and names each faulty field. A field
// that the action does not have is refused: otherwise its sender would believe
// that it was recorded.
func (a ActionBody) Validate(now time.Time) error {
	c := &FieldChecker{now: now}
	row := actionRows[a.Action]
	if row == nil {
		row = &ActionSpec{Name: a.Action}
	}
	for _, name := range a.setFields() {
		if !slices.ContainsFunc(row.Fields, func(f Field) bool { return f.Name == name }) {
			c.Add(name, "unknown_field", "The action %s has no such field.", a.Action)
		}
	}
	for _, field := range row.Fields {
		formChecks[field.Form](c, a, field)
	}
	if row.check != nil {
		row.check(a, c)
	}
	return Invalid(c.faults)
}

// formChecks has the check of each form of a field.
var formChecks = map[FieldForm]func(*FieldChecker, ActionBody, Field){
	TextForm: checkTextField, LineForm: checkLineField, CounterpartForm: checkLineField, StaffForm: checkLineField,
	WordForm: func(c *FieldChecker, a ActionBody, f Field) { c.word(f.Name, a.textOf(f.Name)) },
	ChoiceForm: func(c *FieldChecker, a ActionBody, f Field) {
		OneOf(c, f.Name, a.textOf(f.Name), f.Choices, f.Required)
	},
	ChoicesForm:     func(c *FieldChecker, a ActionBody, f Field) { c.choices(f, ToStrings(a.Kinds)) },
	MoneyForm:       func(c *FieldChecker, a ActionBody, f Field) { c.money(f, a.moneyOf(f.Name)) },
	PastForm:        func(c *FieldChecker, a ActionBody, f Field) { c.Time(f.Name, a.timeOf(f.Name), f.Required) },
	FutureForm:      func(c *FieldChecker, a ActionBody, f Field) { c.ahead(f.Name, a.Until) },
	NumberForm:      func(c *FieldChecker, a ActionBody, f Field) { c.number(f, a.numberOf(f.Name)) },
	FlagForm:        checkFlagField,
	ConfirmForm:     checkConfirmation,
	InstalmentsForm: func(c *FieldChecker, a ActionBody, _ Field) { c.instalments(a.Instalments) },
	EmailForm:       func(c *FieldChecker, a ActionBody, f Field) { c.email(f, a.Email) },
	// Facts.Check knows the names of the circumstances.
	CircumstancesForm: func(*FieldChecker, ActionBody, Field) {},
	EntryForm: func(c *FieldChecker, a ActionBody, f Field) {
		if a.Seq < 1 {
			c.Add(f.Name, "required", "Name the number of the entry in the journal.")
		}
	},
	// The replacement is checked as a body of its action, once the entry is known.
	ReplacementForm: func(*FieldChecker, ActionBody, Field) {},
	NamesForm:       checkNames,
}

// checkNames accepts the fields of any action; CheckCleared knows the one of the entry.
func checkNames(c *FieldChecker, a ActionBody, f Field) {
	switch {
	case a.Clear != nil && len(a.Clear) == 0:
		c.Add(f.Name, "required", "Name at least one field, or leave the list out.")
	case len(a.Clear) > f.Max:
		c.Add(f.Name, "too_many", "Name at most %d fields.", f.Max)
	case slices.ContainsFunc(a.Clear, func(name string) bool { return !isFieldName(name) }):
		c.Add(f.Name, "unknown_field", "No action has a field of this name.")
	}
}

func isFieldName(name string) bool {
	return slices.ContainsFunc(ActionSpecs(), func(spec ActionSpec) bool {
		return slices.ContainsFunc(spec.Fields, func(f Field) bool { return f.Name == name })
	})
}

func checkTextField(c *FieldChecker, a ActionBody, f Field) {
	c.Text(f.Name, a.textOf(f.Name), f.Max, f.Required)
}

func checkLineField(c *FieldChecker, a ActionBody, f Field) {
	if f.Name == "transaction_no" {
		return // checkAmendment accepts the blanks of spreadsheets in it
	}
	c.Line(f.Name, a.textOf(f.Name), f.Max, f.Required)
}

func checkFlagField(c *FieldChecker, a ActionBody, f Field) {
	if f.Required && !slices.Contains(a.setFields(), f.Name) {
		c.Add(f.Name, "required", "Send true or false.")
	}
}

func checkConfirmation(c *FieldChecker, a ActionBody, f Field) {
	if a.Confirm == nil || !*a.Confirm {
		c.Add(f.Name, "required", "This happens only once: confirm it with true.")
	}
}

func (c *FieldChecker) number(f Field, value int) {
	if value == 0 && !f.Required {
		return
	}
	if value < 1 || value > f.Max {
		c.Add(f.Name, "out_of_range", "A number from 1 to %d is needed.", f.Max)
	}
}

// textOf returns the value of a field that is text in any form.
func (a ActionBody) textOf(name string) string {
	return map[string]string{
		"counterpart_id": string(a.CounterpartID), "channel": string(a.Channel), "text": a.Text, "kind": a.Kind,
		"refusal": string(a.Refusal), "to": string(a.To), "reason": a.Reason, "note": a.Note, "ref": a.Ref,
		"decision": string(a.Decision), "route": string(a.Route), "why": a.Why, "outcome": string(a.Outcome),
		"user_id": string(a.UserID), "visibility": a.Visibility, "delayed_arrival": string(a.Delay), "account": string(a.Account),
		"transaction_no": a.NewNumber(), "instrument": string(a.Instrument), "claim_state": string(a.ClaimState), "alias": a.Alias,
		"contact": a.Contact, "evidence_id": string(a.EvidenceID),
	}[name]
}

func (a ActionBody) numberOf(name string) int {
	if name == "row" {
		return a.Row
	}
	return a.No
}

func (a ActionBody) timeOf(name string) *time.Time {
	switch name {
	case "sent_at":
		return a.SentAt
	case "noticed_at":
		return a.NoticedAt
	case "accepted_at":
		return a.AcceptedAt
	case "claimed_at":
		return a.ShareTakenAt
	default:
		return a.At
	}
}

func (a ActionBody) moneyOf(name string) *Money {
	switch {
	case name == "claimed_fen":
		return a.Claimed
	case name != "intended_fen":
		return a.Amount
	case a.Intended == 0:
		return nil
	default:
		return &a.Intended
	}
}

func (c *FieldChecker) email(f Field, address string) {
	if c.Line(f.Name, address, f.Max, false); address != "" && !emailForm.MatchString(address) {
		c.Add(f.Name, "malformed", "This is not an e-mail address.")
	}
}

func (c *FieldChecker) choices(f Field, chosen []string) {
	if len(chosen) == 0 || len(chosen) > f.Max {
		c.Add(f.Name, "required", "Name between 1 and %d of: %s.", f.Max, joinValues(f.Choices))
	}
	for _, value := range chosen {
		OneOf(c, f.Name, value, f.Choices, true)
	}
}

func (c *FieldChecker) money(f Field, amount *Money) {
	if amount == nil {
		if f.Required {
			c.Add(f.Name, "required", "An amount in fen is needed.")
		}
		return
	}
	c.Amount(f.Name, *amount, true)
}

func (c *FieldChecker) ahead(field string, at *time.Time) {
	switch {
	case at == nil:
	case !at.After(c.now):
		c.Add(field, "in_past", "This time is in the past.")
	case at.After(c.now.Add(maxPause)):
		c.Add(field, "too_late", "At most a year ahead.")
	}
}

func (c *FieldChecker) word(field, value string) {
	if !wordForm.MatchString(value) {
		c.Add(field, "malformed", "One word of lower-case letters, digits and '_', at most %d characters, is needed.", maxWord)
	}
}

func checkResponse(a ActionBody, c *FieldChecker) {
	if a.Amount == nil && Response(a.Kind) == PartlyReturned {
		c.Add("amount_fen", "required", "An amount in fen is needed.")
	}
	if a.Amount != nil && Response(a.Kind) != Returned && Response(a.Kind) != PartlyReturned {
		c.Add("amount_fen", "unexpected", "Only a return has an amount.")
	}
}

func checkReturn(a ActionBody, c *FieldChecker) {
	if a.Channel == AutoRefund && a.CounterpartID != "" {
		c.Add("counterpart_id", "unexpected", "An automatic refund by the platform comes from no counterpart.")
	}
}

func checkCorrection(a ActionBody, c *FieldChecker) {
	if a.Replacement != nil && (a.Replacement.Seq != 0 || a.Replacement.Replacement != nil) {
		c.Add("replacement", "unknown_field", "A correction cannot replace another correction.")
	}
	if a.Replacement != nil && len(a.Clear) == 0 && len(without(a.Replacement.setFields(), "confirm")) == 0 {
		c.Add("replacement", "required", "Name at least one field, or leave the replacement out to take the entry back.")
	}
	if a.Replacement != nil && slices.ContainsFunc(a.Replacement.setFields(), func(name string) bool { return slices.Contains(a.Clear, name) }) {
		c.Add("clear", "contradicts", "A field cannot be stated and cleared.")
	}
}

// CheckCleared checks the names of fields that a correction of an entry of this action
// clears. It returns nil or a Fault with CodeInvalid.
func (s ActionSpec) CheckCleared(names []string) error {
	c := &FieldChecker{}
	for _, name := range names {
		switch i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name }); {
		case i < 0:
			c.Add("clear", "unknown_field", "The action %s has no field of this name.", s.Name)
		case s.Fields[i].Required:
			c.Add(ReplacementPath+name, "required", "This field cannot be cleared.")
		}
	}
	return c.Err()
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return n == name })
}

func checkDecision(a ActionBody, c *FieldChecker) {
	if a.Amount == nil && a.Decision == PartlyGranted {
		c.Add("amount_fen", "required", "An amount in fen is needed.")
	}
	if a.Amount != nil && a.Decision == Denied {
		c.Add("amount_fen", "unexpected", "A denial grants no amount.")
	}
}

func checkLegalStep(a ActionBody, c *FieldChecker) {
	if a.Amount != nil && legalStepEffects[a.Kind].interrupts == DebtorPaid {
		c.Add("amount_fen", "unexpected", "The amount of a step is its cost. Record the payment itself as a return.")
	}
}
