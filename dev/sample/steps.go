package sample

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// step is one action of a person in the story.
type step struct {
	name      string // used in keys and state
	title     string // printed when done
	role      string
	isReady   func(caseStatus) bool
	isTooLate func(caseStatus) bool
	run       func(context.Context, caseStatus) error
}

func (w *walker) listSteps() []step {
	return []step{
		w.evidenceStep("statement", "claimant", "the wallet's bill uploaded, the transaction found in it", isOpen),
		w.evidenceStep("transfer", "claimant", "screenshot of the transfer uploaded", isOpen),
		w.evidenceStep("group", "claimant", "screenshot of the group uploaded", isOpen),
		w.evidenceStep("family", "claimant", "screenshot of the conversation it was meant for uploaded", isOpen),
		w.actionStep("contact", "asked for the money in private", "claimant", "private_contact", "record_contact", w.contactBody),
		w.actionStep("group_contact", "asked in the group", "claimant", "group_notice", "record_contact", w.groupNoticeBody),
		w.evidenceStep("notice", "claimant", "screenshot of the group notice uploaded", isOpenFrom("group_notice")),
		w.actionStep("appeal", "appeal submitted to the platform's customer service", "claimant", "appeal", "submit_appeal", w.fixedBody(map[string]any{"confirm": true})),
		w.actionStep("assign", "the agent took the case", "agent", "appeal", "assign", w.fixedBody(map[string]any{})),
		w.actionStep("note", "the agent looked at it", "agent", "appeal", "add_note", w.fixedBody(w.story.Note)),
		w.actionStep("reply", "the platform's reply recorded", "agent", "appeal", "record_platform_reply", w.datedBody("reply", "at", w.story.Reply)),
		w.evidenceStep("ticket", "agent", "the platform's ticket uploaded", isOpenFrom("appeal")),
		w.actionStep("decision", "appeal decided: denied", "agent", "appeal", "decide_appeal", w.fixedBody(w.story.Decision)),
		w.actionStep("route", "legal chose small claims", "legal", "legal", "choose_route", w.fixedBody(w.story.Route)),
	}
}

// isOpen reports whether evidence can be added.
func isOpen(s caseStatus) bool { return s.Stage != "closed" }

func isOpenFrom(stage string) func(caseStatus) bool {
	return func(s caseStatus) bool { return isOpen(s) && (s.Stage == stage || s.isPast(stage)) }
}

func isClosed(s caseStatus) bool { return s.Stage == "closed" }

// actionStep is a step that posts an action. It is ready when the server allows the
// action and the case is in the stage of the story.
func (w *walker) actionStep(name, says, as, stage, action string, body func(context.Context, caseStatus) (map[string]any, error)) step {
	return step{
		name: name, title: says, role: as,
		isReady:   func(s caseStatus) bool { return s.Stage == stage && s.allowsAction(action) },
		isTooLate: func(s caseStatus) bool { return s.isPast(stage) },
		run: func(ctx context.Context, now caseStatus) error {
			content, err := body(ctx, now)
			if err != nil {
				return err
			}
			return w.client.doCall(ctx, apiCall{
				role: as, method: http.MethodPost, key: w.state.idempotencyKey(name), body: content,
				path: "/cases/" + w.state.CaseID + "/actions/" + action,
			}, nil)
		},
	}
}

func (w *walker) fixedBody(body map[string]any) func(context.Context, caseStatus) (map[string]any, error) {
	return func(context.Context, caseStatus) (map[string]any, error) { return body, nil }
}

// datedBody adds the time of the step, which is the same in every attempt.
func (w *walker) datedBody(name, field string, body map[string]any) func(context.Context, caseStatus) (map[string]any, error) {
	return func(context.Context, caseStatus) (map[string]any, error) {
		at, err := w.state.stepTime(name, w.Now())
		full := maps.Clone(body)
		full[field] = at.Format(time.RFC3339)
		return full, err
	}
}

func (w *walker) contactBody(ctx context.Context, now caseStatus) (map[string]any, error) {
	body, err := w.datedBody("contact", "sent_at", w.story.Contact)(ctx, now)
	body["in_group"] = false
	if len(now.Counterparts) > 0 {
		body["counterpart_id"] = now.Counterparts[0].ID
	}
	return body, err
}

func (w *walker) groupNoticeBody(ctx context.Context, now caseStatus) (map[string]any, error) {
	body, err := w.datedBody("group_contact", "sent_at", w.story.Notice)(ctx, now)
	body["in_group"] = true
	return body, err
}

// evidenceStep is a step that uploads one generated file.
func (w *walker) evidenceStep(name, as, says string, ready func(caseStatus) bool) step {
	return step{
		name: name, title: says, role: as, isReady: ready, isTooLate: isClosed,
		run: func(ctx context.Context, _ caseStatus) error { return w.uploadFile(ctx, name, as) },
	}
}

