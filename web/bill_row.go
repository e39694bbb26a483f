package web

import (
	"strconv"

	"recourse/casework"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// billRow is a row of a bill with what the case can adopt from it.
type billRow struct {
	statement.Candidate
	Facts []namedValue
	Adopt *form // nil if there is nothing to adopt
}

// namedValue is a fact with what the case says now and what the row says.
type namedValue struct {
	Name  string
	Said  string
	Found string
}

// newBillRow offers what the row shows with one press. Of a payment that was given back
// the visitor must confirm it.
func (c *pageContext) newBillRow(view casework.View, bill casework.ImportedStatement, candidate statement.Candidate) billRow {
	row := billRow{Candidate: candidate}
	for _, fact := range casework.AdoptableFromRow(view.Case, bill.Bill, candidate.Transaction) {
		row.Facts = append(row.Facts, namedValue{c.texts.T("bill.fact." + fact.Field), fact.Said, fact.Found})
	}
	if len(row.Facts) == 0 {
		return row
	}
	b := fieldBuilder{texts: c.texts, prefix: "adopt-" + strconv.Itoa(candidate.Transaction.Row), labels: "field", labelsFirst: "action.adopt_match.fields"}
	f := form{
		ID: b.prefix, Action: "/cases/" + string(view.Number) + "/actions/" + string(recovery.AdoptMatch), Key: newIdempotencyKey(),
		CSRF: c.visitor.CSRF, Title: c.texts.T("action.adopt_match.title"), Submit: c.texts.T("action.adopt_match.submit"), Open: true,
		Hidden: []option{{Label: "evidence_id", Value: string(bill.ID)}, {Label: "row", Value: strconv.Itoa(candidate.Transaction.Row)}},
	}
	if bill.Bill.Reversal(candidate.Transaction) != "" {
		f.Groups = []group{{Fields: []field{b.checkField("confirm")}}}
	}
	row.Adopt = &f
	return row
}
