package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"recourse/casework"
	"recourse/evidence/originals/intake"
	"recourse/notify"
	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

func TestTheSpecificationIsSound(t *testing.T) {
	t.Parallel()
	document, err := contract()
	must(t, err)
	if err := document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			for status, response := range operation.Responses.Map() {
				if response.Value.Headers["X-Request-Id"] == nil {
					t.Errorf("%s %s %s: no X-Request-Id", method, path, status)
				}
			}
			if method == "POST" && operation.Parameters.GetByInAndName("header", "Idempotency-Key") == nil {
				t.Errorf("%s %s takes no Idempotency-Key", method, path)
			}
		}
	}
}

func schema(t testing.TB, name string) *openapi3.Schema {
	t.Helper()
	document, err := contract()
	must(t, err)
	found := document.Components.Schemas[name]
	if found == nil {
		t.Fatalf("the specification has no schema %s", name)
	}
	return found.Value
}

func TestEnumerationsAreTheDomains(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"Platform": list(recovery.Platforms), "Instrument": list(recovery.Instruments), "ClaimState": list(recovery.ClaimStates),
		"GroupKind": list(recovery.GroupKinds), "Reason": list(recovery.Reasons), "Stage": list(recovery.Stages),
		"WaitingOn": list(recovery.Waits), "Outcome": list(recovery.Outcomes), "ResponseKind": list(recovery.Responses),
		"Refusal": list(recovery.Refusals), "Channel": list(recovery.Channels), "Decision": list(recovery.Decisions),
		"Route": list(recovery.Routes), "EvidenceKind": list(recovery.EvidenceKinds), "Audience": list(recovery.Audiences),
		"Role": append(list(recovery.Roles), string(recovery.RoleSystem)), "ClockKind": list(recovery.Clocks),
		"Action": list(recovery.Actions), "EntryKind": list(recovery.EntryKinds),
		"FileFindingCode": list(intake.Findings), "FactName": casework.FactNames,
		"AppealState": list([]recovery.AppealState{
			recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence, recovery.AppealWithPlatform,
			recovery.AppealProposed, recovery.AppealGranted,
		}),
		"ExportState":    list([]recovery.ExportState{recovery.ExportBuilding, recovery.ExportReady, recovery.ExportFailed, recovery.ExportErased}),
		"NoteVisibility": {recovery.NoteInternal, recovery.NoteShared},
		"NoticeClass":    list(notify.Classes), "DeliveryState": notify.DeliveryStates,
		"TextPlace": list(textlint.Wheres), "FindingCode": list(textlint.Codes),
		"Account": list(playbook.Accounts), "DelayedArrival": list(playbook.Delays),
		"Mark": list([]playbook.Mark{playbook.Verbatim, playbook.Secondary, playbook.Recalled}),
		"Way":  append([]string{string(playbook.VoluntaryReturn), string(playbook.PlatformAppeal)}, list(recovery.Routes)...),
	} {
		var got []string
		for _, value := range schema(t, name).Enum {
			got = append(got, fmt.Sprint(value))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-domain +specification):\n%s", name, diff)
		}
	}
}

func list[T ~string](values []T) []string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = string(value)
	}
	return words
}

// bodySchema is the name of an action's schema: record_contact has
// ActRecordContact.
func bodySchema(action recovery.Action) string {
	var name strings.Builder
	name.WriteString("Act")
	for word := range strings.SplitSeq(string(action), "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// TestEveryActionHasItsSchema asks the domain for each field of an act whether
// the action has it.
func TestEveryActionHasItsSchema(t *testing.T) {
	t.Parallel()
	document, err := contract()
	must(t, err)
	for _, action := range recovery.Actions {
		if document.Paths.Find("/api/v1/cases/{id}/actions/"+string(action)) == nil {
			t.Errorf("no path for %s", action)
		}
		want := slices.Sorted(maps.Keys(schema(t, bodySchema(action)).Properties))
		if diff := cmp.Diff(want, domainFields(action), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-specification +domain):\n%s", action, diff)
		}
	}
}

// leftByLink is a field that no body of an act has: only a counterpart leaves it,
// by their link, whose bodies are their own.
const leftByLink = "email"

func TestOnlyBodiesOfALinkTakeAnAddress(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"ReturnResponse", "ReturnPlan", "ReturnPlanAnswer", "ReturnHarassment"} {
		if schema(t, body).Properties[leftByLink] == nil {
			t.Errorf("%s takes no address", body)
		}
	}
	for _, action := range recovery.Actions {
		if schema(t, bodySchema(action)).Properties[leftByLink] != nil {
			t.Errorf("%s takes an address", action)
		}
	}
}

func domainFields(action recovery.Action) []string {
	got := []string{}
	for field := range reflect.TypeFor[recovery.Act]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == leftByLink {
			continue
		}
		act := recovery.Act{Action: action}
		if name != "-" {
			set(reflect.ValueOf(&act).Elem().FieldByIndex(field.Index))
			if !strings.Contains(fmt.Sprint(act.Validate(time.Now())), "["+name+": unknown_field]") {
				got = append(got, name)
			}
		}
	}
	slices.Sort(got)
	return got
}

// set puts anything but nothing into a field.
func set(value reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
	case reflect.Int:
		value.SetInt(1)
	default:
		value.SetString("x")
	}
}

// TestRequiredFieldsAreTheDomains asks the domain what an empty body lacks.
func TestRequiredFieldsAreTheDomains(t *testing.T) {
	t.Parallel()
	check := func(name string, fault error) {
		for field := range schema(t, name).Properties {
			lacking := strings.Contains(fmt.Sprint(fault), "["+field+": ") || strings.Contains(fmt.Sprint(fault), "["+field+".name: required")
			if required := slices.Contains(schema(t, name).Required, field); required != lacking {
				t.Errorf("%s.%s: required by the specification %v, by the domain %v", name, field, required, lacking)
			}
		}
	}
	for _, action := range recovery.Actions {
		check(bodySchema(action), recovery.Act{Action: action}.Validate(time.Now()))
	}
	check("Filing", recovery.Filing{}.Validate(time.Now()))
}

func TestTheFieldsOfAFilingAreTheDomains(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"Filing": recovery.Filing{}, "FilingCounterpart": recovery.FilingCounterpart{}, "FilingClaimant": recovery.Claimant{}, "Group": recovery.Group{},
		"AssessmentFacts": playbook.AssessmentFacts{}, "SendFacts": playbook.SendFacts{}, "FactsCounterpart": recovery.FilingCounterpart{}, "FactsClaimant": recovery.Claimant{}, "Income": playbook.Income{},
	} {
		got := []string{}
		for field := range reflect.TypeOf(value).Fields() {
			tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			got = append(got, tag)
		}
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(schema(t, name).Properties)), got); diff != "" {
			t.Errorf("%s (-specification +domain):\n%s", name, diff)
		}
	}
}

// TestTheSampleIsWhatTheSpecificationAsksFor keeps the table of bad input
// honest: what it breaks was sound before.
func TestTheSampleIsWhatTheSpecificationAsksFor(t *testing.T) {
	t.Parallel()
	for name, text := range samples() {
		var value any
		must(t, json.Unmarshal([]byte(text), &value))
		if err := schema(t, name).VisitJSON(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
