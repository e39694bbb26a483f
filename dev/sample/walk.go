package sample

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Pace is the speed of the sample case: half a day passes in one second, so the
// three days after an unanswered message take six seconds.
const Pace = 43_200

// pollInterval is the time between two reads of a case.
const pollInterval = 250 * time.Millisecond

// Options name the product and the folder for the results.
type Options struct {
	BaseURL    string // of the product
	TokensFile string // tokens.json
	Dir        string // for the state, the uploaded files and the export
	Fonts      string // folder of the dossier's fonts, also used for the screenshots
	Recourse   string // path of bin/recourse, which verifies the bag; if empty, it is not verified
	Printf     func(format string, args ...any)
	Now        func() time.Time

	pollInterval time.Duration // 0 for the default
}

// Result describes the sample case. It is empty if none was run.
type Result struct {
	Number  string // of the case
	CaseID  string
	Dossier string // path
	Bag     string // path
}

// RunCase files the sample case and continues until its export is built. It also
// continues an interrupted run. If the product has other cases, or the run was
// finished before, it does nothing.
func RunCase(ctx context.Context, o Options) (Result, error) {
	w, err := newWalker(ctx, o)
	if err != nil || w == nil {
		return Result{}, err
	}
	if w.state.Finished {
		return w.buildResult(), nil
	}
	o.Printf("\nOne sample case, at %d times the real speed:", Pace)
	if err := w.fileCase(ctx); err != nil {
		return w.buildResult(), err
	}
	if err := w.takeSteps(ctx); err != nil {
		return w.buildResult(), err
	}
	if err := w.buildExport(ctx); err != nil {
		return w.buildResult(), err
	}
	w.state.Finished = true
	return w.buildResult(), w.state.saveState()
}

type walker struct {
	Options
	client        *client
	story         story
	state         state
	painter       *painter
	announcedWait string // the wait that was printed last
}

// newWalker returns nil if there is nothing to run.
func newWalker(ctx context.Context, o Options) (*walker, error) {
	if o.pollInterval == 0 {
		o.pollInterval = pollInterval
	}
	c, err := newClient(o.BaseURL, o.TokensFile, 2*o.pollInterval)
	if err != nil {
		return nil, err
	}
	text, err := readStory()
	if err != nil {
		return nil, err
	}
	w := &walker{Options: o, client: c, story: text}
	var started bool
	if w.state, started, err = readState(o.Dir); err != nil {
		return nil, err
	}
	if started {
		if known, err := w.isCaseKnown(ctx); known || err != nil {
			return w, err
		}
	}
	empty, err := w.isDatabaseEmpty(ctx)
	if err != nil || !empty {
		return nil, err
	}
	if w.state, err = newState(o.Dir, o.Now()); err != nil {
		return nil, err
	}
	return w, nil
}

// isCaseKnown reports whether the product still has the case of the state: the
// database may have been replaced. Without an id yet, the case is filed again with
// the same key.
func (w *walker) isCaseKnown(ctx context.Context) (bool, error) {
	if w.state.CaseID == "" {
		return true, nil
	}
	_, err := w.fetchStatus(ctx, "auditor")
	if problemCode(err) == "not_found" {
		return false, nil
	}
	return err == nil, err
}

func (w *walker) isDatabaseEmpty(ctx context.Context) (bool, error) {
	var list struct {
		Items []struct{} `json:"items"`
	}
	err := w.client.doCall(ctx, apiCall{role: "auditor", method: http.MethodGet, path: "/cases?limit=1"}, &list)
	return len(list.Items) == 0, err
}

// caseStatus is the response to a read of the case.
type caseStatus struct {
	ID             string   `json:"id"`
	Number         string   `json:"number"`
	Stage          string   `json:"stage"`
	WaitingOn      string   `json:"waiting_on"`
	Outcome        string   `json:"outcome"`
	AllowedActions []string `json:"allowed_actions"`
	Counterparts   []struct {
		ID    string `json:"id"`
		Alias string `json:"alias"`
	} `json:"counterparts"`
	Deadlines []struct {
		Kind  string    `json:"kind"`
		DueAt time.Time `json:"due_at"`
	} `json:"deadlines"`
}

// stages is the order of the stages.
var stages = []string{"recall_watch", "private_contact", "group_notice", "appeal", "legal", "closed"}

