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
	"recourse/evidence/originals/signals"
	"recourse/evidence/originals/statement"
	"recourse/notify"
	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

func TestSpecificationIsValid(t *testing.T) {
	t.Parallel()
	document, err := loadContract()
	failOnError(t, err)
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

func schemaNamed(t testing.TB, name string) *openapi3.Schema {
	t.Helper()
	document, err := loadContract()
	failOnError(t, err)
	found := document.Components.Schemas[name]
	if found == nil {
		t.Fatalf("the specification has no schema %s", name)
	}
	return found.Value
}

func TestEnumerationsMatchDomain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"Platform": recovery.ToStrings(recovery.Platforms), "Instrument": recovery.ToStrings(recovery.Instruments), "ClaimState": recovery.ToStrings(recovery.ClaimStates),
		"GroupKind": recovery.ToStrings(recovery.GroupKinds), "Reason": recovery.ToStrings(recovery.Reasons), "Stage": recovery.ToStrings(recovery.Stages),
		"WaitingOn": recovery.ToStrings(recovery.Waits), "Outcome": recovery.ToStrings(recovery.Outcomes), "ResponseKind": recovery.ToStrings(recovery.Responses),
		"Refusal": recovery.ToStrings(recovery.Refusals), "Channel": recovery.ToStrings(recovery.Channels), "Decision": recovery.ToStrings(recovery.Decisions),
		"Route": recovery.ToStrings(recovery.Routes), "EvidenceKind": recovery.ToStrings(recovery.EvidenceKinds), "Audience": recovery.ToStrings(recovery.Audiences),
		"Role": append(recovery.ToStrings(recovery.Roles), string(recovery.RoleSystem)), "ClockKind": recovery.ToStrings(recovery.Clocks),
		"Action": recovery.ToStrings(recovery.Actions), "EntryKind": recovery.ToStrings(recovery.EntryKinds),
		"FileFindingCode": recovery.ToStrings(intake.Findings), "FactName": casework.FactNames,
		"AppealState": recovery.ToStrings([]recovery.AppealState{
			recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence, recovery.AppealWithPlatform,
			recovery.AppealProposed, recovery.AppealGranted,
		}),
		"ExportState":      recovery.ToStrings([]recovery.ExportState{recovery.ExportBuilding, recovery.ExportReady, recovery.ExportFailed, recovery.ExportErased, recovery.ExportExpired}),
		"CorrectionReason": recovery.ToStrings(recovery.CorrectionReasons()),
		"SignalKind":       recovery.ToStrings(signals.Kinds), "Overlap": recovery.ToStrings(recovery.Overlaps), "ProofKind": recovery.ToStrings(statement.ProofKinds),
		"NoteVisibility": {recovery.NoteInternal, recovery.NoteShared},
		"NoticeClass":    recovery.ToStrings(notify.Classes), "DeliveryState": notify.DeliveryStates,
		"TextPlace": recovery.ToStrings(textlint.Places), "FindingCode": recovery.ToStrings(textlint.Codes),
		"Account": recovery.ToStrings(recovery.Accounts), "DelayedArrival": recovery.ToStrings(recovery.Delays),
		"Mark": recovery.ToStrings([]playbook.Mark{playbook.Verbatim, playbook.Secondary, playbook.Recalled}),
		"Way":  append([]string{string(playbook.VoluntaryReturn), string(playbook.PlatformAppeal)}, recovery.ToStrings(recovery.Routes)...),
	} {
		var got []string
		for _, value := range schemaNamed(t, name).Enum {
			got = append(got, fmt.Sprint(value))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-domain +specification):\n%s", name, diff)
		}
	}
}

