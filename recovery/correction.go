package recovery

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Correction takes an earlier journal entry back, or replaces what it says. The
// journal keeps both entries.
type Correction struct {
	Seq         int64    `json:"seq"`                   // of the corrected entry
	Replacement *Command `json:"replacement,omitempty"` // nil takes the entry back
	After       int64    `json:"after,omitempty"`       // the entry that had corrected it when this was decided; 0 for none
}

// PendingCorrection waits for the approval of a second person, because it moves more
// money than one person may. At most one waits for each entry.
type PendingCorrection struct {
	Correction
	By UserID `json:"by"`
}

// CorrectionMark says that an entry was corrected.
type CorrectionMark struct {
	Seq       int64     `json:"seq"`        // of the corrected entry
	BySeq     int64     `json:"by_seq"`     // of the entry that corrects it
	At        time.Time `json:"at"`         // UTC
	TakenBack bool      `json:"taken_back"` // false: replaced by another value
}

// IsTakenBack reports whether a correction has taken an entry back.
func (c Case) IsTakenBack(seq int64) bool {
	return slices.ContainsFunc(c.Corrections, func(m CorrectionMark) bool { return m.Seq == seq && m.TakenBack })
}

// LastCorrection returns the number of the newest entry that corrects an entry; 0 for none.
func (c Case) LastCorrection(seq int64) int64 {
	for _, m := range slices.Backward(c.Corrections) {
		if m.Seq == seq {
			return m.BySeq
		}
	}
	return 0
}

// CorrectionRule is one row of the table of entries that can be corrected.
type CorrectionRule struct {
	Kind   EntryKind
	Action Action // whose fields a replacement has
	// ByAuthor lets the person who wrote the entry correct it within AuthorWindow. A
	// supervisor may correct every kind at any time.
	ByAuthor bool
	// OnlyTakeBack is set if the entry says nothing that could be replaced.
	OnlyTakeBack bool
	// isPaidOut, if set, reports whether the entry cannot be corrected any more because
	// money was paid.
	isPaidOut func(Position) bool
}

// AuthorWindow is how long people can correct what they wrote themselves.
const AuthorWindow = 24 * time.Hour

// correctionTable is the one table of what can be corrected, and by whom.
var correctionTable = []CorrectionRule{
	{Kind: EntryReturnRecorded, Action: RecordReturn, ByAuthor: true},
	{Kind: EntryResponseRecorded, Action: RecordResponse, ByAuthor: true},
	{Kind: EntryInstalmentRecorded, Action: RecordInstalment, ByAuthor: true},
	{Kind: EntryContactRecorded, Action: RecordContact, ByAuthor: true},
	{Kind: EntryMediationRecorded, Action: RecordMediation, ByAuthor: true},
	{Kind: EntryNoteAdded, Action: AddNote, ByAuthor: true},
	{Kind: EntryPlatformReplied, Action: RecordPlatformReply, ByAuthor: true},
	{Kind: EntryDecisionProposed, Action: DecideAppeal, ByAuthor: true, isPaidOut: Position.isDecisionPaidOut},
	{Kind: EntryAppealDecided, Action: DecideAppeal, ByAuthor: true, isPaidOut: Position.isDecisionPaidOut},
	{Kind: EntryRouteChosen, Action: ChooseRoute, ByAuthor: true},
	{Kind: EntryLegalStep, Action: RecordLegalStep, ByAuthor: true},
	{Kind: EntryEscalated, Action: Escalate, ByAuthor: true, OnlyTakeBack: true},
	{Kind: EntryWithdrawn, Action: Withdraw, ByAuthor: true, OnlyTakeBack: true},
	{Kind: EntryClosed, Action: CloseCase, ByAuthor: true},
	{Kind: EntryCounterpartAdded, Action: AddCounterpart, ByAuthor: true, OnlyTakeBack: true},
	{Kind: EntryHarassmentReported, Action: ReportHarassment, OnlyTakeBack: true},
	{Kind: EntryDangerReported, Action: ReportDanger, OnlyTakeBack: true},
}