func (s caseStatus) isPast(stage string) bool {
	return slices.Index(stages, s.Stage) > slices.Index(stages, stage)
}

func (s caseStatus) allowsAction(action string) bool {
	return slices.Contains(s.AllowedActions, action)
}

func (w *walker) fetchStatus(ctx context.Context, as string) (caseStatus, error) {
	var s caseStatus
	err := w.client.doCall(ctx, apiCall{role: as, method: http.MethodGet, path: "/cases/" + w.state.CaseID}, &s)
	return s, err
}

// fileCase files the case. The key makes a repetition safe.
func (w *walker) fileCase(ctx context.Context) error {
	if w.state.CaseID != "" {
		return nil
	}
	body := map[string]any{}
	for name, value := range w.story.Case {
		body[name] = value
	}
	body["sent_at"] = w.state.sentAt().Format(time.RFC3339)
	body["transaction_no"] = w.state.transactionNo()
	body["pace"] = Pace
	var filed caseStatus
	if err := w.client.doCall(ctx, apiCall{role: "claimant", method: http.MethodPost, path: "/cases", key: w.state.idempotencyKey("file"), body: body}, &filed); err != nil {
		return fmt.Errorf("file the case: %w", err)
	}
	w.state.CaseID, w.state.Number = filed.ID, filed.Number
	w.Printf("  · filed as %s: ¥%s sent to the wrong group", filed.Number, formatGrouped(w.story.amountFen()))
	return w.state.saveState()
}

// takeSteps takes all steps in order. The case also moves by its own deadlines; a
// step that is no longer possible is skipped and printed.
func (w *walker) takeSteps(ctx context.Context) error {
	for _, s := range w.listSteps() {
		for w.state.Done[s.name] == "" {
			if err := w.attemptStep(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

// attemptStep reads the case with the role of the step, then takes the step, skips
// it or waits. A step that was interrupted is always sent again, because only the
// product knows whether it is done.
func (w *walker) attemptStep(ctx context.Context, s step) error {
	now, err := w.fetchStatus(ctx, s.role)
	if err != nil {
		return err
	}
	switch {
	case w.state.Trying == s.name || s.isReady(now):
		return w.takeStep(ctx, s, now)
	case s.isTooLate(now):
		w.Printf("  · skipped: %s (the case is already in %s)", s.title, now.Stage)
		return w.state.markEnded(s.name, tooLate)
	}
	return w.awaitChange(ctx, now)
}

func (w *walker) takeStep(ctx context.Context, s step, now caseStatus) error {
	if err := w.state.markTrying(s.name); err != nil {
		return err
	}
	err := s.run(ctx, now)
	if problemCode(err) == "action_not_allowed" {
		return w.state.markTrying("") // a deadline passed between reading and acting
	}
	if err != nil {
		return err
	}
	w.Printf("  · %s", s.title)
	return w.state.markEnded(s.name, done)
}

func (w *walker) awaitChange(ctx context.Context, now caseStatus) error {
	if about := now.Stage + now.WaitingOn; w.announcedWait != about && len(now.Deadlines) > 0 {
		w.announcedWait = about
		left := now.Deadlines[0].DueAt.Sub(w.Now()).Round(time.Second)
		w.Printf("  … %s: waiting for the %s; the clock %s runs out in %s", now.Stage, now.WaitingOn, now.Deadlines[0].Kind, max(left, 0))
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(w.pollInterval):
		return nil
	}
}

func (w *walker) buildResult() Result {
	r := Result{Number: w.state.Number, CaseID: w.state.CaseID}
	if w.state.Done["papers"] != "" {
		r.Dossier, r.Bag = filepath.Join(w.Dir, "dossier.pdf"), filepath.Join(w.Dir, "bag.zip")
	}
	return r
}

// verifyBag runs the verifier of the product, which works offline, and prints its
// output.
func (w *walker) verifyBag(ctx context.Context, bag string) error {
	if w.Recourse == "" {
		return nil
	}
	out, err := exec.CommandContext(ctx, w.Recourse, "verify", bag).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		w.Printf("      %s", strings.TrimRight(line, "\n"))
	}
	if err != nil {
		return errors.New("the bag does not verify")
	}
	return nil
}
