package casework_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// takenBy is an action and who takes it.
type takenBy struct {
	role recovery.Role
	body recovery.ActionBody
}

// correctedActs has, for every kind of entry that can be corrected, what leads to it,
// the action last, and a replacement if the kind has one.
func correctedActs(one recovery.CounterpartID, now time.Time) map[recovery.EntryKind]struct {
	acts        []takenBy
	replacement *recovery.ActionBody
} {
	claimant := func(body recovery.ActionBody) takenBy { return takenBy{recovery.RoleClaimant, body} }
	agent := func(body recovery.ActionBody) takenBy { return takenBy{recovery.RoleAgent, body} }
	legal := func(body recovery.ActionBody) takenBy { return takenBy{recovery.RoleLegal, body} }
	to := func(stage recovery.Stage) takenBy {
		return claimant(recovery.ActionBody{Action: recovery.Escalate, To: stage, Reason: "x"})
	}
	plan := claimant(recovery.ActionBody{Action: recovery.ProposePlan, CounterpartID: one, Instalments: []recovery.Instalment{
		{DueOn: now.AddDate(0, 0, 9).In(recovery.Shanghai).Format(time.DateOnly), Amount: 200_000},
	}})
	submitted := claimant(recovery.ActionBody{Action: recovery.SubmitAppeal, Confirm: new(true)})
	part := fen(70_000)
	type row = struct {
		acts        []takenBy
		replacement *recovery.ActionBody
	}
	return map[recovery.EntryKind]row{
		recovery.EntryReturnRecorded: {[]takenBy{claimant(recovery.ActionBody{Action: recovery.RecordReturn, CounterpartID: one, Amount: fen(200_000), At: &now, Channel: recovery.Cash})},
			&recovery.ActionBody{Amount: part}},
		recovery.EntryResponseRecorded: {[]takenBy{claimant(recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: one, Kind: string(recovery.Refused), Refusal: recovery.Refuses, At: &now})},
			&recovery.ActionBody{Kind: string(recovery.PartlyReturned), Amount: part}},
		recovery.EntryInstalmentRecorded: {[]takenBy{plan, agent(recovery.ActionBody{Action: recovery.AcceptPlan, CounterpartID: one}),
			claimant(recovery.ActionBody{Action: recovery.RecordInstalment, CounterpartID: one, No: 1, Amount: fen(200_000), At: &now})}, &recovery.ActionBody{Amount: part}},
		recovery.EntryContactRecorded: {[]takenBy{claimant(recovery.ActionBody{Action: recovery.RecordContact, CounterpartID: one, Channel: recovery.SMS, Text: "请退回", SentAt: &now, InGroup: new(false)})},
			&recovery.ActionBody{Text: "麻烦退回"}},
		recovery.EntryMediationRecorded: {[]takenBy{claimant(recovery.ActionBody{Action: recovery.RecordMediation, Text: "群主劝过", At: &now})}, &recovery.ActionBody{Text: "群主又劝"}},
		recovery.EntryNoteAdded:         {[]takenBy{agent(recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared})}, &recovery.ActionBody{Text: "y"}},
		recovery.EntryPlatformReplied: {[]takenBy{to(recovery.Appeal), submitted, agent(recovery.ActionBody{Action: recovery.RecordPlatformReply, Kind: "rejected", At: &now})},
			&recovery.ActionBody{Kind: "processing"}},
		recovery.EntryAppealDecided: {[]takenBy{to(recovery.Appeal), submitted, agent(recovery.ActionBody{Action: recovery.DecideAppeal, Decision: recovery.Denied, Reason: "x"})},
			&recovery.ActionBody{Decision: recovery.Granted, Reason: "y"}},
		recovery.EntryRouteChosen: {[]takenBy{to(recovery.Legal), legal(recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.SmallClaims, Why: "x"})},
			&recovery.ActionBody{Route: recovery.CivilSuit, Why: "y"}},
		recovery.EntryLegalStep: {[]takenBy{to(recovery.Legal), legal(recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.SmallClaims, Why: "x"}), legal(recovery.ActionBody{Action: recovery.RecordLegalStep, Kind: "hearing_held", Amount: fen(500), At: &now})},
			&recovery.ActionBody{Amount: fen(300)}},
		recovery.EntryEscalated:          {[]takenBy{to(recovery.Legal)}, nil},
		recovery.EntryWithdrawn:          {[]takenBy{claimant(recovery.ActionBody{Action: recovery.Withdraw, Reason: "x"})}, nil},
		recovery.EntryClosed:             {[]takenBy{to(recovery.Legal), legal(recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.Settled, Reason: "x"})}, &recovery.ActionBody{Outcome: recovery.Unrecovered, Reason: "y"}},
		recovery.EntryCounterpartAdded:   {[]takenBy{claimant(recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "误加"})}, nil},
		recovery.EntryHarassmentReported: {[]takenBy{claimant(recovery.ActionBody{Action: recovery.ReportHarassment, CounterpartID: one, Text: "x", At: &now})}, nil},
		recovery.EntryDangerReported:     {[]takenBy{claimant(recovery.ActionBody{Action: recovery.ReportDanger, Kind: recovery.Deceived, Text: "x"})}, nil},
	}
}

