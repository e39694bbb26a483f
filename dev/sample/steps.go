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

// step is one thing somebody does in the story.
type step struct {
	name   string // in keys and state
	says   string // to the person watching
	as     string // role
	ready  func(situation) bool
	missed func(situation) bool
	do     func(context.Context, situation) error
}

func (w *walker) steps() []step {
	return []step{
		w.evidence("statement", "claimant", "the wallet's bill uploaded, the transaction found in it", open),
		w.evidence("transfer", "claimant", "screenshot of the transfer uploaded", open),
		w.evidence("group", "claimant", "screenshot of the group uploaded", open),
		w.evidence("family", "claimant", "screenshot of the conversation it was meant for uploaded", open),
		w.action("contact", "asked for the money in private", "claimant", "private_contact", "record_contact", w.contact),
		w.action("group_contact", "asked in the group", "claimant", "group_notice", "record_contact", w.groupNotice),
		w.evidence("notice", "claimant", "screenshot of the group notice uploaded", from("group_notice")),
		w.action("appeal", "appeal submitted to the platform's customer service", "claimant", "appeal", "submit_appeal", w.plain(map[string]any{"confirm": true})),
		w.action("assign", "the agent took the case", "agent", "appeal", "assign", w.plain(map[string]any{})),
		w.action("note", "the agent looked at it", "agent", "appeal", "add_note", w.plain(w.story.Note)),
		w.action("reply", "the platform's reply recorded", "agent", "appeal", "record_platform_reply", w.dated("reply", "at", w.story.Reply)),
		w.evidence("ticket", "agent", "the platform's ticket uploaded", from("appeal")),
		w.action("decision", "appeal decided: denied", "agent", "appeal", "decide_appeal", w.plain(w.story.Decision)),
		w.action("route", "legal chose small claims", "legal", "legal", "choose_route", w.plain(w.story.Route)),
	}
}

// open: evidence may come as long as the case is open.
func open(s situation) bool { return s.Stage != "closed" }

func from(stage string) func(situation) bool {
	return func(s situation) bool { return open(s) && (s.Stage == stage || s.past(stage)) }
}

func closed(s situation) bool { return s.Stage == "closed" }

// action is a step that posts an act. It is ready when the server says so, and
// only in the stage the story has it in.
func (w *walker) action(name, says, as, stage, action string, body func(context.Context, situation) (map[string]any, error)) step {
	return step{
		name: name, says: says, as: as,
		ready:  func(s situation) bool { return s.Stage == stage && s.allows(action) },
		missed: func(s situation) bool { return s.past(stage) },
		do: func(ctx context.Context, now situation) error {
			content, err := body(ctx, now)
			if err != nil {
				return err
			}
			return w.client.do(ctx, call{
				as: as, method: http.MethodPost, key: w.state.key(name), body: content,
				path: "/cases/" + w.state.CaseID + "/actions/" + action,
			}, nil)
		},
	}
}

func (w *walker) plain(body map[string]any) func(context.Context, situation) (map[string]any, error) {
	return func(context.Context, situation) (map[string]any, error) { return body, nil }
}

// dated adds the instant of the step, which stays the same however often the
// step is tried.
func (w *walker) dated(name, field string, body map[string]any) func(context.Context, situation) (map[string]any, error) {
	return func(context.Context, situation) (map[string]any, error) {
		at, err := w.state.moment(name, w.Now())
		full := maps.Clone(body)
		full[field] = at.Format(time.RFC3339)
		return full, err
	}
}

func (w *walker) contact(ctx context.Context, now situation) (map[string]any, error) {
	body, err := w.dated("contact", "sent_at", w.story.Contact)(ctx, now)
	body["in_group"] = false
	if len(now.Counterparts) > 0 {
		body["counterpart_id"] = now.Counterparts[0].ID
	}
	return body, err
}

func (w *walker) groupNotice(ctx context.Context, now situation) (map[string]any, error) {
	body, err := w.dated("group_contact", "sent_at", w.story.Notice)(ctx, now)
	body["in_group"] = true
	return body, err
}

// evidence is a step that uploads one generated file.
func (w *walker) evidence(name, as, says string, ready func(situation) bool) step {
	return step{
		name: name, says: says, as: as, ready: ready, missed: closed,
		do: func(ctx context.Context, _ situation) error { return w.upload(ctx, name, as) },
	}
}

