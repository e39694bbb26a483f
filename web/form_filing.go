package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"recourse/recovery"
)

// maxCounterpartRows is the number of counterparts the page accepts. More can
// be filed with the REST API.
const maxCounterpartRows = 20

// decodeFiling parses the filing form. It returns only parse faults;
// Filing.Validate checks the rest.
func decodeFiling(values url.Values) (recovery.Filing, *formDecoder) {
	d := &formDecoder{values: values}
	filing := recovery.Filing{
		Platform: recovery.Platform(d.readText("platform")), Instrument: recovery.Instrument(d.readText("instrument")),
		Amount: d.readMoney("amount_fen"), SentAt: d.readTime("sent_at"), TransactionNo: d.readText("transaction_no"),
		Reason: recovery.Reason(d.readText("reason")), ClaimState: recovery.ClaimState(d.readText("claim_state")),
		Claimant: recovery.Claimant{
			Name: d.readText("claimant.name"), Email: d.readText("claimant.email"), Phone: toHalfWidth(d.readText("claimant.phone")),
			Province: d.readText("claimant.province"), City: d.readText("claimant.city"),
		},
		Narrative: d.readText("narrative"), Payer: d.readPayer(), Facts: d.readFacts(),
	}
	filing.Sends = d.readSends(filing.SentAt)
	if kind := recovery.GroupKind(d.readText("group.kind")); kind != "" {
		filing.Group = &recovery.Group{Kind: kind, Size: d.readNumber("group.size")}
	} else {
		d.addFault("group.kind", "required") // an unanswered question must not count as "one to one"
	}
	for i := range countRows(values) {
		if counterpart := d.readCounterpart(i); counterpart != (recovery.FilingCounterpart{}) || i == 0 {
			filing.Counterparts = append(filing.Counterparts, counterpart)
		}
	}
	return filing, d
}

// readPayer returns nil if the claimant paid.
func (d *formDecoder) readPayer() *recovery.Payer {
	payer := recovery.Payer{Name: d.readText("payer.name"), Relation: d.readText("payer.relation")}
	if payer == (recovery.Payer{}) {
		return nil
	}
	return &payer
}

func (d *formDecoder) readCounterpart(row int) recovery.FilingCounterpart {
	at := counterpartFieldName(row, "")
	return recovery.FilingCounterpart{
		Alias: d.readText(at + "alias"), Claimed: d.readMoney(at + "claimed_fen"), ClaimedAt: d.readTime(at + "claimed_at"),
		Contact: d.readText(at + "contact"),
	}
}

func counterpartFieldName(row int, name string) string {
	return fmt.Sprintf("counterparts[%d].%s", row, name)
}

// countRows returns the number of counterpart rows of the form; at least one.
func countRows(values url.Values) int {
	n, err := strconv.Atoi(values.Get("rows"))
	if err != nil {
		return 1
	}
	return min(max(1, n), maxCounterpartRows)
}

// removeEmptyCounterparts removes empty rows, so that the form and the filing
// number the rows alike.
func removeEmptyCounterparts(values url.Values) url.Values {
	out := url.Values{}
	for name, typed := range values {
		out[name] = typed
	}
	kept := 0
	for row := range countRows(values) {
		filled := row == 0
		for _, name := range counterpartFields {
			filled = filled || values.Get(counterpartFieldName(row, name)) != ""
		}
		if !filled {
			continue
		}
		for _, name := range counterpartFields {
			out.Set(counterpartFieldName(kept, name), values.Get(counterpartFieldName(row, name)))
		}
		kept++
	}
	out.Set("rows", strconv.Itoa(max(1, kept)))
	return out
}

var counterpartFields = []string{"alias", "claimed_fen", "claimed_at", "contact"}

// newFilingForm builds the form with the submitted values and faults.
func newFilingForm(texts *pageTexts, values url.Values, faults []recovery.FieldFault) form {
	b := fieldBuilder{texts: texts, prefix: "f", labels: filingLabels, values: values, faults: faults}
	f := form{ID: "f", Action: "/file", Submit: texts.T("filing.submit"), Primary: true}
	f.Groups = []group{b.causeGroup(), b.moneyGroup(), b.reasonGroup(), b.sendsGroup()}
	for row := range countRows(values) {
		f.Groups = append(f.Groups, b.counterpartGroup(row))
	}
	if countRows(values) < maxCounterpartRows {
		f.Groups[len(f.Groups)-1].More = texts.T("filing.more")
	}
	f.Groups = append(f.Groups, b.claimantGroup(), b.payerGroup())
	f.Hidden = []option{{Label: "rows", Value: strconv.Itoa(countRows(values))}}
	if len(faults) > 0 {
		f.Notice = texts.T("filing.faulty")
	}
	return f
}

func (b fieldBuilder) causeGroup() group { return group{Fields: []field{b.causeField()}} }