// TestDerivedColumnsEqualAReplay takes an entry of every kind back and replaces it: each
// column of cases that follows from the steps has what a replay of the steps gives.
func TestDerivedColumnsEqualAReplay(t *testing.T) { //nolint:tparallel // the subtests share a clock
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	tried := correctedActs("", now)
	for _, rule := range recovery.CorrectionRules() {
		if _, found := tried[rule.Kind]; !found && rule.Kind != recovery.EntryDecisionProposed { // a decision of one of two people
			t.Errorf("no case corrects an entry %s", rule.Kind)
		}
	}
	for kind := range tried {
		t.Run(string(kind), func(t *testing.T) {
			filed := rig.FileCase(t)
			test := correctedActs(filed.Counterparts[0].ID, now)[kind]
			for _, taken := range test.acts {
				act(t, rig, taken.role, filed.ID, taken.body)
			}
			wantReplayed(t, rig, filed.ID)
			correction := recovery.ActionBody{Action: recovery.Correct, Seq: findEntry(t, rig, filed.ID, kind).Seq, Reason: "记错了"}
			act(t, rig, recovery.RoleSupervisor, filed.ID, correction)
			wantReplayed(t, rig, filed.ID)
			if kind == recovery.EntryEscalated && rig.CountRows(t, "cases where id = $1 and contacted", filed.ID) > 0 {
				t.Error("nobody was contacted before the stage that was entered by mistake")
			}
			if correction.Replacement = test.replacement; correction.Replacement != nil {
				act(t, rig, recovery.RoleSupervisor, filed.ID, correction)
				wantReplayed(t, rig, filed.ID)
			}
		})
	}
}

// wantReplayed compares the derived columns of a case with a replay of its steps.
func wantReplayed(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
	t.Helper()
	recorded, err := rig.Store.ReadSteps(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	noDeadlines := func([]recovery.Deadline, recovery.Step, time.Time) []recovery.Deadline { return nil }
	h, err := recovery.Replay(recorded.Start, readCase(t, rig, id).CreatedAt, recorded.Steps, noDeadlines)
	if err != nil {
		t.Fatal(err)
	}
	position, err := json.Marshal(h.Position)
	if err != nil {
		t.Fatal(err)
	}
	derived := map[string]any{
		"stage": h.Position.Stage, "waiting_on": h.Position.WaitingOn, "outcome": h.Position.Outcome, "recovered_fen": h.Position.Recovered,
		"route": h.Position.Route, "claim_fen": h.Position.Claim, "position": string(position), "last_stage": h.LastStage, "closed_at": h.ClosedAt,
		"coalesce(stage_since, created_at)": h.StageSince, "appealed": h.Appealed, "contacted": h.HasContacted(),
		"contact_fen": h.ByStage[recovery.PrivateContact] + h.ByStage[recovery.GroupNotice],
		"appeal_fen":  h.ByStage[recovery.Appeal], "legal_fen": h.ByStage[recovery.Legal],
	}
	conditions, values := []string{"id = $1"}, []any{id}
	for column, want := range derived {
		values = append(values, want)
		conditions = append(conditions, fmt.Sprintf("%s is not distinct from $%d", column, len(values)))
	}
	if rig.CountRows(t, "cases where "+strings.Join(conditions, " and "), values...) == 0 {
		for column, want := range derived {
			if rig.CountRows(t, fmt.Sprintf("cases where id = $1 and %s is not distinct from $2", column), id, want) == 0 {
				t.Errorf("%s is not %v, as replayed", column, want)
			}
		}
	}
	if n := rig.CountRows(t, "case_stages where case_id = $1", id); n != len(h.Stays) {
		t.Errorf("%d stays are recorded, %d replayed", n, len(h.Stays))
	}
}
