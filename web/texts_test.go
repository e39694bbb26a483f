package web

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"recourse/recovery"
)

// literals finds the keys that stand in the code and the templates.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	forms := []*regexp.Regexp{
		regexp.MustCompile(`\.(?:T|flash)\("([a-z_0-9.]+)"`), regexp.MustCompile(`\(?\bt "([a-z_0-9.]+)"`),
	}
	for _, name := range sources(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range forms {
			for _, found := range form.FindAllStringSubmatch(string(raw), -1) {
				if !strings.HasSuffix(found[1], ".") {
					used[found[1]] = true
				}
			}
		}
	}
	return used
}

func sources(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		found, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

func named[T ~string](used map[string]bool, family string, values ...T) {
	for _, value := range values {
		if value != "" {
			used[family+"."+string(value)] = true
		}
	}
}

// families adds the keys that are made of a family and a value.
func families(used map[string]bool) {
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
	named(used, "rung", append(slices.Clone(recovery.Ladder), recovery.DemandRung)...)
	named(used, "task_state", recovery.TaskOpen, recovery.TaskDone, recovery.TaskRefused, recovery.TaskOverdue)
	named(used, "stopped", recovery.StoppedByPause, recovery.StoppedByPlan, recovery.StoppedForClaimant, recovery.StoppedForPlatform)
	named(used, "breach", recovery.CodeContactLimit, recovery.CodeQuietHours, recovery.CodeNoContact)
	named(used, "clock", recovery.Clocks...)
	named(used, "silence", recovery.Clocks...)
	named(used, "entry", recovery.EntryKinds...)
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
	for _, g := range particularGroups(builder{say: &texts{}}, recovery.Case{Counterparts: []recovery.Counterpart{{}}}) {
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
			note("field", "action."+string(action), formsFor(t, role, 2, time.Now()).form(action, nil, nil).Groups)
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

// Every key in use has its words, and there are no words nobody uses.
func TestTextsAreUsedAndComplete(t *testing.T) {
	t.Parallel()
	say := chinese(t)
	used := literals(t)
	families(used)
	optional := labels(t)
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if _, found := say.words[key]; !found {
			t.Errorf("the text %q is used and does not exist", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(say.words)) {
		if !used[key] && !optional[key] {
			t.Errorf("the text %q exists and is not used", key)
		}
	}
}

// A text with verbs is never shown without its values.
func TestLanguagesAgreeOnVerbs(t *testing.T) {
	t.Parallel()
	all, err := loadTexts(textFiles)
	if err != nil {
		t.Fatal(err)
	}
	verb := regexp.MustCompile(`%[\[\]0-9]*[a-z]`)
	for key, text := range all[firstLanguage].words {
		want := verb.FindAllString(text, -1)
		for lang, other := range all {
			if got := verb.FindAllString(other.words[key], -1); !slices.Equal(got, want) {
				t.Errorf("%s in %s has the verbs %v, not %v", key, lang, got, want)
			}
		}
	}
}

func TestBrokenTextsAreRefused(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"no Chinese":    {"texts/en.yaml": {Data: []byte("a: b")}},
		"a key less":    {"texts/zh-CN.yaml": {Data: []byte("a: b\nc: d")}, "texts/en.yaml": {Data: []byte("a: b")}},
		"a key more":    {"texts/zh-CN.yaml": {Data: []byte("a: b")}, "texts/en.yaml": {Data: []byte("a: b\nc: d")}},
		"one key twice": {"texts/zh-CN.yaml": {Data: []byte("a: b")}, "texts/zh-CN.more.yaml": {Data: []byte("a: c")}},
		"a number":      {"texts/zh-CN.yaml": {Data: []byte("a: 1")}},
		"no YAML":       {"texts/zh-CN.yaml": {Data: []byte("a: [")}},
		"a list of it":  {"texts/zh-CN.yaml": {Data: []byte("a: {b: [c]}")}},
	} {
		if _, err := loadTexts(files); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
