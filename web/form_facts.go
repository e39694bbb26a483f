package web

import (
	"maps"
	"slices"

	"recourse/recovery"
)

// The answers to how the money came to be sent: the sender's own mistake, a danger,
// or not known.
const causeUnknown = "unknown"

var causes = slices.Concat([]string{recovery.OwnSlip}, causesOfDanger, []string{causeUnknown})

// causesOfDanger has the order in which people look for themselves.
var causesOfDanger = []string{recovery.Deceived, recovery.Threatened, recovery.Gambling, recovery.AskedToSend}

// The answers to how the counterpart can be reached now.
const (
	reachable    = "reachable"
	silent       = "silent"
	reachBlocked = "blocked"
	reachNobody  = "nobody" // the sender does not know who it is
)

var reaches = []string{reachable, silent, reachBlocked, reachNobody}

// reachFacts are the circumstances that each answer states.
var reachFacts = map[string]map[string]bool{
	reachable:    {recovery.Unreachable: false, recovery.Blocked: false},
	silent:       {recovery.Unreachable: true},
	reachBlocked: {recovery.Blocked: true},
	reachNobody:  {recovery.IdentityKnown: false},
}

// factNames are the questions about facts that the start page and the filing form
// share. Their answers hold no personal data, so they may be part of a URL.
var factNames = []string{"cause", "reach", "delayed_arrival", "accepted_at", "account"}

// readFacts parses the facts of a filing.
func (d *formDecoder) readFacts() recovery.Facts {
	return recovery.Facts{
		Intended: d.readMoney("intended_fen"), NoticedAt: d.readDay("noticed_at"), AcceptedAt: d.readTime("accepted_at"),
		Delay: recovery.Delay(d.readText("delayed_arrival")), Account: recovery.Account(d.readText("account")),
		Circumstances: d.readCauseAndReach(),
	}
}

// readCauseAndReach reads the two plain questions. An open question states nothing.
func (d *formDecoder) readCauseAndReach() map[string]bool {
	stated := map[string]bool{}
	switch cause := d.readChoice("cause", causes); cause {
	case "", causeUnknown:
	default:
		stated[cause] = true
	}
	maps.Copy(stated, reachFacts[d.readChoice("reach", reaches)])
	if len(stated) == 0 {
		return nil
	}
	return stated
}

// readChoice returns "" for an open question and for an answer that is not offered,
// which is a fault.
func (d *formDecoder) readChoice(name string, offered []string) string {
	answer := d.readText(name)
	if answer == "" || slices.Contains(offered, answer) {
		return answer
	}
	d.addFault(name, "unknown_value")
	return ""
}

// readCircumstances reads a choice of yes or no for each circumstance.
func (d *formDecoder) readCircumstances() map[string]bool {
	stated := map[string]bool{}
	for _, name := range recovery.Circumstances {
		if answer := d.readChoice("circumstances."+name, []string{answerYes, answerNo}); answer != "" {
			stated[name] = answer == answerYes
		}
	}
	if len(stated) == 0 {
		return nil
	}
	return stated
}

func (b fieldBuilder) causeField() field {
	return choiceField(b, "cause", "radio", "cause", causes, true).withClass(longChoices)
}

func (b fieldBuilder) reachField() field {
	return choiceField(b, "reach", "radio", "reach", reaches, false)
}

// Classes of questions that only some answers need. The style sheet hides the others,
// so no script is needed, and without the style sheet every question is there.
const (
	onlyTransfers = "only-transfers"
	onlyAccepted  = "only-accepted" // a transfer that the recipient may have accepted
	onlyPartOwed  = "only-part-owed"
	longChoices   = "long" // one choice a line
)

// arrivalFields ask what decides when the money arrives.
func (b fieldBuilder) arrivalFields() []field {
	return []field{
		factChoice(b, "delayed_arrival", "delay", recovery.Delays).withClass(onlyTransfers),
		b.timeField("accepted_at", false).withClass(onlyAccepted),
		factChoice(b, "account", "account", recovery.Accounts),
	}
}

// Answers to a question about a circumstance.
const (
	answerYes = "yes"
	answerNo  = "no"
)

// circumstanceGroup asks for the circumstances that matter in a case, in the words of
// the playbook. An open question keeps what is known.
func (a actionForms) circumstanceGroup() group {
	g := group{Title: a.texts.T("case.more_facts"), Help: a.texts.T("case.more_facts_help"), Folded: true}
	for _, question := range a.questions {
		if !matters(a.view.Case, question.Signal) {
			continue
		}
		f := a.newField("circumstances."+question.Signal, "select")
		f.Label, f.Options = question.Text, []option{{Label: a.texts.T("choose.keep")}}
		for _, answer := range []string{answerYes, answerNo} {
			f.Options = append(f.Options, option{Value: answer, Label: a.texts.Word("answer", answer), Selected: f.Value == answer})
		}
		if known, found := a.view.Position.Facts.Circumstances[question.Signal]; found {
			f.Help = a.texts.T("case.known_answer", "answer", a.texts.answerWord(known))
		}
		g.Fields = append(g.Fields, f)
	}
	return g
}

func (w *pageTexts) answerWord(holds bool) string {
	if holds {
		return w.Word("answer", answerYes)
	}
	return w.Word("answer", answerNo)
}

// circumstancesWithCondition are asked for only in some cases; a danger has its own
// form.
var circumstancesWithCondition = map[string]func(recovery.Case) bool{
	recovery.Deceived: never, recovery.Threatened: never, recovery.Gambling: never, recovery.AskedToSend: never,
	recovery.OwnSlip: func(c recovery.Case) bool { return !c.Position.Facts.IsInDanger() },
	"spent":          mayBeClaimed, "acknowledged": mayBeClaimed,
	"preservation": isLegal, "other_debts": isLegal,
	"same_employer": func(c recovery.Case) bool {
		return c.Group.Kind == recovery.WorkGroup || c.Platform == recovery.WeCom || c.Facts().Account == recovery.Company
	},
}

func matters(c recovery.Case, circumstance string) bool {
	needed, conditional := circumstancesWithCondition[circumstance]
	return !conditional || needed(c)
}

func never(recovery.Case) bool { return false }

func mayBeClaimed(c recovery.Case) bool { return c.ClaimState != recovery.Unclaimed }

func isLegal(c recovery.Case) bool { return c.Position.Stage == recovery.Legal }

// mayBePartOwed reports whether a part of the money may have been meant for the
// recipient.
func mayBePartOwed(c recovery.Case) bool {
	return slices.Contains([]recovery.Reason{recovery.WrongAmount, recovery.Duplicate, recovery.OtherReason}, c.Reason)
}
