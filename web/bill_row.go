package web

import (
	"net/http"
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

// newBillRow offers what a payment shows with one press. Of a payment that was given back
// the visitor must confirm it.
func (c *pageContext) newBillRow(number recovery.CaseNumber, document recovery.EvidenceID, payment casework.AdoptablePayment) billRow {
	row := billRow{Candidate: payment.Candidate}
	for _, fact := range payment.Facts {
		row.Facts = append(row.Facts, namedValue{c.texts.T("bill.fact." + fact.Field), fact.Said, fact.Found})
	}
	if len(row.Facts) == 0 {
		return row
	}
	line := strconv.Itoa(payment.Transaction.Row)
	b := fieldBuilder{texts: c.texts, prefix: "adopt-" + line, labels: "field", labelsFirst: "action.adopt_match.fields"}
	f := form{
		ID: b.prefix, Action: "/cases/" + string(number) + "/actions/" + string(recovery.AdoptMatch), Key: newIdempotencyKey(),
		CSRF: c.visitor.CSRF, Title: c.texts.T("action.adopt_match.title"), Submit: c.texts.T("action.adopt_match.submit"), Open: true,
		Hidden: []option{{Label: "evidence_id", Value: string(document)}},
	}
	if payment.Transaction.Row > 0 {
		f.Hidden = append(f.Hidden, option{Label: "row", Value: line})
	}
	if payment.Reversed {
		f.Groups = []group{{Fields: []field{b.checkField("confirm", true)}}}
	}
	row.Adopt = &f
	return row
}

// adoptBody is the model of the page about a bill or a receipt that was stored earlier.
type adoptBody struct {
	Home       string
	FileName   string
	Candidates []billRow
	Proofs     []statement.Proof
}

// adoptPage offers what a stored bill or receipt shows and the case lacks.
func (w *Web) adoptPage(c *pageContext) error {
	found, err := w.service.ViewPayments(c.Request().Context(), c.newRequest(nil), recovery.EvidenceID(c.Param("id")))
	if err != nil {
		return err
	}
	body := adoptBody{Home: c.casePath(string(found.Case.Number)), FileName: found.Document.FileName, Proofs: found.Proofs}
	for _, payment := range found.Payments[:min(len(found.Payments), maxCandidates)] {
		body.Candidates = append(body.Candidates, c.newBillRow(found.Case.Number, found.Document.ID, payment))
	}
	return c.showPage(http.StatusOK, "adopt", page{Title: c.texts.T("adopt.title"), Pace: found.Case.Pace, StaffLayout: c.visitor.IsStaff(), Body: body})
}

// showsPayments reports whether a file can be a bill or a receipt.
func showsPayments(file recovery.Evidence) bool {
	return file.Kind == recovery.Statement && file.MediaType != casework.ArchiveMedia || file.MediaType == "application/pdf"
}
