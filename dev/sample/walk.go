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

// Pace is how fast the sample case lives: half a day in a second, so that the
// three days of silence after a message take six.
const Pace = 43_200

// poll is how often a case is looked at while its clock runs.
const poll = 250 * time.Millisecond

// Options say which product to walk and where to keep what comes out.
type Options struct {
	BaseURL    string // of the product
	TokensFile string // tokens.json
	Dir        string // for the state of the walk, the files sent and the papers got
	Fonts      string // folder of the dossier's fonts; the screenshots use them too
	Recourse   string // path of bin/recourse, which verifies the bag; empty skips that
	Sayf       func(format string, args ...any)
	Now        func() time.Time

	poll time.Duration // 0: poll
}

// Result says what the walk left. It is empty when there was nothing to walk.
type Result struct {
	Number  string // of the case
	CaseID  string
	Dossier string // path
	Bag     string // path
}

// Walk files the sample case and brings it to its papers, or goes on with a walk
// that was cut off. On a product that holds other cases, or when the walk was
// finished before, it does nothing.
func Walk(ctx context.Context, o Options) (Result, error) {
	w, err := prepare(ctx, o)
	if err != nil || w == nil {
		return Result{}, err
	}
	if w.state.Finished {
		return w.result(), nil
	}
	o.Sayf("\nOne sample case, at %d times the speed of life:", Pace)
	if err := w.file(ctx); err != nil {
		return w.result(), err
	}
	if err := w.follow(ctx); err != nil {
		return w.result(), err
	}
	if err := w.papers(ctx); err != nil {
		return w.result(), err
	}
	w.state.Finished = true
	return w.result(), w.state.save()
}

type walker struct {
	Options
	client *client
	story  story
	state  state
	pen    *pen
	waited string // what was last said to be waited for
}

// prepare gives nil when there is nothing to walk.
func prepare(ctx context.Context, o Options) (*walker, error) {
	if o.poll == 0 {
		o.poll = poll
	}
	c, err := newClient(o.BaseURL, o.TokensFile, 2*o.poll)
	if err != nil {
		return nil, err
	}
	text, err := readStory()
	if err != nil {
		return nil, err
	}
	w := &walker{Options: o, client: c, story: text}
	var begun bool
	if w.state, begun, err = readState(o.Dir); err != nil {
		return nil, err
	}
	if begun {
		if known, err := w.known(ctx); known || err != nil {
			return w, err
		}
	}
	empty, err := w.emptyDatabase(ctx)
	if err != nil || !empty {
		return nil, err
	}
	if w.state, err = newState(o.Dir, o.Now()); err != nil {
		return nil, err
	}
	return w, nil
}

// known reports whether the product still has the case the state speaks of; the
// database may have been replaced since. A walk cut off before it learned the
// id files again under the same key.
func (w *walker) known(ctx context.Context) (bool, error) {
	if w.state.CaseID == "" {
		return true, nil
	}
	_, err := w.look(ctx, "auditor")
	if codeOf(err) == "not_found" {
		return false, nil
	}
	return err == nil, err
}

func (w *walker) emptyDatabase(ctx context.Context) (bool, error) {
	var list struct {
		Items []struct{} `json:"items"`
	}
	err := w.client.do(ctx, call{as: "auditor", method: http.MethodGet, path: "/cases?limit=1"}, &list)
	return len(list.Items) == 0, err
}

// situation is what the product says of the case.
type situation struct {
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

// stages in the order a case passes them.
var stages = []string{"recall_watch", "private_contact", "group_notice", "appeal", "legal", "closed"}

func (s situation) past(stage string) bool {
	return slices.Index(stages, s.Stage) > slices.Index(stages, stage)
}

func (s situation) allows(action string) bool { return slices.Contains(s.AllowedActions, action) }

func (w *walker) look(ctx context.Context, as string) (situation, error) {
	var s situation
	err := w.client.do(ctx, call{as: as, method: http.MethodGet, path: "/cases/" + w.state.CaseID}, &s)
	return s, err
}

// file sends the filing. Sent twice, it is the same case: the key says so.
func (w *walker) file(ctx context.Context) error {
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
	var filed situation
	if err := w.client.do(ctx, call{as: "claimant", method: http.MethodPost, path: "/cases", key: w.state.key("file"), body: body}, &filed); err != nil {
		return fmt.Errorf("file the case: %w", err)
	}
	w.state.CaseID, w.state.Number = filed.ID, filed.Number
	w.Sayf("  · filed as %s: ¥%s sent to the wrong group", filed.Number, grouped(w.story.amount()))
	return w.state.save()
}

// follow does, over and over, the first thing that is still to do, as far as the
// case lets it. The case moves by its own clock too: what has become impossible
// meanwhile is passed over and said.
func (w *walker) follow(ctx context.Context) error {
	for _, s := range w.steps() {
		for w.state.Done[s.name] == "" {
			if err := w.attempt(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

// attempt looks at the case with the eyes of the step's role and does the step,
// passes it over, or waits a moment. A step that was being tried when the walk
// was cut off is sent again whatever the case looks like: it may be done, and
// only the product knows.
func (w *walker) attempt(ctx context.Context, s step) error {
	now, err := w.look(ctx, s.as)
	if err != nil {
		return err
	}
	switch {
	case w.state.Trying == s.name || s.ready(now):
		return w.take(ctx, s, now)
	case s.missed(now):
		w.Sayf("  · passed over: %s (the case is in %s already)", s.says, now.Stage)
		return w.state.mark(s.name, tooLate)
	}
	return w.wait(ctx, now)
}

func (w *walker) take(ctx context.Context, s step, now situation) error {
	if err := w.state.try(s.name); err != nil {
		return err
	}
	err := s.do(ctx, now)
	if codeOf(err) == "action_not_allowed" {
		return w.state.try("") // the clock was faster between looking and acting
	}
	if err != nil {
		return err
	}
	w.Sayf("  · %s", s.says)
	return w.state.mark(s.name, done)
}

func (w *walker) wait(ctx context.Context, now situation) error {
	if about := now.Stage + now.WaitingOn; w.waited != about && len(now.Deadlines) > 0 {
		w.waited = about
		left := now.Deadlines[0].DueAt.Sub(w.Now()).Round(time.Second)
		w.Sayf("  … %s: waiting for the %s; the clock %s runs out in %s", now.Stage, now.WaitingOn, now.Deadlines[0].Kind, max(left, 0))
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(w.poll):
		return nil
	}
}

func (w *walker) result() Result {
	r := Result{Number: w.state.Number, CaseID: w.state.CaseID}
	if w.state.Done["papers"] != "" {
		r.Dossier, r.Bag = filepath.Join(w.Dir, "dossier.pdf"), filepath.Join(w.Dir, "bag.zip")
	}
	return r
}

// verify has the product's own verifier judge the bag, offline, and shows what
// it says.
func (w *walker) verify(ctx context.Context, bag string) error {
	if w.Recourse == "" {
		return nil
	}
	out, err := exec.CommandContext(ctx, w.Recourse, "verify", bag).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		w.Sayf("      %s", strings.TrimRight(line, "\n"))
	}
	if err != nil {
		return errors.New("the bag does not verify")
	}
	return nil
}
