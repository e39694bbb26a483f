package web

import (
	"fmt"
	"net/url"

	"recourse/recovery"
)

// maxPlanRows is the number of instalments the form of a plan accepts. Longer
// plans can be proposed with the REST API.
const maxPlanRows = 6

func instalmentFieldName(row int, name string) string {
	return fmt.Sprintf("instalments[%d].%s", row, name)
}

// planGroups returns the rows of a proposed plan, each with a day and an
// amount.
func (a actionForms) planGroups(action recovery.Action) []group {
	if action != recovery.ProposePlan {
		return nil
	}
	return []group{a.instalmentGroup()}
}

func (b fieldBuilder) instalmentGroup() group {
	rows := group{Rows: true}
	for row := range maxPlanRows {
		due, amount := b.textField(instalmentFieldName(row, "due_on"), 0, row == 0), b.moneyField(instalmentFieldName(row, "amount_fen"), row == 0)
		due.Type = "date"
		due.Label = b.texts.T("case.plan_row", "no", row+1) + " " + due.Label
		rows.Fields = append(rows.Fields, due, amount)
	}
	return rows
}

// readInstalments parses the rows that are not empty.
func (d *formDecoder) readInstalments() []recovery.Instalment {
	var parts []recovery.Instalment
	for row := range maxPlanRows {
		day, amount := instalmentFieldName(row, "due_on"), instalmentFieldName(row, "amount_fen")
		if d.readText(day) != "" || d.readText(amount) != "" {
			parts = append(parts, recovery.Instalment{DueOn: d.readText(day), Amount: d.readMoney(amount)})
		}
	}
	return parts
}

// removeEmptyInstalments removes empty rows, so that the form and the action
// number the rows alike.
func removeEmptyInstalments(values url.Values) url.Values {
	out := url.Values{}
	for name, typed := range values {
		out[name] = typed
	}
	kept := 0
	for row := range maxPlanRows {
		day, amount := values.Get(instalmentFieldName(row, "due_on")), values.Get(instalmentFieldName(row, "amount_fen"))
		out.Del(instalmentFieldName(row, "due_on"))
		out.Del(instalmentFieldName(row, "amount_fen"))
		if day != "" || amount != "" {
			out.Set(instalmentFieldName(kept, "due_on"), day)
			out.Set(instalmentFieldName(kept, "amount_fen"), amount)
			kept++
		}
	}
	return out
}
