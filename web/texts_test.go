package web

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/transcript"
	"recourse/evidence/preview"
	"recourse/recovery"
	"recourse/texts/textstest"
)

// textCalls returns the places in code and templates that use a text with a
// literal key.
func textCalls(t *testing.T) []textstest.Call {
	t.Helper()
	return slices.Concat(textstest.GoCalls(t, "T", "setFlash"), textstest.TemplateCalls(t, "templates/*.html"))
}

// literalKeys returns the keys used in code and templates.
func literalKeys(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, call := range textCalls(t) {
		used[call.Key] = true
	}
	return used
}

func addFamily[T ~string](used map[string]bool, family string, values ...T) {
	for _, value := range values {
		if value != "" {
			used[family+"."+string(value)] = true
		}
	}
}

// addFamilies adds the keys that consist of a family and a value.
func addFamilies(t *testing.T, used map[string]bool) {
	t.Helper()
	addFamily(used, "role", append(slices.Clone(recovery.Roles), recovery.RoleSystem)...)
	addFamily(used, "platform", recovery.Platforms...)
	addFamily(used, "instrument", recovery.Instruments...)
	addFamily(used, "claim_state", recovery.ClaimStates...)
	addFamily(used, "group_kind", recovery.GroupKinds...)
	addFamily(used, "reason", recovery.Reasons...)
	addFamily(used, "stage", recovery.Stages...)
	addFamily(used, "waiting_on", recovery.Waits...)
	addFamily(used, "outcome", recovery.Outcomes...)
	addFamily(used, "ended", recovery.Outcomes...)
	addFamily(used, "response", recovery.Responses...)
	addFamily(used, "refusal", recovery.Refusals...)
	addFamily(used, "channel", recovery.Channels...)
	addFamily(used, "decision", recovery.Decisions...)
	addFamily(used, "route", recovery.Routes...)
	addFamily(used, "evidence_kind", recovery.EvidenceKinds...)
	addFamily(used, "audience", recovery.Audiences...)
	addFamily(used, "overlap", recovery.Overlaps...)
	addFamily(used, "fact_state", casework.FactProposed, casework.FactConfirmed, casework.FactRejected)
	addFamily(used, "export_state", recovery.ExportBuilding, recovery.ExportReady, recovery.ExportFailed, recovery.ExportErased, recovery.ExportExpired)
	addFamily(used, "preview_value", previewLabels...)
	addFamily(used, "preview_form", preview.Whole, preview.Copied, preview.Withheld)
	addFamily(used, "preview_why", preview.ForIdentity, preview.ForData, preview.ForNoCopy, preview.ForErasure)
	addFamily(used, "correct.refused", recovery.CorrectionReasons()...)
	addFamily(used, "visibility", recovery.NoteInternal, recovery.NoteShared)
	addFamily(used, "held_by", assigneeMe, assigneeNobody)
	addFamily(used, "appeal", recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence,
		recovery.AppealWithPlatform, recovery.AppealProposed, recovery.AppealGranted)
	for _, spec := range recovery.ActionSpecs() {
		for _, field := range spec.Fields {
			addFamily(used, field.Words, field.Choices...)
		}
	}
	addFamily(used, "rung", append(slices.Clone(recovery.IdentityTasks), recovery.DemandTask)...)
	addFamily(used, "task_state", recovery.TaskOpen, recovery.TaskDone, recovery.TaskRefused, recovery.TaskOverdue)
	addFamily(used, "stopped", recovery.StoppedByPause, recovery.StoppedByPlan, recovery.StoppedForClaimant, recovery.StoppedForPlatform)
	addFamily(used, "breach", recovery.CodeContactLimit, recovery.CodeQuietHours, recovery.CodeNoContact)
	addFamily(used, "clock", recovery.Clocks...)
	addFamily(used, "silence", recovery.Clocks...)
	for _, kind := range recovery.EntryKinds {
		used["entry."+string(kind)+".title"] = true
	}
	addFamily(used, "text_audience", "counterpart", "group", "group_owner", "mediator", "employer", "customer_service")
	addFamily(used, "value", timelineTexts...)
	addFamily(used, "cause", causes...)
	addFamily(used, "reach", reaches...)
	for _, situation := range recallSituations {
		used["start.now_"+situation] = true
	}
	for _, kind := range untilKinds {
		used["start.until_"+kind] = true
	}
	addFamily(used, "bill.fact", statement.FieldNumber, statement.FieldAt, statement.FieldAmount, statement.FieldCounterpart)
	addFamily(used, "fault_of.file", slices.Concat(statement.Refusals(), archiveRefusals, []string{"too_costly"})...)
	addFamily(used, "fault_of.row", "other_wallet")
	addFamily(used, "fault_of.password", "required", "wrong", "too_long")
	addFamily(used, "action.adopt_match.fields", "confirm")           // see newBillRow
	addFamily(used, "action.amend_facts.fields", removeNumber, "why") // of a case with a number
	addFamily(used, "fault_of."+removeNumber, "contradicts")
	addFamily(used, "removed", "transaction_no")
	addFamily(used, "answer", answerYes, answerNo)
	addFamily(used, "choose", "one", "none", "open")
	addFamily(used, "span", "days", "hours", "minutes")
	for _, shown := range timelineFacts {
		used["fact."+shown.name] = true
	}
	for situation := range nextActions {
		addFamily(used, "next."+situation, "title", "text")
	}
	for _, waiting := range []recovery.AppealState{recovery.AppealSubmitted, recovery.AppealWithPlatform, recovery.AppealProposed} {
		addFamily(used, "next.appeal_"+string(waiting), "title", "text")
	}
	for _, kind := range []string{"forbidden", "stale", "cross_site", "link", "ended", "missing", "limited", "limited_link", "conflict", "sent", "transaction", "large", "media", "unavailable", "full", "expired", "internal", "request"} {
		addFamily(used, "error."+kind, "title", "text", "do")
	}
	for _, form := range []string{"upload", "bill", "papers"} {
		addFamily(used, form, "title", "submit")
	}
	for _, action := range recovery.Actions {
		addFamily(used, "action."+string(action), "title", "submit")
	}
	for _, answer := range answersOnPage {
		addFamily(used, "return."+answer, "title", "submit")
	}
	addFamily(used, "return.evidence", "help")
	addFamily(used, "return.record", returnRecords...)
	addFamily(used, "action.share_lesson", "undo_title", "undo_submit")
	addFamily(used, "share", "true", "false")
	addFamily(used, "document_kind", recovery.DocumentKinds...)
	addFamily(used, "sex", recovery.Sexes...)
	addFamily(used, "relation", recovery.Relations...)
	addFamily(used, "powers", recovery.PowersGiven...)
	addFamily(used, "yes_no", recovery.Answers...)
	addFamily(used, "wish", recovery.Wishes...)
	addFamily(used, "judgment_kind", recovery.JudgmentKinds...)
	addFamily(used, "paper_kind", append(slices.Clone(recovery.PapersOnRequest), recovery.PaperComplaint, recovery.PaperPaymentOrder,
		recovery.PaperDemand, recovery.PaperAgreement, recovery.PaperInquiry, recovery.PaperPolice)...)
	for _, g := range particularGroups(fieldBuilder{texts: chineseTexts(t)}, recovery.Case{Counterparts: []recovery.Counterpart{{}}}) {
		for _, question := range g.Fields {
			addFamily(used, "part."+textKey(question.Name), "label", "help")
		}
	}
	addFamily(used, "words_gap", transcript.Gaps...)
	addFamily(used, "every_counterpart", "true")
	addFamily(used, "interruption", recovery.Interruptions...)
	addFamily(used, "effect", recovery.Interrupts, recovery.BeforeBegin, recovery.TooLate)
}