// isDecisionPaidOut: money that the platform has paid cannot be undecided.
func (p Position) isDecisionPaidOut() bool { return p.Granted > 0 && p.Recovered >= p.PaidOut }

// CheckPosition returns a Fault with CodeCorrectionRefused if the entry cannot be
// corrected at this position.
func (r CorrectionRule) CheckPosition(seq int64, p Position) error {
	if r.isPaidOut != nil && r.isPaidOut(p) {
		return refuseCorrection(seq, CorrectionRefusal{Reason: DecisionPaidOut}, nil)
	}
	return nil
}

// CorrectionRuleOf returns the row of a kind of entry. ok is false for an entry that
// cannot be corrected.
func CorrectionRuleOf(kind EntryKind) (rule CorrectionRule, ok bool) {
	index := slices.IndexFunc(correctionTable, func(r CorrectionRule) bool { return r.Kind == kind })
	if index < 0 {
		return CorrectionRule{}, false
	}
	return correctionTable[index], true
}

// CorrectionRules returns the table.
func CorrectionRules() []CorrectionRule { return slices.Clone(correctionTable) }

// EntryAuthor is who wrote an entry, and when.
type EntryAuthor struct {
	Actor Actor
	At    time.Time
}

// CheckCorrector returns a Fault with CodeForbidden if the actor may not correct an
// entry of this kind at this time.
func (r CorrectionRule) CheckCorrector(actor Actor, author EntryAuthor, now time.Time) error {
	own := actor.ID == author.Actor.ID && actor.Role == author.Actor.Role
	switch {
	case actor.Role == RoleSupervisor:
		return nil
	case !r.ByAuthor:
		return Faultf(CodeForbidden, "Only a supervisor can correct an entry of this kind.")
	case !own:
		return Faultf(CodeForbidden, "Only the person who wrote this entry, or a supervisor, can correct it.")
	case now.Sub(author.At) > AuthorWindow:
		return Faultf(CodeForbidden, "You can correct your own entries for %d hours. A supervisor can still correct this one.",
			int(AuthorWindow.Hours()))
	default:
		return nil
	}
}

func formatEntry(seq int64) string { return "Entry " + strconv.FormatInt(seq, 10) }

func (s RecordedStep) isCorrection() bool { return s.Command != nil && s.Command.Correction != nil }

// correctsNow reports whether the command corrects an entry at once, instead of
// proposing it or rejecting a proposal.
func (m Command) correctsNow() bool {
	return m.Correction != nil && !m.Proposed && (m.Action == Correct || m.Action == ApproveCorrection)
}

// withCorrectionStep updates the corrections that wait for approval.
func (p Position) withCorrectionStep(m Command) Position {
	p.PendingCorrections = slices.DeleteFunc(slices.Clone(p.PendingCorrections), func(c PendingCorrection) bool {
		return c.Seq == m.Correction.Seq
	})
	if m.Proposed {
		p.PendingCorrections = append(p.PendingCorrections, PendingCorrection{*m.Correction, m.Actor.ID})
	}
	return p
}

// PendingCorrection returns the correction of an entry that waits for approval. Errors:
// CodeActionNotAllowed.
func (p Position) PendingCorrection(seq int64) (PendingCorrection, error) {
	for _, pending := range p.PendingCorrections {
		if pending.Seq == seq {
			return pending, nil
		}
	}
	return PendingCorrection{}, NoPendingCorrection(seq)
}

// NoPendingCorrection returns the Fault for an entry whose correction does not wait.
func NoPendingCorrection(seq int64) error {
	return Faultf(CodeActionNotAllowed, "No correction of entry %d waits for approval.", seq)
}

// checkCorrectionStep refuses a correction that does not depend on the recorded steps.
func (p Position) checkCorrectionStep(m Command) (Step, error) {
	if m.Correction == nil || m.Correction.Seq < 1 {
		return Step{}, Invalid([]FieldFault{{"seq", "required", "Name the number of the entry in the journal."}})
	}
	if m.Action == ApproveCorrection {
		_, err := p.PendingCorrection(m.Correction.Seq)
		return Step{Next: p}, err
	}
	return Step{Next: p}, nil
}