func (w *walker) upload(ctx context.Context, name, as string) error {
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
	if content.bytes, err = w.generated(name, content.file); err != nil {
		return err
	}
	return w.client.do(ctx, call{
		as: as, method: http.MethodPost, path: "/cases/" + w.state.CaseID + target, key: w.state.key(name), body: content,
	}, nil)
}

// capturedAt is the evening of the mis-send, or for what came of it the walk itself.
func (w *walker) capturedAt(name string) (time.Time, error) {
	after := map[string]time.Duration{"transfer": 20 * time.Minute, "group": 25 * time.Minute, "family": 27 * time.Minute}
	if delay, ofThatEvening := after[name]; ofThatEvening {
		return w.state.sentAt().Add(delay), nil
	}
	return w.state.moment(name, w.Now())
}

// generated makes the file of a step once and keeps it beside the state: what
// was sent can be looked at, and a repetition sends the same bytes.
func (w *walker) generated(name, file string) ([]byte, error) {
	path := filepath.Join(w.Dir, file)
	if kept, err := os.ReadFile(path); err == nil && len(kept) > 0 {
		return kept, nil
	}
	content, err := w.generate(name)
	if err != nil {
		return nil, err
	}
	draft := path + ".new"
	if err := os.WriteFile(draft, content, 0o600); err != nil {
		return nil, fmt.Errorf("keep a file of the sample: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return nil, fmt.Errorf("keep a file of the sample: %w", err)
	}
	return content, nil
}

func (w *walker) generate(name string) ([]byte, error) {
	if name == "statement" {
		return w.story.bill(&w.state)
	}
	if w.pen == nil {
		p, err := newPen(w.Fonts)
		if err != nil {
			return nil, err
		}
		w.pen = p
	}
	at, err := w.capturedAt(name)
	if err != nil {
		return nil, err
	}
	return w.pen.picture(w.story.Screens[name], w.story.amount(), w.state.sentAt(), at)
}

// papers has dossier and bag built for a court, fetches and verifies them.
func (w *walker) papers(ctx context.Context) error {
	if w.state.Done["papers"] != "" {
		return nil
	}
	var export struct {
		ID      string   `json:"id"`
		State   string   `json:"state"`
		Pages   int      `json:"pages"`
		Missing []string `json:"missing"`
	}
	request := call{
		as: "legal", method: http.MethodPost, path: "/cases/" + w.state.CaseID + "/exports", key: w.state.key("export"),
		body: map[string]any{"audience": "court"},
	}
	if err := w.client.do(ctx, request, &export); err != nil {
		return fmt.Errorf("ask for the papers: %w", err)
	}
	w.Sayf("  · dossier and bag asked for")
	for export.State != "ready" {
		if export.State == "failed" {
			return fmt.Errorf("the papers could not be built: export %s failed", export.ID)
		}
		if err := w.wait(ctx, situation{}); err != nil {
			return err
		}
		if err := w.client.do(ctx, call{as: "legal", method: http.MethodGet, path: "/exports/" + export.ID}, &export); err != nil {
			return fmt.Errorf("ask for the papers: %w", err)
		}
	}
	w.Sayf("  · dossier of %d pages and bag built", export.Pages)
	for _, missing := range export.Missing {
		w.Sayf("      not complete: %s", missing)
	}
	return w.fetch(ctx, export.ID)
}

func (w *walker) fetch(ctx context.Context, export string) error {
	w.state.ExportID = export
	for _, name := range []string{"dossier.pdf", "bag.zip"} {
		var content bytes.Buffer
		if err := w.client.do(ctx, call{as: "legal", method: http.MethodGet, path: "/exports/" + export + "/" + name}, &content); err != nil {
			return fmt.Errorf("fetch %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(w.Dir, name), content.Bytes(), 0o600); err != nil {
			return fmt.Errorf("keep %s: %w", name, err)
		}
	}
	w.Sayf("  · bag verified offline:")
	if err := w.verify(ctx, filepath.Join(w.Dir, "bag.zip")); err != nil {
		return err
	}
	return w.state.mark("papers", done)
}
