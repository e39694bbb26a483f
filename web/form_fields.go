package web

import (
	"slices"
	"strconv"

	"recourse/recovery"
)

// maxRadios is the number of choices up to which a page shows them all at once;
// more are a list to open.
const maxRadios = 8

// actionFields builds the fields of an action from its row in the table of
// actions.
func (a actionForms) actionFields(action recovery.Action) []field {
	spec, _ := recovery.SpecOf(action)
	var fields []field
	for _, f := range spec.Fields {
		if action != recovery.AmendFacts || a.canAmend(f.Name) {
			fields = append(fields, a.fieldsFor(f)...)
		}
		if action == recovery.AmendFacts && f.Name == "transaction_no" && a.canRemoveNumber() {
			fields = append(fields, a.checkField(removeNumber, false))
		}
	}
	return fields
}

// canAmend reports whether a fact can matter in the case.
func (a actionForms) canAmend(fact string) bool {
	switch fact {
	case "delayed_arrival":
		return a.view.Instrument == recovery.Transfer
	case "accepted_at":
		return a.view.Instrument == recovery.Transfer && mayBeClaimed(a.view.Case)
	case "intended_fen":
		return mayBePartOwed(a.view.Case)
	case "claimed_at":
		return mayBeClaimed(a.view.Case) && len(a.view.Counterparts) > 0
	case "counterpart_id":
		return mayBeClaimed(a.view.Case) && len(a.view.Counterparts) > 1
	case "why":
		return a.canRemoveNumber()
	case "amount_fen", "sent_at":
		return len(a.view.Sends) == 0 // of several payments nobody could tell which
	default:
		return true
	}
}

// canRemoveNumber reports whether the case has a transaction number that a page can ask to
// remove. Of several payments nobody could tell which.
func (a actionForms) canRemoveNumber() bool {
	return len(a.view.Sends) == 0 && a.view.TransactionNo != ""
}

// fieldsFor builds the inputs for one field of an action: none if the page
// derives its value, two for a choice that allows other words.
func (a actionForms) fieldsFor(f recovery.Field) []field {
	switch f.Form {
	case recovery.TextForm:
		return []field{a.areaField(f.Name, f.Max, f.Required)}
	case recovery.LineForm:
		return []field{a.textField(f.Name, f.Max, f.Required)}
	case recovery.WordForm:
		return a.wordFields(f)
	case recovery.ChoiceForm:
		return a.choiceFields(f)
	case recovery.ChoicesForm:
		return []field{choiceField(a.fieldBuilder, f.Name, "checks", f.Words, f.Choices, f.Required)}
	case recovery.MoneyForm:
		return []field{a.moneyField(f.Name, f.Required)}
	case recovery.PastForm, recovery.FutureForm:
		if f.Name == "noticed_at" {
			return []field{a.dateField(f.Name)}
		}
		return []field{a.timeField(f.Name, f.Required)}
	case recovery.NumberForm:
		return []field{a.instalmentField(f)}
	case recovery.ConfirmForm:
		return []field{a.checkField(f.Name, true)}
	case recovery.CounterpartForm:
		return []field{a.counterpartField(f)}
	case recovery.StaffForm:
		return a.staffFields(f)
	default: // FlagForm, InstalmentsForm, EmailForm and CircumstancesForm have no single question
		return nil
	}
}

func (a actionForms) wordFields(f recovery.Field) []field {
	fields := []field{choiceField(a.fieldBuilder, f.Name, "select", f.Words, f.Choices, f.Required)}
	if f.OwnWord {
		fields = append(fields, a.textField("word", f.Max, false))
	}
	return fields
}

func (a actionForms) choiceFields(f recovery.Field) []field {
	choices := f.Choices
	if f.Words == "route" {
		choices = recovery.ToStrings(a.view.Position.OpenRoutes())
	}
	switch {
	case f.StaffOnly && !a.visitor.IsStaff():
		return nil
	case f.LaterStages:
		choices = a.laterStages()
	case f.Offered != nil:
		choices = f.Offered
	case slices.Contains(factNames, f.Name):
		return []field{factChoice(a.fieldBuilder, f.Name, f.Words, choices)}
	case f.Required && len(choices) <= maxRadios:
		return []field{choiceField(a.fieldBuilder, f.Name, "radio", f.Words, choices, true)}
	}
	return []field{choiceField(a.fieldBuilder, f.Name, "select", f.Words, choices, f.Required)}
}

// counterpartsWithPlan lists the counterparts whose plan is in the given state.
func (a actionForms) counterpartsWithPlan(state recovery.PlanState) []recovery.CounterpartID {
	var ids []recovery.CounterpartID
	for _, plan := range a.view.Position.Plans {
		if plan.Running == (state == recovery.RunningPlans) {
			ids = append(ids, plan.CounterpartID)
		}
	}
	return ids
}

// instalmentField selects the instalment that was paid.
func (a actionForms) instalmentField(of recovery.Field) field {
	last := 1
	for _, plan := range a.view.Position.Plans {
		if plan.Running {
			last = max(last, len(plan.Instalments))
		}
	}
	f := a.newField(of.Name, "select")
	f.Required = of.Required
	for no := 1; no <= last; no++ {
		value := strconv.Itoa(no)
		f.Options = append(f.Options, option{Value: value, Label: a.texts.T("case.plan_row", "no", no), Selected: a.isSelected(of.Name, value)})
	}
	return f
}

// counterpartField selects a counterpart.
func (a actionForms) counterpartField(of recovery.Field) field {
	f := a.newField(of.Name, "select")
	f.Required = of.Required
	var eligible []recovery.CounterpartID
	if of.Plans != recovery.AnyPlan {
		eligible = a.counterpartsWithPlan(of.Plans)
	}
	for _, c := range a.view.Counterparts {
		if len(eligible) == 0 || slices.Contains(eligible, c.ID) {
			f.Options = append(f.Options, option{Value: string(c.ID), Label: c.Alias, Selected: a.isSelected(of.Name, string(c.ID))})
		}
	}
	if of.EmptyMeansAll && len(a.view.Counterparts) == 1 {
		return f
	}
	if !of.Required || len(f.Options) > 1 {
		f.Options = slices.Insert(f.Options, 0, option{Label: a.emptyLabel(of)})
	}
	return f
}

// emptyLabel returns the label of the option that selects no counterpart.
func (a actionForms) emptyLabel(f recovery.Field) string {
	if f.EmptyMeansAll {
		return a.texts.T("choose.everyone")
	}
	return a.texts.T("choose." + a.emptyChoiceKey(f.Required))
}

// staffFields lets a supervisor select an assignee. Other staff assign the case
// to themselves, which an empty user_id means.
func (a actionForms) staffFields(of recovery.Field) []field {
	if a.visitor.Role != recovery.RoleSupervisor {
		return nil
	}
	f := a.fieldBuilder.newField(of.Name, "select")
	f.Options = []option{{Label: a.texts.T("choose.self")}}
	for _, user := range a.staff {
		f.Options = append(f.Options, option{Value: string(user.ID), Label: user.Name, Selected: user.ID == a.view.Assignee})
	}
	return []field{f}
}

// laterStages lists the stages the case can be escalated to now.
func (a actionForms) laterStages() []string {
	var later []string
	for _, stage := range recovery.Stages {
		if stage != recovery.Closed && stage.IsAfter(a.view.Position.Stage) && (stage != recovery.GroupNotice || !a.view.Position.OneToOne) {
			later = append(later, string(stage))
		}
	}
	return later
}
