package web

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/recovery"
	"recourse/texts/textstest"
)

// calls are the places in the code and the templates that ask for a text by a
// literal key.
func calls(t *testing.T) []textstest.Call {
	t.Helper()
	return slices.Concat(textstest.GoCalls(t, "T", "flash"), textstest.TemplateCalls(t, "templates/*.html"))
}

// literals are the keys that the code and the templates name.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, call := range calls(t) {
		used[call.Key] = true
	}
	return used
}

func named[T ~string](used map[string]bool, family string, values ...T) {
	for _, value := range values {
		if value != "" {
			used[family+"."+string(value)] = true
		}
	}
}

// families adds the keys that are made of a family and a value.
func families(t *testing.T, used map[string]bool) {
	t.Helper()
	named(used, "role", append(slices.Clone(recovery.Roles), recovery.RoleSystem)...)
	named(used, "platform", recovery.Platforms...)
	named(used, "instrument", recovery.Instruments...)
	named(used, "claim_state", recovery.ClaimStates...)
	named(used, "group_kind", recovery.GroupKinds...)
	named(used, "reason", recovery.Reasons...)
	named(used, "stage", recovery.Stages...)
	named(used, "waiting_on", recovery.Waits...)
	named(used, "outcome", recovery.Outcomes...)
	named(used, "ended", recovery.Outcomes...)
	named(used, "response", recovery.Responses...)
	named(used, "refusal", recovery.Refusals...)
	named(used, "channel", recovery.Channels...)
	named(used, "decision", recovery.Decisions...)
	named(used, "route", recovery.Routes...)
	named(used, "evidence_kind", recovery.EvidenceKinds...)
	named(used, "audience", recovery.Audiences...)
	named(used, "export_state", recovery.ExportBuilding, recovery.ExportReady, recovery.ExportFailed)
	named(used, "visibility", recovery.NoteInternal, recovery.NoteShared)
	named(used, "held_by", heldByMe, heldByNobody)
	named(used, "appeal", recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence,
		recovery.AppealWithPlatform, recovery.AppealProposed, recovery.AppealGranted)
	for _, spec := range recovery.ActionSpecs() {
		for _, field := range spec.Fields {
			named(used, field.Words, field.Choices...)
		}
	}
	named(used, "rung", append(slices.Clone(recovery.IdentityTasks), recovery.DemandTask)...)
	named(used, "task_state", recovery.TaskOpen, recovery.TaskDone, recovery.TaskRefused, recovery.TaskOverdue)
	named(used, "stopped", recovery.StoppedByPause, recovery.StoppedByPlan, recovery.StoppedForClaimant, recovery.StoppedForPlatform)
	named(used, "breach", recovery.CodeContactLimit, recovery.CodeQuietHours, recovery.CodeNoContact)
	named(used, "clock", recovery.Clocks...)
	named(used, "silence", recovery.Clocks...)
	for _, kind := range recovery.EntryKinds {
		used["entry."+string(kind)+".title"] = true
	}
	named(used, "text_audience", "counterpart", "group", "group_owner", "mediator", "employer", "customer_service")
	named(used, "value", ownWords...)
	named(used, "choose", yesNo(true), yesNo(false))
	named(used, "span", "days", "hours", "minutes")
	for _, shown := range shownFacts {
		used["fact."+shown.name] = true
	}
	for situation := range nextActions {
		named(used, "next."+situation, "title", "text")
	}
	for _, waiting := range []recovery.AppealState{recovery.AppealSubmitted, recovery.AppealWithPlatform, recovery.AppealProposed} {
		named(used, "next.appeal_"+string(waiting), "title", "text")
	}
	for _, kind := range []string{"forbidden", "stale", "link", "ended", "missing", "conflict", "sent", "transaction", "large", "media", "unavailable", "internal", "request"} {
		named(used, "error."+kind, "title", "text", "do")
	}
	for _, form := range []string{"upload", "bill", "papers"} {
		named(used, form, "title", "submit")
	}
	for _, action := range recovery.Actions {
		named(used, "action."+string(action), "title", "submit")
	}
	for _, answer := range answersOnPage {
		named(used, "return."+answer, "title", "submit")
	}
	named(used, "return.evidence", "help")
	named(used, "return.record", returnRecords...)
	named(used, "action.share_lesson", "undo_title", "undo_submit")
	named(used, "share", "true", "false")
	named(used, "document_kind", recovery.DocumentKinds...)
	named(used, "sex", recovery.Sexes...)
	named(used, "relation", recovery.Relations...)
	named(used, "powers", recovery.PowersGiven...)
	named(used, "paper_kind", append(slices.Clone(recovery.PapersOnRequest), recovery.PaperComplaint, recovery.PaperPaymentOrder,
		recovery.PaperDemand, recovery.PaperAgreement, recovery.PaperInquiry, recovery.PaperPolice)...)
	for _, g := range particularGroups(builder{say: chinese(t)}, recovery.Case{Counterparts: []recovery.Counterpart{{}}}) {
		for _, question := range g.Fields {
			named(used, "part."+plain(question.Name), "label", "help")
		}
	}
	named(used, "every_counterpart", "true")
	named(used, "interruption", recovery.Interruptions...)
	named(used, "effect", recovery.Interrupts, recovery.BeforeBegin, recovery.TooLate)
}

