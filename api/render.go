package api

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/recovery"
)

// renderTime returns a time in China's zone, truncated to the microseconds that
// the database stores.
func renderTime(at time.Time) time.Time { return at.Truncate(time.Microsecond).In(recovery.Shanghai) }

func renderTimeOrNull(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	result := renderTime(*at)
	return &result
}

// nullIfEmpty renders an empty string as null.
func nullIfEmpty[To, From ~string](value From) *To {
	if value == "" {
		return nil
	}
	result := To(value)
	return &result
}

func convertStrings[To, From ~string](list []From) []To {
	result := make([]To, len(list))
	for i, value := range list {
		result[i] = To(value)
	}
	return result
}

// renderList renders each item of a list. An empty list is [], not null.
func renderList[From, To any](list []From, render func(From) To) []To {
	result := make([]To, len(list))
	for i, item := range list {
		result[i] = render(item)
	}
	return result
}

// emptyIfNil returns [] for a nil list.
func emptyIfNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// marshalJSON encodes JSON without HTML escapes.
func marshalJSON(value any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding a response: %w", err)
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), nil
}

func renderActor(a recovery.Actor) Actor { return Actor{Role: Role(a.Role), ID: string(a.ID)} }

func renderExportAccepted(e recovery.Export) ExportAccepted {
	return ExportAccepted{
		ID: string(e.ID), CaseID: string(e.CaseID), Audience: Audience(e.Audience), State: ExportState(e.State),
		CreatedAt: renderTime(e.CreatedAt),
	}
}

func renderExport(e recovery.Export) Export {
	result := Export{
		ID: string(e.ID), CaseID: string(e.CaseID), Audience: Audience(e.Audience), State: ExportState(e.State),
		Missing: emptyIfNil(e.Missing), Sha256: nullIfEmpty[string](e.SHA256), BagSha256: nullIfEmpty[string](e.BagSHA256),
		Entries: e.Size, Failure: nullIfEmpty[string](e.Failure), CreatedAt: renderTime(e.CreatedAt), ReadyAt: renderTimeOrNull(e.ReadyAt),
	}
	if e.Pages > 0 {
		result.Pages = &e.Pages
	}
	return result
}

func renderText(t playbook.Text) Text {
	return Text{
		ID: t.ID, Audience: t.Audience, Channel: t.Channel, Subject: t.Subject, Body: t.Body, Short: t.Short,
		En: Wording{Subject: t.English.Subject, Body: t.English.Body, Short: t.English.Short}, Warnings: emptyIfNil(t.Warnings),
	}
}

func renderCheckpoint(c *journal.Checkpoint) *Checkpoint {
	if c == nil {
		return nil
	}
	return &Checkpoint{Size: c.Size, Root: c.Root, Note: c.Note, At: renderTime(c.At)}
}

func renderEntry(line casework.JournalLine) JournalEntry {
	return JournalEntry{
		Seq: line.Seq, Version: line.Version, At: renderTime(line.At), Kind: EntryKind(line.Entry.Kind), Actor: renderActor(line.Entry.Actor),
		Hash: hex.EncodeToString(line.Hash[:]), Body: renderBody(line), Corrects: numberOrNull(line.Entry.Corrects()),
		CorrectedBy: numberOrNull(line.CorrectedBy),
	}
}

func renderBody(line casework.JournalLine) JournalBody {
	entry := line.Entry
	body := JournalBody{
		Facts: entry.Facts, Values: line.Values, Erased: emptyIfNil(line.Erased), Withheld: emptyIfNil(line.Withheld),
		Commitments: entry.Commitments, Pace: max(1, entry.Pace), Prev: entry.Prev, Blob: renderBlob(entry.Blob),
		Collector: Collector{
			Tool: entry.Collector.Tool, Version: entry.Collector.Version, Device: nullIfEmpty[string](line.Device),
		},
	}
	if body.Facts == nil {
		body.Facts = map[string]any{}
	}
	if body.Values == nil {
		body.Values = map[string]string{}
	}
	if body.Commitments == nil {
		body.Commitments = map[string]string{}
	}
	if at, err := time.Parse(time.RFC3339Nano, entry.ClaimedAt); err == nil {
		body.ClaimedAt = renderTimeOrNull(&at)
	}
	return body
}

func renderBlob(b *journal.Blob) *BlobRef {
	if b == nil {
		return nil
	}
	return &BlobRef{Sha256: b.SHA256, Size: b.Size, MediaType: b.MediaType}
}

// numberOrNull renders the number of an entry; 0 is none.
func numberOrNull(seq int64) *int64 {
	if seq == 0 {
		return nil
	}
	return &seq
}

func renderCorrection(m recovery.CorrectionMark) EntryCorrection {
	return EntryCorrection{Seq: m.Seq, BySeq: m.BySeq, At: renderTime(m.At), TakenBack: m.TakenBack}
}

func renderPendingCorrection(p recovery.PendingCorrection) PendingCorrection {
	return PendingCorrection{Seq: p.Seq, By: string(p.By), TakenBack: p.Replacement == nil}
}
