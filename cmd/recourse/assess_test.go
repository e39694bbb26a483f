package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

const facts = `{"platform":"wechat","instrument":"transfer","amount_fen":200000,"claim_state":"claimed","reason":"wrong_group"}`

// asking calls a command that takes facts as its user does.
func asking[T any](t *testing.T, name, input string) (T, error) {
	t.Helper()
	var told T
	out, err := answered(t, name, input)
	if err != nil {
		return told, err
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return told, nil
}

// answered is what such a command prints.
func answered(t *testing.T, name, input string) (string, error) {
	t.Helper()
	command := newRootCommand()
	var out bytes.Buffer
	command.SetIn(strings.NewReader(input))
	command.SetOut(&out)
	command.SetArgs([]string{name})
	err := command.ExecuteContext(t.Context())
	if err != nil && out.Len() > 0 {
		t.Errorf("beside an error it printed %s", out.String())
	}
	return out.String(), err
}

func TestAssessWithoutADatabase(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	assessed, err := asking[playbook.Assessment](t, "assess", facts)
	if err != nil || assessed.Playbook.Version == "" || len(assessed.Routes) == 0 || assessed.Forecast.N != 0 {
		t.Errorf("%+v, %v", assessed, err)
	}
	for input, says := range map[string]string{
		"":                                       "facts",
		"{":                                      "facts",
		facts + facts:                            "facts",
		`{"colour":"red"}`:                       "colour",
		`{"platform":"wechat"}`:                  "instrument",
		strings.Repeat(" ", maxFacts) + facts:    "bytes",
		strings.Replace(facts, "200000", "0", 1): "amount_fen",
	} {
		if _, err := asking[playbook.Assessment](t, "assess", input); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v, want a word of %s", input, err, says)
		}
	}
}

// TestAssessPrintsWhatTheInterfaceSays: instants in China's time, no empty
// members, and besides that the body of POST /api/v1/assessments.
func TestAssessPrintsWhatTheInterfaceSays(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	sent := time.Now().Add(-time.Hour).UTC()
	out, err := answered(t, "assess", `{"platform":"qq","instrument":"ordinary_packet","amount_fen":1,"claim_state":"unclaimed","sent_at":"`+sent.Format(time.RFC3339)+`"}`)
	if err != nil {
		t.Fatal(err)
	}
	refund := `"refund_at": "` + sent.Add(24*time.Hour).In(time.FixedZone("", 8*60*60)).Format(time.RFC3339) + `"`
	if !strings.Contains(out, refund) || !strings.Contains(out, `"possible": false`) {
		t.Errorf("no %s in\n%s", refund, out)
	}
	for _, nothing := range []string{": null", `: ""`, ": []", ": {}", "Z\""} {
		if strings.Contains(out, nothing) {
			t.Errorf("%s stands in\n%s", nothing, out)
		}
	}
	var told, schema map[string]any
	if err := json.Unmarshal([]byte(out), &told); err != nil {
		t.Fatal(err)
	}
	body, err := api.WriteAssessment(playbook.Assessment{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &schema); err != nil {
		t.Fatal(err)
	}
	for name := range told {
		if _, known := schema[name]; !known {
			t.Errorf("the interface has no %s", name)
		}
	}
}

// TestAssessLearnsFromClosedCases closes a case in a database and asks there.
func TestAssessLearnsFromClosedCases(t *testing.T) {
	rig := casetest.New(t)
	t.Setenv("DATABASE_URL", rig.URL)
	filed := rig.FileCase(t)
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), filed.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了"})
	if err != nil {
		t.Fatal(err)
	}
	assessed, err := asking[playbook.Assessment](t, "assess", facts)
	if err != nil || assessed.Forecast.N != 1 {
		t.Errorf("%+v, %v", assessed.Forecast, err)
	}
}

func TestSimulateOverADatabase(t *testing.T) {
	rig := casetest.New(t)
	t.Setenv("DATABASE_URL", rig.URL)
	filed := rig.FileCase(t)
	out, err := run(t, "playbook", "simulate", filed.Playbook)
	if want := "0 of 1 cases would have been different under " + filed.Playbook + "\n"; err != nil || out != want {
		t.Errorf("%q, %v", out, err)
	}
	out, err = run(t, "playbook", "simulate", "--json", filed.Playbook)
	if want := `{"number":"` + string(filed.Number) + `","playbook":"` + filed.Playbook + `","differences":[]}` + "\n"; err != nil || out != want {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := run(t, "playbook", "simulate", "1999-01"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("%v", err)
	}
}

func TestSimulationIsReported(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	report := &simulationReport{out: &out, version: "t2", counts: map[string]int{}}
	for _, differences := range [][]playbook.Difference{
		{{What: "clock.promise", Before: "7 days keep", After: "10 days keep"}, {What: "texts.appeal", Before: "a\nb", After: "c"}},
		{{What: "clock.promise", Before: "", After: "10 days keep"}},
		nil,
	} {
		if err := report.printCase(recovery.Case{Number: "R1", Playbook: "t1"}, differences); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.printTotals(); err != nil {
		t.Fatal(err)
	}
	const want = `R1, filed under t1
  clock.promise: 7 days keep → 10 days keep
  texts.appeal: differs
R1, filed under t1
  clock.promise: nothing → 10 days keep
2 of 3 cases would have been different under t2
       2  clock.promise
       1  texts.appeal
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