// labels gives the keys of what the fields of all forms are called: those that
// may stand there but need not.
func labels(t *testing.T) (optional map[string]bool) {
	t.Helper()
	optional = map[string]bool{}
	note := func(family, own string, groups []group) {
		for _, g := range groups {
			for _, question := range g.Fields {
				name := plain(question.Name)
				optional[family+"."+name+".label"], optional[family+"."+name+".help"] = true, true
				if own != "" {
					optional[own+"."+name] = true
				}
				for _, code := range faultCodes {
					optional["fault_of."+name+"."+code] = true
				}
			}
		}
	}
	for _, action := range recovery.Actions {
		for _, role := range []recovery.Role{recovery.RoleSupervisor, recovery.RoleClaimant} {
			note("field", "action."+string(action)+".fields", formsFor(t, role, 2, time.Now()).form(action, nil, nil).Groups)
		}
		optional["action."+string(action)+".help"] = true
	}
	c := &call{say: chinese(t)}
	note("filing", "", filingForm(c.say, nil, nil).Groups)
	for name, fields := range map[string][]string{"upload": {"kind", "description", "captured_at", "file"}, "bill": {"file"}, "papers": {"audience"}} {
		for _, question := range fields {
			note("field", name, []group{{Fields: []field{{Name: question}}}})
		}
	}
	for _, answer := range answersOnPage {
		note("field", "return."+answer, builder{say: c.say}.answerFields(answer))
		optional["return."+answer+".help"] = true
	}
	note("part", "", particularGroups(builder{say: c.say}, recovery.Case{Counterparts: []recovery.Counterpart{{}}}))
	for _, question := range []string{"stage", "waiting_on", "platform", "assignee", "q"} {
		note("filter", "", []group{{Fields: []field{{Name: question}}}})
	}
	for _, code := range faultCodes {
		optional["fault."+code], optional["fault_of.counterparts."+code] = true, true
	}
	return optional
}

// answersOnPage are all that a counterpart may answer by the page.
var answersOnPage = []string{
	sayReturned, sayPromised, sayContested, sayEvidence, string(recovery.ProposePlan), string(recovery.AcceptPlan),
	string(recovery.DeclinePlan), string(recovery.ReportHarassment),
}

// faultCodes are the codes that recovery and this package put on fields.
var faultCodes = []string{
	"required", "malformed", "too_long", "out_of_range", "unknown_value", "unknown", "in_future", "too_early",
	"invalid_utf8", "forbidden_character", "unexpected", "too_large", "unsupported", "malformed_name",
	"in_past", "too_late", "not_in_order", "sum_mismatch", "contradicts_sums", "own", "before_sending", "sum_too_large", "has_open_case", "too_many", "unknown_field", "other",
	"checksum", "contradicts", "duplicate",
}

// elsewhere reports a text that other packages show.
func elsewhere(key string) bool {
	parts := strings.Split(key, ".")
	switch parts[0] {
	case "mail", "paper", "law":
		return true
	case "action":
		return parts[2] == "paper"
	case "entry":
		return parts[2] != "title"
	default:
		return false
	}
}

// Every key in use has its words, and there are no words nobody uses.
func TestTextsAreUsedAndComplete(t *testing.T) {
	t.Parallel()
	say := chinese(t)
	used := literals(t)
	families(t, used)
	optional := labels(t)
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if !say.Has(key) {
			t.Errorf("the text %q is used and does not exist", key)
		}
	}
	for _, key := range say.Keys("") {
		if !used[key] && !optional[key] && !elsewhere(key) {
			t.Errorf("the text %q exists and is not used", key)
		}
	}
}

// A text gets the values that it names, and no others.
func TestTextsGetTheirValues(t *testing.T) {
	t.Parallel()
	say := chinese(t)
	for _, call := range calls(t) {
		text := say.Get(call.Key)
		if text == nil {
			continue // TestTextsAreUsedAndComplete reports it
		}
		if want := slices.Sorted(slices.Values(text.Fields())); !slices.Equal(call.Names, want) {
			t.Errorf("%s: %s gets %v and names %v", call.Place, call.Key, call.Names, want)
		}
	}
}
