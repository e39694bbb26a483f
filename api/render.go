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

// local tells an instant as the record keeps it, to the microsecond.
func local(at time.Time) time.Time { return at.Truncate(time.Microsecond).In(recovery.Shanghai) }

func localOrNil(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	told := local(*at)
	return &told
}

// orNil tells an empty word as null.
func orNil[To, From ~string](word From) *To {
	if word == "" {
		return nil
	}
	told := To(word)
	return &told
}

func words[To, From ~string](list []From) []To {
	told := make([]To, len(list))
	for i, word := range list {
		told[i] = To(word)
	}
	return told
}

// each tells a list; an empty one is [], never null.
func each[From, To any](list []From, tell func(From) To) []To {
	told := make([]To, len(list))
	for i, item := range list {
		told[i] = tell(item)
	}
	return told
}

// notNil gives [] for no list.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// marshal writes JSON without the escapes that only HTML needs.
func marshal(value any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("writing an answer: %w", err)
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), nil
}

func actorOf(a recovery.Actor) Actor { return Actor{Role: Role(a.Role), ID: string(a.ID)} }

func acceptedOf(e recovery.Export) ExportAccepted {
	return ExportAccepted{
		ID: string(e.ID), CaseID: string(e.CaseID), Audience: Audience(e.Audience), State: ExportState(e.State),
		CreatedAt: local(e.CreatedAt),
	}
}

func exportOf(e recovery.Export) Export {
	told := Export{
		ID: string(e.ID), CaseID: string(e.CaseID), Audience: Audience(e.Audience), State: ExportState(e.State),
		Missing: notNil(e.Missing), Sha256: orNil[string](e.SHA256), BagSha256: orNil[string](e.BagSHA256),
		Entries: e.Size, Failure: orNil[string](e.Failure), CreatedAt: local(e.CreatedAt), ReadyAt: localOrNil(e.ReadyAt),
	}
	if e.Pages > 0 {
		told.Pages = &e.Pages
	}
	return told
}

func textOf(t playbook.Text) Text {
	return Text{
		ID: t.ID, Audience: t.Audience, Channel: t.Channel, Subject: t.Subject, Body: t.Body, Short: t.Short,
		En: Wording{Subject: t.English.Subject, Body: t.English.Body, Short: t.English.Short}, Warnings: notNil(t.Warnings),
	}
}

func checkpointOf(c *journal.Checkpoint) *Checkpoint {
	if c == nil {
		return nil
	}
	return &Checkpoint{Size: c.Size, Root: c.Root, Note: c.Note, At: local(c.At)}
}

func entryOf(line casework.JournalLine) JournalEntry {
	return JournalEntry{
		Seq: line.Seq, At: local(line.At), Kind: EntryKind(line.Entry.Kind), Actor: actorOf(line.Entry.Actor),
		Hash: hex.EncodeToString(line.Hash[:]), Body: bodyOf(line),
	}
}

func bodyOf(line casework.JournalLine) JournalBody {
	entry := line.Entry
	body := JournalBody{
		Facts: entry.Facts, Values: line.Values, Erased: notNil(line.Erased), Withheld: notNil(line.Withheld),
		Commitments: entry.Commitments, Pace: max(1, entry.Pace), Prev: entry.Prev, Blob: blobOf(entry.Blob),
		Collector: Collector{
			Tool: entry.Collector.Tool, Version: entry.Collector.Version, Device: orNil[string](entry.Collector.Device),
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
		body.ClaimedAt = localOrNil(&at)
	}
	return body
}

func blobOf(b *journal.Blob) *BlobRef {
	if b == nil {
		return nil
	}
	return &BlobRef{Sha256: b.SHA256, Size: b.Size, MediaType: b.MediaType}
}