// optionalLabels returns the keys of field labels, which may exist but need
// not.
func optionalLabels(t *testing.T) (optional map[string]bool) {
	t.Helper()
	optional = map[string]bool{}
	note := func(family, own string, groups []group) {
		for _, g := range groups {
			for _, question := range g.Fields {
				name := textKey(question.Name)
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
			note("field", "action."+string(action)+".fields", formsFor(t, role, 2, time.Now()).newForm(action, nil, nil).Groups)
		}
		optional["action."+string(action)+".help"] = true
	}
	c := &pageContext{texts: chineseTexts(t)}
	note("filing", "", newFilingForm(c.texts, nil, nil).Groups)
	for name, fields := range map[string][]string{"upload": {"kind", "description", "captured_at", "file"}, "bill": {"file", "password"}, "papers": {"audience"}} {
		for _, question := range fields {
			note("field", name, []group{{Fields: []field{{Name: question}}}})
		}
	}
	for _, answer := range answersOnPage {
		note("field", "return."+answer, fieldBuilder{texts: c.texts}.answerFields(answer))
		optional["return."+answer+".help"] = true
	}
	note("part", "", particularGroups(fieldBuilder{texts: c.texts}, recovery.Case{Counterparts: []recovery.Counterpart{{}}}))
	for _, question := range []string{"stage", "waiting_on", "platform", "assignee", "q"} {
		note("filter", "", []group{{Fields: []field{{Name: question}}}})
	}
	for _, code := range faultCodes {
		optional["fault."+code] = true
		for _, name := range []string{"counterparts", "form", "sends_amount_fen", "sends_sent_at", "sends_transaction_no"} {
			optional["fault_of."+name+"."+code] = true
		}
	}
	return optional
}

// answersOnPage are all answers of the counterpart's page.
var answersOnPage = []string{
	answerReturned, answerPromised, answerContested, answerEvidence, string(recovery.ProposePlan), string(recovery.AcceptPlan),
	string(recovery.DeclinePlan), string(recovery.ReportHarassment),
}

// archiveRefusals are the codes with which the archive of a bill is refused.
var archiveRefusals = []string{"archive_no_bill", "archive_several", "archive_too_large", "archive", "broken"}

// faultCodes are the fault codes of recovery and this package.
var faultCodes = []string{
	"required", "malformed", "too_long", "out_of_range", "unknown_value", "unknown", "in_future", "too_early",
	"invalid_utf8", "forbidden_character", "unexpected", "too_large", "unsupported", "malformed_name",
	"in_past", "too_late", "not_in_order", "sum_mismatch", "contradicts_sums", "own", "before_sending", "sum_too_large", "has_open_case", "too_many", "unknown_field", "other",
	"checksum", "contradicts", "duplicate", "contradicts_sum", "not_for_packets", "repeated", "below_shares", "several_payments", "nothing_to_adopt", "nothing_to_remove", "not_a_payment",
}

// isUsedElsewhere reports whether other packages use a text.
func isUsedElsewhere(key string) bool {
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

// TestTextsAreComplete expects a text for every used key, and no unused texts.
func TestTextsAreComplete(t *testing.T) {
	t.Parallel()
	say := chineseTexts(t)
	used := literalKeys(t)
	addFamilies(t, used)
	optional := optionalLabels(t)
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if !say.Has(key) {
			t.Errorf("the text %q is used and does not exist", key)
		}
	}
	for _, key := range say.Keys("") {
		if !used[key] && !optional[key] && !isUsedElsewhere(key) {
			t.Errorf("the text %q exists and is not used", key)
		}
	}
}

// TestTextsGetTheirArguments expects exactly the arguments that a text names.
func TestTextsGetTheirArguments(t *testing.T) {
	t.Parallel()
	say := chineseTexts(t)
	for _, call := range textCalls(t) {
		text := say.Get(call.Key)
		if text == nil {
			continue // TestTextsAreComplete reports it
		}
		if want := slices.Sorted(slices.Values(text.Fields())); !slices.Equal(call.Names, want) {
			t.Errorf("%s: %s gets %v and names %v", call.Place, call.Key, call.Names, want)
		}
	}
}