func (w *walker) uploadFile(ctx context.Context, name, as string) error {
	target, shown := "/evidence", w.story.Screens[name]
	content := &form{file: name + ".png", fields: map[string]string{"kind": shown.Kind, "source": shown.Source, "description": shown.Title}}
	if name == "statement" {
		target, content.file, content.fields = "/statements", "微信支付账单.csv", nil
	} else {
		at, err := w.capturedAt(name)
		if err != nil {
			return err
		}
		content.fields["captured_at"] = at.Format(time.RFC3339)
	}
	var err error
	if content.bytes, err = w.loadOrGenerate(name, content.file); err != nil {
		return err
	}
	return w.client.doCall(ctx, apiCall{
		role: as, method: http.MethodPost, path: "/cases/" + w.state.CaseID + target, key: w.state.idempotencyKey(name), body: content,
	}, nil)
}

// capturedAt returns a time on the evening of the mistaken payment for files of that
// evening, and the time of the step for later ones.
func (w *walker) capturedAt(name string) (time.Time, error) {
	after := map[string]time.Duration{"transfer": 20 * time.Minute, "group": 25 * time.Minute, "family": 27 * time.Minute}
	if delay, sameEvening := after[name]; sameEvening {
		return w.state.sentAt().Add(delay), nil
	}
	return w.state.stepTime(name, w.Now())
}

// loadOrGenerate generates the file of a step once and stores it with the state. A
// repetition sends the same bytes, and the files can be inspected.
func (w *walker) loadOrGenerate(name, file string) ([]byte, error) {
	path := filepath.Join(w.Dir, file)
	if stored, err := os.ReadFile(path); err == nil && len(stored) > 0 {
		return stored, nil
	}
	content, err := w.generateFile(name)
	if err != nil {
		return nil, err
	}
	draft := path + ".new"
	if err := os.WriteFile(draft, content, 0o600); err != nil {
		return nil, fmt.Errorf("store a file of the sample: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return nil, fmt.Errorf("store a file of the sample: %w", err)
	}
	return content, nil
}

func (w *walker) generateFile(name string) ([]byte, error) {
	if name == "statement" {
		return w.story.encodeBill(&w.state)
	}
	if w.painter == nil {
		p, err := newPainter(w.Fonts)
		if err != nil {
			return nil, err
		}
		w.painter = p
	}
	at, err := w.capturedAt(name)
	if err != nil {
		return nil, err
	}
	return w.painter.drawScreen(w.story.Screens[name], w.story.amountFen(), w.state.sentAt(), at)
}

// buildExport requests dossier and bag for a court, downloads and verifies them.
func (w *walker) buildExport(ctx context.Context) error {
	if w.state.Done["papers"] != "" {
		return nil
	}
	var export struct {
		ID      string   `json:"id"`
		State   string   `json:"state"`
		Pages   int      `json:"pages"`
		Missing []string `json:"missing"`
	}
	request := apiCall{
		role: "legal", method: http.MethodPost, path: "/cases/" + w.state.CaseID + "/exports", key: w.state.idempotencyKey("export"),
		body: map[string]any{"audience": "court"},
	}
	if err := w.client.doCall(ctx, request, &export); err != nil {
		return fmt.Errorf("request the export: %w", err)
	}
	w.Printf("  · dossier and bag requested")
	for export.State != "ready" {
		if export.State == "failed" {
			return fmt.Errorf("export %s failed", export.ID)
		}
		if err := w.awaitChange(ctx, caseStatus{}); err != nil {
			return err
		}
		if err := w.client.doCall(ctx, apiCall{role: "legal", method: http.MethodGet, path: "/exports/" + export.ID}, &export); err != nil {
			return fmt.Errorf("request the export: %w", err)
		}
	}
	w.Printf("  · dossier of %d pages and bag built", export.Pages)
	for _, missing := range export.Missing {
		w.Printf("      incomplete: %s", missing)
	}
	return w.downloadExport(ctx, export.ID)
}

func (w *walker) downloadExport(ctx context.Context, export string) error {
	w.state.ExportID = export
	for _, name := range []string{"dossier.pdf", "bag.zip"} {
		var content bytes.Buffer
		if err := w.client.doCall(ctx, apiCall{role: "legal", method: http.MethodGet, path: "/exports/" + export + "/" + name}, &content); err != nil {
			return fmt.Errorf("download %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(w.Dir, name), content.Bytes(), 0o600); err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
	}
	w.Printf("  · bag verified offline:")
	if err := w.verifyBag(ctx, filepath.Join(w.Dir, "bag.zip")); err != nil {
		return err
	}
	return w.state.markEnded("papers", done)
}