// rejectCorrection drops a proposed correction.
func (p Position) rejectCorrection(m Command) (Step, error) {
	if m.Correction == nil {
		return Step{}, Invalid([]FieldFault{{"seq", "required", "Name the entry."}})
	}
	if _, err := p.PendingCorrection(m.Correction.Seq); err != nil {
		return Step{}, err
	}
	return Step{Next: p.withCorrectionStep(m)}, nil
}

// CorrectedCase is the result of a correction.
type CorrectedCase struct {
	Kind  EntryKind // EntryCorrected or EntryCorrectionProposed
	Entry EntryKind // kind of the corrected entry
	// Command is the command as it is recorded.
	Command Command
	History History
}

// CorrectionInput is what a correction is computed from.
type CorrectionInput struct {
	Start     Position // at filing
	FiledAt   time.Time
	Current   Position
	Deadlines []Deadline // current
	Steps     []RecordedStep
	Entry     EntryKind // kind of the corrected entry
	TakenBack bool      // an earlier correction has taken the entry back
	Last      int64     // the newest entry that corrects it; 0 for none
	Author    EntryAuthor
	Command   Command
	Now       time.Time
}

// ComputeCorrection returns the case as it would be if the corrected entry had said
// the right thing from the beginning. Errors: CodeForbidden, CodeFourEyes,
// CodeConfirmNeeded, CodeCorrectionRefused, CodeActionNotAllowed.
func ComputeCorrection(in CorrectionInput, deadlines Deadliner) (CorrectedCase, error) {
	command, err := in.checkedCommand()
	if err != nil {
		return CorrectedCase{}, err
	}
	steps := append(slices.Clip(in.Steps), RecordedStep{At: in.Now, Command: &command})
	history, err := Replay(in.Start, in.FiledAt, steps, deadlines)
	if err != nil {
		return CorrectedCase{}, err
	}
	if history.Position.Surplus > in.Current.Surplus && !command.Confirm {
		return CorrectedCase{}, confirmNeeded("replacement.amount_fen", "With this value %s yuan more than the claim came back.", history.Position.Surplus)
	}
	if command.Action == Correct {
		approved, err := in.approvedPosition(deadlines)
		if err != nil {
			return CorrectedCase{}, err
		}
		if in.needsApproval(approved, history.Position) {
			return in.propose(command)
		}
	}
	history.Deadlines = in.withoutLostTime(history, deadlines)
	return CorrectedCase{Kind: EntryCorrected, Entry: in.Entry, Command: command, History: history}, nil
}

// checkedCommand returns the command if its actor may give it. An approval gets the
// correction that was proposed.
func (in CorrectionInput) checkedCommand() (Command, error) {
	command := in.Command
	seq := command.Correction.Seq
	rule, ok := CorrectionRuleOf(in.Entry)
	if !ok || !in.isTarget(seq) {
		return command, UncorrectableEntry(EntryRef{seq, in.Entry}, in.Author.Actor.Role, in.causeOf(seq))
	}
	if command.Action == ApproveCorrection {
		pending, err := in.Current.PendingCorrection(seq)
		if err == nil && pending.By == command.Actor.ID {
			err = Faultf(CodeFourEyes, "You proposed this correction. Another person must approve it.")
		}
		command.Correction, command.Confirm = &pending.Correction, true
		return command, err
	}
	if in.TakenBack && command.Correction.Replacement == nil {
		return command, RefuseTakingBackAgain(seq)
	}
	if in.Last != command.Correction.After {
		return command, refuseCorrection(seq, CorrectionRefusal{Reason: OutdatedCorrection, Entry: in.Last, Kind: EntryCorrected}, nil)
	}
	if rule.OnlyTakeBack && command.Correction.Replacement != nil {
		return command, refuseCorrection(seq, CorrectionRefusal{Reason: CanOnlyBeTakenBack}, nil)
	}
	if err := rule.CheckPosition(seq, in.Current); err != nil {
		return command, err
	}
	return command, rule.CheckCorrector(command.Actor, in.Author, in.Now)
}

