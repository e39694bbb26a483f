package web

import (
	"net/url"
	"slices"
	"strings"

	"recourse/recovery"
)

// Buttons of a form that asks whether an unlikely value is right.
const (
	confirmButton = "confirm" // its value is "true"
	editButton    = "edit"
)

// notKept are the values that a repeated form gets anew.
var notKept = []string{"csrf", "key", confirmButton, editButton}

// asksToEdit reports whether the visitor goes back from the question to the form.
func asksToEdit(values url.Values) bool { return values.Get(editButton) != "" }

// withQuestion shows what was typed with a question instead of the fields. One button
// confirms, the other one goes back to the form. Nothing that was typed is lost.
func (f form) withQuestion(question string, typed url.Values) form {
	f.Question = question
	for _, g := range f.Groups {
		for _, question := range g.Fields {
			if value := question.typedText(); value != "" {
				f.Typed = append(f.Typed, detail{Name: question.Label, Value: value, Quote: question.Kind == "area"})
			}
		}
	}
	kept := url.Values{}
	for _, hidden := range f.Hidden {
		kept.Set(hidden.Label, hidden.Value)
	}
	for name, list := range typed {
		if !slices.Contains(notKept, name) {
			kept[name] = list
		}
	}
	f.Hidden = nil
	for _, name := range sortedNames(kept) {
		for _, value := range kept[name] {
			f.Hidden = append(f.Hidden, option{Label: name, Value: value})
		}
	}
	return f
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// typedText is what a field holds, as the page shows it.
func (f field) typedText() string {
	var chosen []string
	for _, o := range f.Options {
		if o.Selected && o.Value != "" {
			chosen = append(chosen, o.Label)
		}
	}
	switch {
	case len(f.Options) > 0:
		return strings.Join(chosen, "、")
	case f.Type == "datetime-local":
		return strings.Replace(f.Value, "T", " ", 1)
	default:
		return f.Value
	}
}

// confirmQuestion asks whether an amount is right. missing is what is still to come
// back from the person concerned.
func (w *pageTexts) confirmQuestion(action recovery.Action, amount, missing recovery.Money) string {
	switch {
	case action == recovery.RecordLegalStep:
		return w.T("confirm.cost", "sum", formatYuan(amount))
	case action == recovery.Correct || amount <= missing:
		return w.T("confirm.corrected")
	default:
		return w.T("confirm.over", "sum", formatYuan(amount), "over", formatYuan(amount-missing))
	}
}

// missingFrom is the money that is still to come back: from one counterpart, or in all.
func missingFrom(p recovery.Position, id recovery.CounterpartID) recovery.Money {
	if id == "" {
		return p.Outstanding()
	}
	return p.AmountOwedBy(id)
}

func amountOf(act recovery.ActionBody) recovery.Money {
	if act.Amount == nil {
		return 0
	}
	return *act.Amount
}
