package web

import (
	"fmt"
	"net/url"

	"recourse/recovery"
)

// planForm is how many instalments the form of a plan has room for; a longer
// plan is proposed by the API.
const planForm = 6

func instalmentName(row int, name string) string { return fmt.Sprintf("instalments[%d].%s", row, name) }

// planRows are the rows of a proposed plan, each a day and an amount.
func (a actForms) planRows(action recovery.Action) []group {
	if action != recovery.ProposePlan {
		return nil
	}
	return []group{a.instalments()}
}

func (b builder) instalments() group {
	rows := group{Rows: true}
	for row := range planForm {
		due, amount := b.text(instalmentName(row, "due_on"), 0, row == 0), b.money(instalmentName(row, "amount_fen"), row == 0)
		due.Type = "date"
		due.Label = b.say.T("case.plan_row", "no", row+1) + " " + due.Label
		rows.Fields = append(rows.Fields, due, amount)
	}
	return rows
}

// instalments reads the rows that hold something.
func (d *decoder) instalments() []recovery.Instalment {
	var parts []recovery.Instalment
	for row := range planForm {
		day, amount := instalmentName(row, "due_on"), instalmentName(row, "amount_fen")
		if d.text(day) != "" || d.text(amount) != "" {
			parts = append(parts, recovery.Instalment{DueOn: d.text(day), Amount: d.money(amount)})
		}
	}
	return parts
}

// closeGaps moves the rows of a plan up over empty ones, so that the form and
// the act number them alike.
func closeGaps(values url.Values) url.Values {
	out := url.Values{}
	for name, typed := range values {
		out[name] = typed
	}
	kept := 0
	for row := range planForm {
		day, amount := values.Get(instalmentName(row, "due_on")), values.Get(instalmentName(row, "amount_fen"))
		out.Del(instalmentName(row, "due_on"))
		out.Del(instalmentName(row, "amount_fen"))
		if day != "" || amount != "" {
			out.Set(instalmentName(kept, "due_on"), day)
			out.Set(instalmentName(kept, "amount_fen"), amount)
			kept++
		}
	}
	return out
}
