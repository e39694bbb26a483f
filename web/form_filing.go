package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"recourse/recovery"
)

// maxRows is how many counterparts the page takes; more come by a bill import
// or the interface.
const maxRows = 20

// decodeFiling reads the filing form. The faults are those of reading; the rest
// is for Filing.Validate.
func decodeFiling(values url.Values) (recovery.Filing, *decoder) {
	d := &decoder{values: values}
	filing := recovery.Filing{
		Platform: recovery.Platform(d.text("platform")), Instrument: recovery.Instrument(d.text("instrument")),
		Amount: d.money("amount_fen"), SentAt: d.moment("sent_at"), TransactionNo: d.text("transaction_no"),
		Reason: recovery.Reason(d.text("reason")), ClaimState: recovery.ClaimState(d.text("claim_state")),
		Claimant: recovery.Claimant{
			Name: d.text("claimant.name"), Email: d.text("claimant.email"), Phone: narrow(d.text("claimant.phone")),
			Province: d.text("claimant.province"), City: d.text("claimant.city"),
		},
		Narrative: d.text("narrative"),
	}
	if kind := recovery.GroupKind(d.text("group.kind")); kind != "" {
		filing.Group = &recovery.Group{Kind: kind, Size: d.number("group.size")}
	} else {
		d.fault("group.kind", "required") // an unanswered question must not pass for "one to one"
	}
	for i := range rows(values) {
		if counterpart := d.counterpart(i); counterpart != (recovery.FilingCounterpart{}) || i == 0 {
			filing.Counterparts = append(filing.Counterparts, counterpart)
		}
	}
	return filing, d
}

func (d *decoder) counterpart(row int) recovery.FilingCounterpart {
	at := rowName(row, "")
	return recovery.FilingCounterpart{
		Alias: d.text(at + "alias"), Claimed: d.money(at + "claimed_fen"), ClaimedAt: d.moment(at + "claimed_at"),
		Contact: d.text(at + "contact"),
	}
}

func rowName(row int, name string) string { return fmt.Sprintf("counterparts[%d].%s", row, name) }

// rows is how many counterparts the form had; at least one.
func rows(values url.Values) int {
	n, err := strconv.Atoi(values.Get("rows"))
	if err != nil {
		return 1
	}
	return min(max(1, n), maxRows)
}

// compact closes the gaps that empty rows leave, so that the rows of the form
// and of the filing carry the same numbers.
func compact(values url.Values) url.Values {
	out := url.Values{}
	for name, typed := range values {
		out[name] = typed
	}
	kept := 0
	for row := range rows(values) {
		filled := row == 0
		for _, name := range rowFields {
			filled = filled || values.Get(rowName(row, name)) != ""
		}
		if !filled {
			continue
		}
		for _, name := range rowFields {
			out.Set(rowName(kept, name), values.Get(rowName(row, name)))
		}
		kept++
	}
	out.Set("rows", strconv.Itoa(max(1, kept)))
	return out
}

var rowFields = []string{"alias", "claimed_fen", "claimed_at", "contact"}

// filingForm is the form with what was typed and what was wrong.
func filingForm(say *wording, values url.Values, faults []recovery.FieldFault) form {
	b := builder{say: say, prefix: "f", labels: "filing", values: values, faults: faults}
	f := form{ID: "f", Action: "/file", Submit: say.T("filing.submit"), Primary: true}
	f.Groups = []group{
		{Title: say.T("filing.group.money"), Fields: []field{
			choose(b, "platform", "radio", "platform", recovery.Platforms, true),
			choose(b, "instrument", "radio", "instrument", recovery.Instruments, true),
			b.money("amount_fen", true), b.moment("sent_at", true),
			choose(b, "claim_state", "radio", "claim_state", recovery.ClaimStates, true),
			b.text("transaction_no", 64, false),
		}},
		{Title: say.T("filing.group.why"), Fields: []field{
			choose(b, "reason", "select", "reason", recovery.Reasons, true),
			choose(b, "group.kind", "select", "group_kind", recovery.GroupKinds, true),
			b.size("group.size"), b.area("narrative", recovery.MaxNarrative, false),
		}},
	}
	for row := range rows(values) {
		f.Groups = append(f.Groups, b.counterpartGroup(row))
	}
	if rows(values) < maxRows {
		f.Groups[len(f.Groups)-1].More = say.T("filing.more")
	}
	f.Groups = append(f.Groups, b.claimantGroup())
	f.Hidden = []option{{Label: "rows", Value: strconv.Itoa(rows(values))}}
	if len(faults) > 0 {
		f.Notice = say.T("filing.faulty")
	}
	return f
}

func (b builder) size(name string) field {
	f := b.text(name, 5, false)
	f.Mode = "numeric"
	return f
}

func (b builder) counterpartGroup(row int) group {
	g := group{Title: b.say.T("filing.group.counterpart", "no", row+1), Fields: []field{
		b.text(rowName(row, "alias"), recovery.MaxAlias, row == 0), b.money(rowName(row, "claimed_fen"), false),
		b.moment(rowName(row, "claimed_at"), false), b.text(rowName(row, "contact"), recovery.MaxContact, false),
	}}
	if row == 0 {
		g.Help = b.say.T("filing.group.counterpart_help")
		g.Fields[0].Error = firstOf(g.Fields[0].Error, b.fault("counterparts"))
	}
	return g
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (b builder) claimantGroup() group {
	name, phone := b.text("claimant.name", recovery.MaxName, true), b.text("claimant.phone", 24, false)
	email := b.text("claimant.email", 254, false)
	province, city := b.text("claimant.province", recovery.MaxName, false), b.text("claimant.city", recovery.MaxName, false)
	name.Auto, phone.Auto, email.Auto = "name", "tel", "email"
	province.Auto, city.Auto = "address-level1", "address-level2"
	phone.Type, email.Type = "tel", "email"
	return group{
		Title: b.say.T("filing.group.claimant"), Help: b.say.T("filing.group.claimant_help"),
		Fields: []field{name, phone, email, province, city},
	}
}

// startForm asks what the recall answer needs. It is sent by GET and stores
// nothing.
func startForm(say *wording, values url.Values, faults []recovery.FieldFault) form {
	b := builder{say: say, prefix: "s", labels: "filing", values: values, faults: faults}
	claimed := choose(b, "claim_state", "radio", "claim_state", recovery.ClaimStates, true)
	claimed.Label = say.T("start.claimed")
	return form{ID: "s", Action: "/", Submit: say.T("start.submit"), Primary: true, Groups: []group{{Fields: []field{
		claimed,
		choose(b, "platform", "radio", "platform", recovery.Platforms, true),
		choose(b, "instrument", "radio", "instrument", recovery.Instruments, true),
		b.moment("sent_at", true),
	}}}}
}

// carried are the answers of the start page that the filing form begins with.
func carried(query url.Values, now time.Time) url.Values {
	values := url.Values{"sent_at": {inputTime(now)}}
	for _, name := range []string{"platform", "instrument", "claim_state", "sent_at"} {
		if query.Get(name) != "" {
			values.Set(name, query.Get(name))
		}
	}
	return values
}