// bodySchema returns the schema name of an action: ActRecordContact for
// record_contact.
func bodySchema(action recovery.Action) string {
	var name strings.Builder
	name.WriteString("Act")
	for word := range strings.SplitSeq(string(action), "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// TestEveryActionHasSchema checks each field of recovery.ActionBody: the schema of an
// action must have it if and only if the action accepts it.
func TestEveryActionHasSchema(t *testing.T) {
	t.Parallel()
	document, err := loadContract()
	failOnError(t, err)
	for _, action := range recovery.Actions {
		if document.Paths.Find("/api/v1/cases/{id}/actions/"+string(action)) == nil {
			t.Errorf("no path for %s", action)
		}
		want := slices.Sorted(maps.Keys(schemaNamed(t, bodySchema(action)).Properties))
		if diff := cmp.Diff(want, domainFields(action), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-specification +domain):\n%s", action, diff)
		}
	}
}

// linkOnlyField is in no action body. Only counterparts send it, with the
// bodies of their link.
const linkOnlyField = "email"

func TestEmailFieldOnlyInReturnBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"ReturnResponse", "ReturnPlan", "ReturnPlanAnswer", "ReturnHarassment"} {
		if schemaNamed(t, body).Properties[linkOnlyField] == nil {
			t.Errorf("%s takes no address", body)
		}
	}
	for _, action := range recovery.Actions {
		if schemaNamed(t, bodySchema(action)).Properties[linkOnlyField] != nil {
			t.Errorf("%s takes an address", action)
		}
	}
}

func domainFields(action recovery.Action) []string {
	got := []string{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[recovery.ActionBody]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == linkOnlyField || field.Anonymous {
			continue
		}
		act := recovery.ActionBody{Action: action}
		if name != "-" {
			setNonZero(reflect.ValueOf(&act).Elem().FieldByIndex(field.Index))
			if !strings.Contains(fmt.Sprint(act.Validate(time.Now())), "["+name+": unknown_field]") {
				got = append(got, name)
			}
		}
	}
	slices.Sort(got)
	return got
}

// setNonZero sets a field to a value that is not the zero value.
func setNonZero(value reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
		if first := value.Index(0); first.Kind() == reflect.String {
			first.SetString("note") // the name of a field, for the fields that list names
		}
	case reflect.Map:
		value.Set(reflect.MakeMap(value.Type()))
		value.SetMapIndex(reflect.ValueOf(recovery.Blocked), reflect.ValueOf(true))
	case reflect.Int, reflect.Int64:
		value.SetInt(1)
	default:
		value.SetString("x")
	}
}

// TestRequiredFieldsMatchDomain compares the required fields with those the
// domain misses in an empty body.
func TestRequiredFieldsMatchDomain(t *testing.T) {
	t.Parallel()
	check := func(name string, fault error) {
		for field := range schemaNamed(t, name).Properties {
			lacking := strings.Contains(fmt.Sprint(fault), "["+field+": ") || strings.Contains(fmt.Sprint(fault), "["+field+".name: required")
			if required := slices.Contains(schemaNamed(t, name).Required, field); required != lacking {
				t.Errorf("%s.%s: required by the specification %v, by the domain %v", name, field, required, lacking)
			}
		}
	}
	for _, action := range recovery.Actions {
		check(bodySchema(action), recovery.ActionBody{Action: action}.Validate(time.Now()))
	}
	check("Filing", recovery.Filing{}.Validate(time.Now()))
}

func TestFilingFieldsMatchDomain(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"Filing": recovery.Filing{}, "FilingCounterpart": recovery.FilingCounterpart{}, "FilingClaimant": recovery.Claimant{}, "Group": recovery.Group{},
		"AssessmentFacts": playbook.AssessmentFacts{}, "SendFacts": playbook.SendFacts{}, "FactsCounterpart": recovery.FilingCounterpart{}, "FactsClaimant": recovery.Claimant{}, "Income": playbook.Income{},
	} {
		got := []string{}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); !field.Anonymous {
				got = append(got, tag)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(schemaNamed(t, name).Properties)), got); diff != "" {
			t.Errorf("%s (-specification +domain):\n%s", name, diff)
		}
	}
}

// TestValidBodiesFollowSpecification ensures that the bodies were valid before
// the bad-input tests change them.
func TestValidBodiesFollowSpecification(t *testing.T) {
	t.Parallel()
	for name, text := range validBodies() {
		var value any
		failOnError(t, json.Unmarshal([]byte(text), &value))
		if err := schemaNamed(t, name).VisitJSON(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
