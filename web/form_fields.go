package web

import (
	"slices"
	"strconv"

	"recourse/recovery"
)

// maxRadios is the number of choices up to which a page shows them all at once;
// more are a list to open.
const maxRadios = 8

// fields makes the questions of an action from its row in the table of actions.
func (a actForms) fields(action recovery.Action) []field {
	spec, _ := recovery.SpecOf(action)
	var fields []field
	for _, f := range spec.Fields {
		fields = append(fields, a.fieldsOf(f)...)
	}
	return fields
}

// fieldsOf makes the questions for one field of an action: none if the page
// derives its value, two for a word that may be one's own.
func (a actForms) fieldsOf(f recovery.Field) []field {
	switch f.Form {
	case recovery.TextForm:
		return []field{a.area(f.Name, f.Max, f.Required)}
	case recovery.LineForm:
		return []field{a.text(f.Name, f.Max, f.Required)}
	case recovery.WordForm:
		return a.wordFields(f)
	case recovery.ChoiceForm:
		return a.choiceFields(f)
	case recovery.ChoicesForm:
		return []field{choose(a.builder, f.Name, "checks", f.Words, f.Choices, f.Required)}
	case recovery.MoneyForm:
		return []field{a.money(f.Name, f.Required)}
	case recovery.PastForm, recovery.FutureForm:
		return []field{a.moment(f.Name, f.Required)}
	case recovery.NumberForm:
		return []field{a.instalmentNumber(f)}
	case recovery.ConfirmForm:
		return []field{a.check(f.Name)}
	case recovery.CounterpartForm:
		return []field{a.counterparts(f)}
	case recovery.StaffForm:
		return a.staffFields(f)
	default: // FlagForm, InstalmentsForm and EmailForm have no single question
		return nil
	}
}

func (a actForms) wordFields(f recovery.Field) []field {
	fields := []field{choose(a.builder, f.Name, "select", f.Words, f.Choices, f.Required)}
	if f.OwnWord {
		fields = append(fields, a.text("word", f.Max, false))
	}
	return fields
}

func (a actForms) choiceFields(f recovery.Field) []field {
	choices := f.Choices
	switch {
	case f.StaffOnly && !a.who.Desk():
		return nil
	case f.LaterStages:
		choices = a.laterStages()
	case f.Offered != nil:
		choices = f.Offered
	case f.Required && len(choices) <= maxRadios:
		return []field{choose(a.builder, f.Name, "radio", f.Words, choices, true)}
	}
	return []field{choose(a.builder, f.Name, "select", f.Words, choices, f.Required)}
}

// withPlan lists the counterparts whose plan is in the given state.
func (a actForms) withPlan(state recovery.PlanState) []recovery.CounterpartID {
	var ids []recovery.CounterpartID
	for _, plan := range a.view.Position.Plans {
		if plan.Running == (state == recovery.RunningPlans) {
			ids = append(ids, plan.CounterpartID)
		}
	}
	return ids
}

// instalmentNumber asks which instalment of a plan was paid.
func (a actForms) instalmentNumber(of recovery.Field) field {
	last := 1
	for _, plan := range a.view.Position.Plans {
		if plan.Running {
			last = max(last, len(plan.Instalments))
		}
	}
	f := a.make(of.Name, "select")
	f.Required = of.Required
	for no := 1; no <= last; no++ {
		value := strconv.Itoa(no)
		f.Options = append(f.Options, option{Value: value, Label: a.say.T("case.plan_row", "no", no), Selected: a.picked(of.Name, value)})
	}
	return f
}

// counterparts asks which counterpart is meant.
func (a actForms) counterparts(of recovery.Field) field {
	f := a.make(of.Name, "select")
	f.Required = of.Required
	var eligible []recovery.CounterpartID
	if of.Plans != recovery.AnyPlan {
		eligible = a.withPlan(of.Plans)
	}
	for _, c := range a.view.Counterparts {
		if len(eligible) == 0 || slices.Contains(eligible, c.ID) {
			f.Options = append(f.Options, option{Value: string(c.ID), Label: c.Alias, Selected: a.picked(of.Name, string(c.ID))})
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

// emptyLabel is the text of the option that chooses no counterpart.
func (a actForms) emptyLabel(f recovery.Field) string {
	if f.EmptyMeansAll {
		return a.say.T("choose.everyone")
	}
	return a.say.T("choose." + yesNo(f.Required))
}

// staffFields let a supervisor choose. Other staff assign the case to themselves,
// which is the meaning of an empty user_id.
func (a actForms) staffFields(of recovery.Field) []field {
	if a.who.Role != recovery.RoleSupervisor {
		return nil
	}
	f := a.builder.make(of.Name, "select")
	f.Options = []option{{Label: a.say.T("choose.self")}}
	for _, user := range a.staff {
		f.Options = append(f.Options, option{Value: string(user.ID), Label: user.Name, Selected: user.ID == a.view.Assignee})
	}
	return []field{f}
}

// laterStages lists the stages the case can be escalated to now.
func (a actForms) laterStages() []string {
	var later []string
	for _, stage := range recovery.Stages {
		if stage != recovery.Closed && stage.IsAfter(a.view.Position.Stage) && (stage != recovery.GroupNotice || !a.view.Position.OneToOne) {
			later = append(later, string(stage))
		}
	}
	return later
}
