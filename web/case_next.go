package web

import (
	"slices"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// nextThing is the one thing the claimant does next.
type nextThing struct {
	Title  string
	Text   string
	Label  string // of the link; empty when there is nothing to do but wait
	Href   string
	Waits  bool
	Closed bool
}

// situation names where a case stands in the claimant's eyes; each has its
// words in the family "next".
func situation(d *caseData) string {
	at := d.Position
	switch {
	case at.Stage == recovery.PrivateContact || at.Stage == recovery.GroupNotice:
		return contactSituation(d)
	case at.Stage == recovery.Appeal && at.Appeal == recovery.AppealPreparing && len(lacking(d.Requirements)) > 0:
		return "appeal_lacking"
	case at.Stage == recovery.Appeal:
		return "appeal_" + string(at.Appeal)
	case at.Stage == recovery.Legal && at.Route == "":
		return "legal_route"
	case at.Stage == recovery.Legal:
		return "legal_step"
	default:
		return string(at.Stage)
	}
}

func contactSituation(d *caseData) string {
	if d.Position.Clock() == recovery.PromiseClock {
		return "promise"
	}
	if spokenInStage(d.lines, d.Position.Stage) {
		return string(d.Position.Stage) + "_wait"
	}
	return string(d.Position.Stage)
}

// spokenInStage reports whether a contact was recorded since the stage began.
func spokenInStage(lines []casework.JournalLine, stage recovery.Stage) bool {
	spoken := false
	for _, line := range lines {
		switch {
		case line.Entry.Kind == recovery.EntryStageEntered && line.Entry.Facts["to"] == string(stage):
			spoken = false
		case line.Entry.Kind == recovery.EntryContactRecorded:
			spoken = true
		}
	}
	return spoken
}

func lacking(requirements []recovery.Requirement) []recovery.Requirement {
	var missing []recovery.Requirement
	for _, r := range requirements {
		if r.Required && !r.Satisfied {
			missing = append(missing, r)
		}
	}
	return missing
}

// nextActions is what each situation leads to; those absent wait.
var nextActions = map[string]recovery.Action{
	"recall_watch": recovery.RecordReturn, "private_contact": recovery.RecordContact,
	"private_contact_wait": recovery.RecordResponse, "group_notice": recovery.RecordContact,
	"group_notice_wait": recovery.RecordResponse, "promise": recovery.RecordReturn,
	"appeal_lacking": attemptUpload, "appeal_preparing": recovery.SubmitAppeal,
	"appeal_more_evidence": attemptUpload, "appeal_granted": recovery.RecordReturn,
	"legal_route": recovery.ChooseRoute, "legal_step": recovery.RecordLegalStep,
}

func (c *call) next(d *caseData) nextThing {
	if d.Position.Stage == recovery.Closed {
		outcome := string(d.Position.Outcome)
		return nextThing{
			Title: c.say.Word("outcome", outcome), Text: c.say.T("ended." + outcome), Closed: true,
			Label: c.say.T("next.closed.label"), Href: "#dossier",
		}
	}
	name := situation(d)
	n := nextThing{Title: c.say.T("next." + name + ".title"), Text: c.say.T("next." + name + ".text")}
	action, acts := nextActions[name]
	switch {
	case !acts:
		n.Waits = true
	case action == attemptUpload:
		n.Label, n.Href = c.say.T("upload.title"), "#upload"
	case slices.Contains(d.Allowed, action):
		n.Label = c.say.T("action." + string(action) + ".title")
		n.Href = "?do=" + string(action) + "#do-" + string(action)
	}
	return n
}

// stageMark is one step of the stage bar: done, now, ahead or skipped.
type stageMark struct {
	Name  string
	State string
}

func (c *call) stages(d *caseData) []stageMark {
	var marks []stageMark
	entered := enteredStages(d.lines)
	for _, stage := range recovery.Stages {
		state := "ahead"
		switch {
		case stage == d.Position.Stage:
			state = "now"
		case entered[stage]:
			state = "done"
		case d.Position.Stage.After(stage) || stage == recovery.GroupNotice && d.Position.OneToOne:
			state = "skipped"
		}
		marks = append(marks, stageMark{Name: c.say.Word("stage", stage), State: state})
	}
	return marks
}

// enteredStages tells by the journal where the case has been.
func enteredStages(lines []casework.JournalLine) map[recovery.Stage]bool {
	entered := map[recovery.Stage]bool{}
	for _, line := range lines {
		for _, fact := range []string{"stage", "to"} {
			if name, ok := line.Entry.Facts[fact].(string); ok && line.Entry.Kind != recovery.EntryEscalated {
				entered[recovery.Stage(name)] = true
			}
		}
	}
	return entered
}

// dueMark is the running deadline in words and as a clock.
type dueMark struct {
	Name   string
	At     time.Time
	Then   string // what happens by itself when it passes
	Paused string
	Late   bool
}

func (c *call) due(deadlines []recovery.Deadline, now time.Time) *dueMark {
	if len(deadlines) == 0 {
		return nil
	}
	first := slices.MinFunc(deadlines, func(a, b recovery.Deadline) int { return a.DueAt.Compare(b.DueAt) })
	return &dueMark{
		Name: c.say.Word("clock", first.Kind), At: first.DueAt, Then: c.say.Word("silence", first.Kind),
		Paused: first.PausedBecause, Late: first.DueAt.Before(now),
	}
}