func (b fieldBuilder) moneyGroup() group {
	fields := []field{
		choiceField(b, "platform", "radio", "platform", recovery.Platforms, true),
		choiceField(b, "instrument", "radio", "instrument", recovery.Instruments, true),
		b.moneyField("amount_fen", true), b.timeField("sent_at", true),
		choiceField(b, "claim_state", "radio", "claim_state", recovery.ClaimStates, true),
	}
	fields = append(fields, b.arrivalFields()...)
	return group{Title: b.texts.T("filing.group.money"), Fields: append(fields, b.textField("transaction_no", recovery.MaxTransactionNo, false))}
}

func (b fieldBuilder) reasonGroup() group {
	return group{Title: b.texts.T("filing.group.why"), Fields: []field{
		choiceField(b, "reason", "select", "reason", recovery.Reasons, true),
		b.moneyField("intended_fen", false).withClass(onlyPartOwed), b.dateField("noticed_at"),
		choiceField(b, "group.kind", "select", "group_kind", recovery.GroupKinds, true),
		b.groupSizeField("group.size"), b.areaField("narrative", recovery.MaxNarrative, false),
	}}
}

func (b fieldBuilder) sendsGroup() group {
	return group{Title: b.texts.T("filing.group.sends"), Folded: true, Fields: []field{b.sendsField()}}
}

func (b fieldBuilder) payerGroup() group {
	return group{Title: b.texts.T("filing.group.payer"), Folded: true, Fields: []field{
		b.textField("payer.name", recovery.MaxName, false), b.textField("payer.relation", recovery.MaxName, false),
	}}
}

func (b fieldBuilder) groupSizeField(name string) field {
	f := b.textField(name, 5, false)
	f.InputMode = "numeric"
	return f
}

func (b fieldBuilder) counterpartGroup(row int) group {
	g := group{Title: b.texts.T("filing.group.counterpart", "no", row+1), Fields: []field{
		b.textField(counterpartFieldName(row, "alias"), recovery.MaxAlias, row == 0), b.moneyField(counterpartFieldName(row, "claimed_fen"), false),
		b.timeField(counterpartFieldName(row, "claimed_at"), false), b.textField(counterpartFieldName(row, "contact"), recovery.MaxContact, false),
	}}
	if row == 0 {
		g.Help = b.texts.T("filing.group.counterpart_help")
		g.Fields[0].Error = firstNonEmpty(g.Fields[0].Error, b.faultText("counterparts"))
		g.Fields = append(g.Fields, b.reachField())
	}
	return g
}

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (b fieldBuilder) claimantGroup() group {
	name, phone := b.textField("claimant.name", recovery.MaxName, true), b.textField("claimant.phone", 24, false)
	email := b.textField("claimant.email", 254, false)
	province, city := b.textField("claimant.province", recovery.MaxName, false), b.textField("claimant.city", recovery.MaxName, false)
	name.Autocomplete, phone.Autocomplete, email.Autocomplete = "name", "tel", "email"
	province.Autocomplete, city.Autocomplete = "address-level1", "address-level2"
	phone.Type, email.Type = "tel", "email"
	return group{
		Title: b.texts.T("filing.group.claimant"), Help: b.texts.T("filing.group.claimant_help"),
		Fields: []field{name, phone, email, province, city},
	}
}

// newStartForm builds the form of the start page. It is sent by GET and stores
// nothing.
func newStartForm(texts *pageTexts, values url.Values, faults []recovery.FieldFault) form {
	b := fieldBuilder{texts: texts, prefix: "s", labels: filingLabels, values: values, faults: faults}
	claimed := choiceField(b, "claim_state", "radio", "claim_state", recovery.ClaimStates, true)
	claimed.Label = texts.T("start.claimed")
	return form{ID: "s", Action: "/", Submit: texts.T("start.submit"), Primary: true, Groups: []group{{Fields: []field{
		b.causeField(), claimed,
		choiceField(b, "platform", "radio", "platform", recovery.Platforms, true),
		choiceField(b, "instrument", "radio", "instrument", recovery.Instruments, true),
		b.timeField("sent_at", true),
	}}, {Title: texts.T("start.more"), Folded: true, Fields: append([]field{b.reachField()}, b.arrivalFields()...)}}}
}

// startNames are the questions of the start page.
var startNames = append([]string{"platform", "instrument", "claim_state", "sent_at"}, factNames...)

// startValues returns the answers of the start page that prefill the filing
// form.
func startValues(query url.Values, now time.Time) url.Values {
	values := startQuery(query)
	if values.Get("sent_at") == "" {
		values.Set("sent_at", formatInputTime(now))
	}
	return values
}

// startQuery returns the answers of the start page that a link may carry.
func startQuery(query url.Values) url.Values {
	out := url.Values{}
	for _, name := range startNames {
		if query.Get(name) != "" {
			out.Set(name, query.Get(name))
		}
	}
	return out
}