// isTarget reports whether an entry is the first one of a step. A note is no step. The
// entry of a closing that followed from another step cannot be corrected itself.
func (in CorrectionInput) isTarget(seq int64) bool {
	return in.Entry == EntryNoteAdded || slices.ContainsFunc(in.Steps, func(s RecordedStep) bool {
		return s.Seq == seq && s.IsPersons() && !s.isCorrection()
	})
}

// causeOf returns the entry of the step that an entry of the system followed from, or
// that a correction corrects; none if a deadline passed.
func (in CorrectionInput) causeOf(seq int64) EntryRef {
	for _, step := range slices.Backward(in.Steps) {
		switch {
		case step.Seq > seq:
		case step.isCorrection():
			return EntryRef{Seq: step.Command.Correction.Seq}
		case step.Seq == seq || !step.IsPersons():
			return EntryRef{}
		default:
			return EntryRef{Seq: step.Seq}
		}
	}
	return EntryRef{}
}

// needsApproval reports whether the correction moves more money than one person may, or
// changes a decision that a second person has approved.
func (in CorrectionInput) needsApproval(approved, after Position) bool {
	if in.Entry == EntryDecisionProposed && after.Granted != in.Current.Granted {
		return true
	}
	moved := after.Recovered - approved.Recovered + after.Granted - approved.Granted
	return in.Current.FourEyes > 0 && max(moved, -moved) > in.Current.FourEyes
}

// approvedPosition returns the position without the corrections of this entry that nobody
// has approved. Many small ones together need the same approval as a large one.
func (in CorrectionInput) approvedPosition(deadlines Deadliner) (Position, error) {
	steps := slices.DeleteFunc(slices.Clone(in.Steps), func(s RecordedStep) bool {
		return s.isCorrection() && s.Command.Action == Correct && !s.Command.Proposed && s.Command.Correction.Seq == in.Command.Correction.Seq
	})
	if len(steps) == len(in.Steps) {
		return in.Current, nil
	}
	history, err := Replay(in.Start, in.FiledAt, steps, deadlines)
	return history.Position, err
}

func (in CorrectionInput) propose(command Command) (CorrectedCase, error) {
	command.Proposed = true
	history := History{Position: in.Current.withCorrectionStep(command), Deadlines: in.Deadlines}
	return CorrectedCase{Kind: EntryCorrectionProposed, Entry: in.Entry, Command: command, History: history}, nil
}

// StoppedByMistake is the reason for which a clock did not run while a wrong entry
// was valid. It is stored permanently.
const StoppedByMistake = "corrected_entry"

// fixedClocks are clocks that a wrong entry did not stop: the platform, the law and
// agreed plans set them.
var fixedClocks = []Clock{AutoRefundClock, AvoidanceClock, LimitationClock, InstalmentClock, GraceClock, PauseClock}

// withoutLostTime returns the deadlines without the time in which the wrong entry was
// valid, for clocks that did not run because of it.
func (in CorrectionInput) withoutLostTime(history History, deadlines Deadliner) []Deadline {
	lost := slices.Clone(history.Deadlines)
	for i, deadline := range lost {
		ran := slices.ContainsFunc(in.Deadlines, func(d Deadline) bool { return d.Kind == deadline.Kind && d.Ref == deadline.Ref })
		if ran || slices.Contains(fixedClocks, deadline.Kind) || deadline.PausedBecause != "" {
			continue
		}
		stop := Stop{From: laterOf(deadline.From, in.Author.At), Until: &in.Now, Because: StoppedByMistake}
		lost[i].Stops = append(slices.Clip(deadline.Stops), stop)
	}
	return deadlines(lost, Step{Next: history.Position}, in.Now)
}

// Describe names the rule for the documents.
func (r CorrectionRule) Describe() string {
	who := "supervisor"
	if r.ByAuthor {
		who = fmt.Sprintf("the author for %d hours, supervisor", int(AuthorWindow.Hours()))
	}
	return who
}
