package web

import (
	"slices"
	"strconv"

	"recourse/recovery"
)

// fieldsFor are the questions of each action; one that is not here asks nothing.
// The names and what is required are those of recovery's check of an act.
var fieldsFor = map[recovery.Action]func(actForms) []field{
	recovery.PlanContact: func(a actForms) []field {
		return []field{a.channel(spokenBy, true), a.counterparts(false, nil), a.area("text", recovery.MaxText, true)}
	},
	recovery.RecordContact: func(a actForms) []field {
		return []field{a.channel(spokenBy, true), a.counterparts(false, nil), a.area("text", recovery.MaxText, true), a.moment("sent_at", true)}
	},
	recovery.RecordMediation: func(a actForms) []field {
		return []field{a.area("text", recovery.MaxText, true), a.channel(spokenBy, false), a.moment("at", true)}
	},
	recovery.RecordResponse: func(a actForms) []field {
		return []field{a.counterparts(true, nil), choose(a.builder, "kind", "radio", "response", recovery.Responses, true), choose(a.builder, "refusal", "select", "refusal", recovery.Refusals, false), a.money("amount_fen", false), a.area("text", recovery.MaxText, false), a.moment("at", true)}
	},
	recovery.RecordReturn: func(a actForms) []field {
		return []field{a.money("amount_fen", true), a.counterparts(false, nil), a.channel(returnedBy, true), a.moment("at", true)}
	},
	recovery.ReportHarassment: func(a actForms) []field {
		return []field{a.counterparts(true, nil), a.area("text", recovery.MaxText, true), a.moment("at", false)}
	},
	recovery.ProposePlan: func(a actForms) []field { return []field{a.counterparts(true, nil)} },
	recovery.AcceptPlan:  func(a actForms) []field { return []field{a.counterparts(true, a.planned(false))} },
	recovery.DeclinePlan: func(a actForms) []field {
		return []field{a.counterparts(true, a.planned(false)), a.area("reason", recovery.MaxText, false)}
	},
	recovery.RecordInstalment: func(a actForms) []field {
		return []field{a.counterparts(false, a.planned(true)), a.number(), a.money("amount_fen", true), a.moment("at", true)}
	},
	recovery.Escalate: func(a actForms) []field {
		return []field{choose(a.builder, "to", "select", "stage", a.ahead(), true), a.area("reason", recovery.MaxText, true)}
	},
	recovery.SubmitAppeal: func(a actForms) []field { return []field{a.check("confirm")} },
	recovery.AskPlatform: func(a actForms) []field {
		return []field{a.text("ref", recovery.MaxReference, false), a.area("note", recovery.MaxText, false), a.moment("at", false)}
	},
	recovery.RequestEvidence: func(a actForms) []field {
		return []field{choose(a.builder, "kinds", "checks", "evidence_kind", recovery.EvidenceKinds, true), a.area("note", recovery.MaxText, false)}
	},
	recovery.RecordPlatformReply: func(a actForms) []field {
		return []field{choose(a.builder, "kind", "select", "reply_kind", replyKinds, true), a.area("text", recovery.MaxText, false), a.text("ref", recovery.MaxReference, false), a.moment("at", true)}
	},
	recovery.DecideAppeal: func(a actForms) []field {
		return []field{choose(a.builder, "decision", "radio", "decision", recovery.Decisions, true), a.money("amount_fen", false), a.area("reason", recovery.MaxText, true)}
	},
	recovery.RejectDecision: actForms.reason,
	recovery.ChooseRoute: func(a actForms) []field {
		return []field{choose(a.builder, "route", "radio", "route", recovery.Routes, true), a.area("why", recovery.MaxText, true)}
	},
	recovery.RecordLegalStep: func(a actForms) []field {
		return []field{choose(a.builder, "kind", "select", "legal_kind", legalKinds, true), a.concerned(), a.text("word", 40, false), a.text("ref", recovery.MaxReference, false), a.money("amount_fen", false), a.moment("at", true)}
	},
	recovery.PauseCase: func(a actForms) []field {
		return []field{a.area("reason", recovery.MaxText, true), a.moment("until", false)}
	},
	recovery.Withdraw: actForms.reason,
	recovery.Reopen:   actForms.reason,
	recovery.CloseCase: func(a actForms) []field {
		return []field{choose(a.builder, "outcome", "select", "outcome", recovery.Outcomes, true), a.area("reason", recovery.MaxText, true)}
	},
	recovery.Assign: actForms.staffFields,
	recovery.HandOver: func(a actForms) []field {
		return []field{a.text("user_id", recovery.MaxReference, false), a.area("reason", recovery.MaxText, true)}
	},
	recovery.AddNote: actForms.noteFields,
}

