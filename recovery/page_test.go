package recovery_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/recovery"
)

var update = flag.Bool("update", false, "write the pages that are printed from the code")

var actionsPage = filepath.Join("..", "docs", "actions.md")

// does says what each action does, in one line.
var does = map[recovery.Action]string{
	recovery.PlanContact:         "Checks a message before it is sent: how often, at what hour, to whom, and what it says. Writes down that it was planned.",
	recovery.RecordContact:       "Writes down a message that was sent, with every limit it went beyond.",
	recovery.RecordMediation:     "Writes down that somebody else spoke for a return.",
	recovery.RecordResponse:      "Takes a counterpart's answer. Money counts when the claimant or the desk says it came; when all who still hold something refuse, the next stage begins.",
	recovery.RecordReturn:        "Counts money that came back, from a counterpart or by the platform's own refund. Ends the case when nothing is missing; is taken after the end too.",
	recovery.ReportHarassment:    "Ends all private messages to a counterpart.",
	recovery.ProposePlan:         "Offers to pay what one counterpart owes in parts, in place of an earlier offer.",
	recovery.AcceptPlan:          "Makes an offered plan run, unless its first day has passed. A counterpart does not accept their own offer.",
	recovery.DeclinePlan:         "Takes an offered plan off the table.",
	recovery.RecordInstalment:    "Counts a payment on a running plan; it fills the earliest instalment first.",
	recovery.Escalate:            "Enters a later stage before its time.",
	recovery.SubmitAppeal:        "Hands the appeal to the desk, once.",
	recovery.AskPlatform:         "Puts the appeal before the platform; the desk's clock stands still until it answers.",
	recovery.RequestEvidence:     "Asks the claimant for more; the desk's clock stands still until it comes or its time is over.",
	recovery.RecordPlatformReply: "Writes down what the platform said, and whose move is next.",
	recovery.DecideAppeal:        "Grants a sum or denies it. While more is missing than the playbook's limit it is a proposal.",
	recovery.ApproveDecision:     "Carries out a proposed decision. Whoever proposed it may not.",
	recovery.RejectDecision:      "Takes a proposed decision back.",
	recovery.ChooseRoute:         "Chooses a way of law, and starts its clock anew.",
	recovery.RecordLegalStep:     "Writes down a step of the law and its cost; typed steps open and close tasks and interrupt the limitation, towards the counterpart they name or else towards all.",
	recovery.PauseCase:           "Stops every clock that people set, until a day or the end of the longest pause. Plans, the law and money go on.",
	recovery.ResumeCase:          "Ends a pause.",
	recovery.Withdraw:            "Ends the case because the claimant wants no more.",
	recovery.CloseCase:           "Ends the case with an outcome its sums do not deny.",
	recovery.Reopen:              "Takes a closed case up again in the stage it was closed in.",
	recovery.Assign:              "Gives the case to somebody at the desk.",
	recovery.Release:             "Puts the case back into the queue.",
	recovery.HandOver:            "Names the account that stands in for the claimant, or nobody any more.",
	recovery.AddNote:             "Adds a note, for the desk or for everybody in the case.",
	recovery.ShareLesson:         "Lets others learn from the case, without anything personal.",
}

// page prints the table as the documentation has it.
func page() string {
	var out strings.Builder
	out.WriteString(`# What may be done, where, and by whom

Printed from the code by ` + "`go test ./recovery -run TestActionsPage -update`" + `; do not edit it by hand. The table is
` + "`rules`" + ` in ` + "`recovery/table.go`" + `: the server's ` + "`allowed_actions`" + ` are read from it, and so is every refusal. What a role
may never do is answered ` + "`forbidden`" + `; what cannot be done now is answered ` + "`action_not_allowed`" + `.

| action | what it does | stages | roles | only when |
| --- | --- | --- | --- | --- |
`)
	for _, row := range recovery.Table() {
		only := row.Only
		if only == "" {
			only = "—"
		}
		out.WriteString("| `" + string(row.Action) + "` | " + does[row.Action] + " | " + stages(row.Stages) + " | " +
			words(row.Roles) + " | " + only + " |\n")
	}
	return out.String()
}

// stages are named in short where they are all, or all but the end.
func stages(in []recovery.Stage) string {
	switch {
	case len(in) == len(recovery.Stages):
		return "every"
	case len(in) == len(recovery.Stages)-1 && in[len(in)-1] != recovery.Closed:
		return "every open one"
	default:
		return words(in)
	}
}

func words[T ~string](values []T) string {
	var all []string
	for _, value := range values {
		all = append(all, string(value))
	}
	return strings.Join(all, ", ")
}

// TestActionsPage compares the page with the code.
func TestActionsPage(t *testing.T) {
	t.Parallel()
	if len(does) != len(recovery.Actions) {
		t.Errorf("%d lines for %d actions", len(does), len(recovery.Actions))
	}
	if *update {
		if err := os.WriteFile(actionsPage, []byte(page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	printed, err := os.ReadFile(actionsPage)
	if err != nil || string(printed) != page() {
		t.Errorf("%s is not what the code says (%v): go test ./recovery -run TestActionsPage -update", actionsPage, err)
	}
	for _, row := range recovery.Table() {
		if does[row.Action] == "" || len(row.Stages) == 0 || len(row.Roles) == 0 {
			t.Errorf("the row of %s is not whole: %+v", row.Action, row)
		}
	}
}
