package web

import (
	"slices"
	"strings"

	"recourse/recovery"
)

// caseFacts returns what is known of the case: what was entered when it was filed, and
// what was added later.
func (c *pageContext) caseFacts(d *caseData) []detail {
	all := slices.Concat(c.moneyFacts(d), c.placeFacts(d), c.circumstanceFacts(d), c.peopleFacts(d))
	return slices.DeleteFunc(all, func(f detail) bool { return f.Value == "" })
}

func (c *pageContext) moneyFacts(d *caseData) []detail {
	facts := d.Facts()
	label := c.filingLabel
	return []detail{
		{Name: label("platform"), Value: c.texts.Word("platform", d.Platform) + " · " + c.texts.Word("instrument", d.Instrument)},
		{Name: label("sent_at"), Value: formatTime(d.SentAt)},
		{Name: c.texts.T("case.fact_sent"), Value: formatYuan(d.Amount)},
		{Name: c.texts.T("case.fact_intended"), Value: formatPositive(facts.Intended)},
		{Name: c.texts.T("case.fact_claim"), Value: formatPositive(d.Position.Claim)},
		{Name: c.texts.T("case.fact_sends"), Value: sendsText(d.Sends), Quote: true},
		{Name: label("transaction_no"), Value: d.TransactionNo},
		{Name: label("claim_state"), Value: c.texts.Word("claim_state", d.ClaimState)},
		{Name: label("delayed_arrival"), Value: c.texts.Word("delay", facts.Delay)},
		{Name: label("accepted_at"), Value: formatOptionalTime(facts.AcceptedAt)},
		{Name: label("account"), Value: c.texts.Word("account", facts.Account)},
	}
}

func (c *pageContext) filingLabel(name string) string { return c.texts.T("filing." + name + ".label") }

func formatPositive(m recovery.Money) string {
	if m <= 0 {
		return ""
	}
	return formatYuan(m)
}

// sendsText lists the payments of one mistake, one a line.
func sendsText(sends []recovery.Send) string {
	lines := make([]string, len(sends))
	for i, send := range sends {
		lines[i] = strings.TrimSpace(strings.Join([]string{formatOptionalTime(send.SentAt), formatYuan(send.Amount), send.TransactionNo}, " "))
	}
	return strings.Join(lines, "\n")
}

func (c *pageContext) placeFacts(d *caseData) []detail {
	noticed := ""
	if at := d.Facts().NoticedAt; at != nil {
		noticed = formatDay(*at)
	}
	return []detail{
		{Name: c.filingLabel("reason"), Value: c.texts.Word("reason", d.Reason)},
		{Name: c.filingLabel("noticed_at"), Value: noticed},
		{Name: c.filingLabel("group_kind"), Value: c.texts.Word("group_kind", d.Group.Kind)},
	}
}

// circumstanceFacts are the circumstances that are known, in the order and words of the
// playbook's questions.
func (c *pageContext) circumstanceFacts(d *caseData) []detail {
	var known []detail
	for _, question := range d.questions {
		if holds, found := d.Facts().Circumstances[question.Signal]; found {
			known = append(known, detail{Name: question.Text, Value: c.texts.answerWord(holds)})
		}
	}
	return known
}

func (c *pageContext) peopleFacts(d *caseData) []detail {
	return []detail{
		{Name: c.filingLabel("payer_name"), Value: d.Payer.Name},
		{Name: c.filingLabel("payer_relation"), Value: d.Payer.Relation},
		{Name: c.filingLabel("claimant_name"), Value: d.Claimant.Name},
		{Name: c.filingLabel("claimant_phone"), Value: d.Claimant.Phone},
		{Name: c.filingLabel("claimant_email"), Value: d.Claimant.Email},
		{Name: c.filingLabel("claimant_province"), Value: d.Claimant.Province},
		{Name: c.filingLabel("claimant_city"), Value: d.Claimant.City},
		{Name: c.filingLabel("narrative"), Value: d.Narrative, Quote: true},
	}
}