func (a actForms) fields(action recovery.Action) []field {
	if ask, known := fieldsFor[action]; known {
		return ask(a)
	}
	return nil
}

func (a actForms) reason() []field { return []field{a.area("reason", recovery.MaxText, true)} }

func (a actForms) channel(ways []recovery.Channel, required bool) field {
	return choose(a.builder, "channel", "select", "channel", ways, required)
}

func (a actForms) noteFields() []field {
	fields := []field{a.area("text", recovery.MaxText, true)}
	if a.who.Desk() {
		visible := []string{recovery.NoteInternal, recovery.NoteShared}
		fields = append(fields, choose(a.builder, "visibility", "radio", "visibility", visible, true))
	}
	return fields
}

// planned are those whose plan is running, or waits for an answer.
func (a actForms) planned(running bool) []recovery.CounterpartID {
	var ids []recovery.CounterpartID
	for _, plan := range a.view.Position.Plans {
		if plan.Running == running {
			ids = append(ids, plan.CounterpartID)
		}
	}
	return ids
}

// number asks which part of a plan was paid.
func (a actForms) number() field {
	most := 1
	for _, plan := range a.view.Position.Plans {
		if plan.Running {
			most = max(most, len(plan.Instalments))
		}
	}
	f := a.make("no", "select")
	f.Required = true
	for no := 1; no <= most; no++ {
		value := strconv.Itoa(no)
		f.Options = append(f.Options, option{Value: value, Label: a.say.T("case.plan_row", no), Selected: a.picked("no", value)})
	}
	return f
}

// counterparts asks which of them, of those given if any are; "all or unknown"
// when it may stay open.
func (a actForms) counterparts(required bool, of []recovery.CounterpartID) field {
	f := a.make("counterpart_id", "select")
	f.Required = required
	for _, c := range a.view.Counterparts {
		if len(of) == 0 || slices.Contains(of, c.ID) {
			f.Options = append(f.Options, option{Value: string(c.ID), Label: c.Alias, Selected: a.picked("counterpart_id", string(c.ID))})
		}
	}
	if !required || len(f.Options) > 1 {
		f.Options = slices.Insert(f.Options, 0, option{Label: a.say.T("choose." + yesNo(required))})
	}
	return f
}

// concerned asks whom a step of the law is directed at; of one alone nobody asks.
func (a actForms) concerned() field {
	f := a.counterparts(false, nil)
	f.Options[0].Label = a.say.T("choose.everyone")
	if len(a.view.Counterparts) == 1 {
		f.Options = f.Options[1:]
	}
	return f
}

// staffFields let a supervisor choose; anybody else takes the case themselves,
// as an empty user_id means.
func (a actForms) staffFields() []field {
	if a.who.Role != recovery.RoleSupervisor {
		return nil
	}
	f := a.builder.make("user_id", "select")
	f.Options = []option{{Label: a.say.T("choose.self")}}
	for _, user := range a.staff {
		f.Options = append(f.Options, option{Value: string(user.ID), Label: user.Name, Selected: user.ID == a.view.Assignee})
	}
	return []field{f}
}

// ahead are the stages the case can be taken to at once.
func (a actForms) ahead() []recovery.Stage {
	at := a.view.Position
	return slices.DeleteFunc(slices.Clone(recovery.Stages), func(s recovery.Stage) bool {
		return s == recovery.Closed || !s.After(at.Stage) || s == recovery.GroupNotice && at.OneToOne
	})
}
