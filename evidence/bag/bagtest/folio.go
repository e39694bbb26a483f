// Package bagtest creates folios for tests: a small, complete case with a real
// journal, a real checkpoint and originals in memory. Only tests may import it.
package bagtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"recourse/evidence/bag"
	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// KeyName is the name of every key of this package.
const KeyName = "recourse.example/2026"

// Start is the time of the first entry. Each following entry is a minute later.
var Start = time.Date(2026, 11, 21, 4, 5, 6, 789_000_000, time.UTC)

// Case describes the folio to create. The zero value is a small case for the court.
type Case struct {
	Seed      uint64 // of keys, salts and originals
	Entries   int    // at least 4; 12 when zero
	Exhibits  int    // distinct originals; 3 when zero, none when negative
	Audience  recovery.Audience
	Pace      int
	Unsealed  bool
	Withheld  bool               // the first original is withheld; not for court and archive
	Copied    bool               // a copy replaces the first original; not for court and archive
	Bill      func(*copies.Rows) // rows of a bill replace the first original, changed by this; nil for none
	Duplicate bool               // the first original is submitted a second time
	Redacted  bool               // no personal values are disclosed
	Erased    bool               // the last entry but one records an erasure
	Start     time.Time          // of the journal; Start when zero
	Rotations int                // number of retired keys, each with a checkpoint
	Extra     []ExtraEntry
}

// ExtraEntry is an entry to add after those of the exhibits.
type ExtraEntry struct {
	Kind  recovery.EntryKind
	Facts map[string]any
}

// NewRandom returns a reader of random bytes that depend only on the seed.
func NewRandom(seed uint64) io.Reader {
	var key [32]byte
	key[0], key[1], key[2], key[3] = byte(seed), byte(seed>>8), byte(seed>>16), byte(seed>>24)
	return rand.NewChaCha8(key)
}

// NewSigner returns a signer whose key depends only on the seed.
func NewSigner(t testing.TB, seed uint64) *journal.Signer {
	t.Helper()
	secret, err := journal.GenerateKey(NewRandom(seed^0x5eed), KeyName)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// narrative contains characters that JSON and HTML encoders escape.
const narrative = "发错了群 😀 <b>&\u2028"

// folioBuilder builds the journal and the folio of one case.
type folioBuilder struct {
	t       testing.TB
	id      recovery.CaseID
	head    *journal.Head
	random  io.Reader
	options Case
	folio   folio.Folio
}

// NewFolio creates the folio of a case.
func NewFolio(t testing.TB, want Case) folio.Folio {
	t.Helper()
	if want.Entries == 0 {
		want.Entries = 12
	}
	if want.Exhibits == 0 {
		want.Exhibits = 3
	}
	if want.Start.IsZero() {
		want.Start = Start
	}
	if want.Audience == "" {
		want.Audience = recovery.ForCourt
	}
	m := &folioBuilder{t: t, head: journal.NewHead(), random: NewRandom(want.Seed), options: want}
	m.id = recovery.CaseID(fmt.Sprintf("0193a4c0-0000-7000-8000-%012x", want.Seed))
	m.folio = folio.Folio{
		Case: recovery.Case{
			ID: m.id, Number: recovery.CaseNumber(fmt.Sprintf("R20261121-%06d", want.Seed%1_000_000)), Pace: want.Pace, Amount: 200_000,
			Claimant: recovery.Claimant{Name: "王小明", Phone: "13800000000"}, Narrative: narrative,
			SentAt: want.Start, CreatedAt: want.Start,
		},
		Audience: want.Audience, Generator: "recourse 0.1.0", Custodian: "示例公司 Recourse",
	}
	var err error
	if m.folio.Keys, err = NewSigner(t, want.Seed).StartHistory(want.Start); err != nil {
		t.Fatal(err)
	}
	m.addEntries()
	m.signCheckpoint(NewSigner(t, want.Seed+uint64(want.Rotations)*1000))
	return m.folio
}

func (m *folioBuilder) addEntries() {
	m.appendEntry(recovery.EntryCaseFiled, map[string]any{"number": m.folio.Case.Number, "amount_fen": m.folio.Case.Amount, "counterparts": 0},
		map[string]string{"claimant.name": "王小明", "claimant.phone": "13800000000", "narrative": narrative}, nil)
	for i := range m.options.Exhibits {
		m.addOriginal(i)
	}
	if m.options.Duplicate {
		m.recordOriginal(m.folio.Exhibits[0], m.options.Exhibits)
	}
	if m.options.Copied {
		m.addCopy()
	}
	if m.options.Bill != nil {
		m.addBill()
	}
	for _, extra := range m.options.Extra {
		m.appendEntry(extra.Kind, extra.Facts, nil, nil)
	}
	last := m.options.Entries - 1
	if m.options.Erased {
		last--
	}
	for n := 0; len(m.folio.Entries) < last; n++ {
		m.appendEntry(recovery.EntryNoteAdded, map[string]any{"n": n, "nested": map[string]any{"list": []int{1, 2}, "half": 0.5}},
			map[string]string{"text": fmt.Sprintf("备注 %d", n)}, nil)
	}
	if m.options.Erased {
		m.eraseValues()
	}
	facts := map[string]any{"audience": m.options.Audience, "export_id": "x"}
	if !m.options.Unsealed {
		facts["sealed"] = true
	}
	m.appendEntry(recovery.EntryExportRequested, facts, nil, nil)
	m.folio.At = m.nextTime()
}

// addCopy adds a copy that replaces the first original.
func (m *folioBuilder) addCopy() {
	m.t.Helper()
	first := &m.folio.Exhibits[0]
	made := NewExhibit([]byte("a copy without metadata"), "image/jpeg")
	first.Copy = &folio.Copy{SHA256: made.SHA256, Size: made.Size, MediaType: made.MediaType, Open: made.Open}
	m.appendEntry(recovery.EntryEvidenceDerived, map[string]any{
		"evidence_id": first.ID, "of_sha256": first.SHA256, "copy": "view", "sha256": made.SHA256, "size": made.Size,
	}, nil, nil)
}

// eraseValues removes every value and every original, like the store after an
// erasure request.
func (m *folioBuilder) eraseValues() {
	m.t.Helper()
	for i := range m.folio.Entries {
		m.folio.Entries[i].Values = nil
	}
	for i := range m.folio.Exhibits {
		m.folio.Exhibits[i].Withheld, m.folio.Exhibits[i].Open = true, nil
	}
	m.appendEntry(recovery.EntryValuesErased, map[string]any{"because": "request", "files": len(m.folio.Exhibits)}, nil, nil)
}

func (m *folioBuilder) nextTime() time.Time {
	return m.options.Start.Add(time.Duration(len(m.folio.Entries)) * time.Minute)
}

func (m *folioBuilder) appendEntry(kind recovery.EntryKind, facts map[string]any, personal map[string]string, blob *journal.Blob) {
	m.t.Helper()
	salt := make(fixedSalt, journal.SaltSize)
	if _, err := io.ReadFull(m.random, salt); err != nil {
		m.t.Fatal(err)
	}
	record, err := journal.AppendEntry(m.head, m.id, journal.Draft{
		Kind: kind, At: m.nextTime(), Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "0193a4c0-0000-7000-8000-00000000abcd"},
		Collector: journal.Collector{Tool: "recourse", Version: "0.1.0"}, Facts: facts, Personal: personal, Blob: blob, Pace: m.options.Pace,
	}, salt)
	if err != nil {
		m.t.Fatal(err)
	}
	parsed, err := journal.ParseEntry(record.Bytes)
	if err != nil {
		m.t.Fatal(err)
	}
	entry := folio.Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed}
	if !m.options.Redacted {
		entry.Values = record.Values
	}
	m.folio.Entries = append(m.folio.Entries, entry)
	if len(m.folio.Earlier) < m.options.Rotations {
		m.rotateKey()
	}
}

// rotateKey signs a checkpoint and adds the next key, valid half a minute later.
func (m *folioBuilder) rotateKey() {
	m.t.Helper()
	generation := uint64(len(m.folio.Earlier))
	last, next := NewSigner(m.t, m.options.Seed+generation*1000), NewSigner(m.t, m.options.Seed+(generation+1)*1000)
	note, err := last.SignCheckpoint(m.id, m.head)
	if err != nil {
		m.t.Fatal(err)
	}
	m.folio.Earlier = append(m.folio.Earlier, folio.Checkpoint{Size: int64(len(m.folio.Entries)), Note: note})
	if m.folio.Keys, err = journal.RotateKey(m.folio.Keys, last, next, m.nextTime().Add(-30*time.Second)); err != nil {
		m.t.Fatal(err)
	}
}

// ContinueFolio returns the folio of a later export of the same case, whose journal
// then has the given number of entries. If want has one more rotation than the
// earlier folio, the key is rotated after the earlier export.
func ContinueFolio(t testing.TB, earlier folio.Folio, want Case, entries int) folio.Folio {
	t.Helper()
	want.Start, want.Audience = Start, earlier.Audience
	m := &folioBuilder{t: t, id: earlier.Case.ID, head: journal.NewHead(), random: NewRandom(want.Seed ^ 0xbeef), options: want, folio: earlier}
	m.options.Rotations = max(want.Rotations, len(earlier.Earlier))
	for _, entry := range earlier.Entries {
		replayEntry(t, m.head, entry.Raw)
	}
	m.folio.Entries = append([]folio.Entry(nil), earlier.Entries...)
	for len(m.folio.Entries) < entries-1 {
		m.appendEntry(recovery.EntryNoteAdded, map[string]any{"later": len(m.folio.Entries)}, nil, nil)
	}
	m.appendEntry(recovery.EntryExportRequested, map[string]any{"audience": earlier.Audience, "export_id": "y", "sealed": true}, nil, nil)
	m.folio.At = m.nextTime()
	m.signCheckpoint(NewSigner(t, want.Seed+uint64(m.options.Rotations)*1000))
	return m.folio
}

// replayEntry advances head by an existing entry.
func replayEntry(t testing.TB, head *journal.Head, raw []byte) {
	t.Helper()
	leaf := sha256.Sum256(append([]byte{0}, raw...))
	edge := append(head.Hashes(), leaf[:])
	for size := head.Size() + 1; size&1 == 0; size >>= 1 {
		last := len(edge) - 1
		both := sha256.Sum256(append(append([]byte{1}, edge[last-1]...), edge[last]...))
		edge = append(edge[:last-1], both[:])
	}
	moved, err := journal.LoadHead(head.Size()+1, edge)
	if err != nil {
		t.Fatal(err)
	}
	*head = *moved
}

// fixedSalt gives all values of an entry the same salt. The journal salts values in
// random order, but test folios must be reproducible.
type fixedSalt []byte

func (s fixedSalt) Read(p []byte) (int, error) { return copy(p, s), nil }

var mediaTypes = []string{"image/png", "text/plain; charset=utf-8", "video/mp4", "application/octet-stream"}

func (m *folioBuilder) addOriginal(i int) {
	m.t.Helper()
	data := make([]byte, 100+37*i)
	if _, err := io.ReadFull(m.random, data); err != nil {
		m.t.Fatal(err)
	}
	m.recordOriginal(NewExhibit(data, mediaTypes[i%len(mediaTypes)]), i)
}

// recordOriginal adds an entry and an exhibit for the original with this number.
func (m *folioBuilder) recordOriginal(exhibit folio.Exhibit, i int) {
	exhibit.ID = recovery.EvidenceID(fmt.Sprintf("0193a4c0-0000-7000-9000-%012x", i))
	exhibit.Kind, exhibit.ReceivedAt, exhibit.FileName = recovery.OtherEvidence, m.nextTime(), fmt.Sprintf("图%d.png", i)
	m.appendEntry(recovery.EntryEvidenceAdded, map[string]any{"kind": exhibit.Kind, "evidence_id": exhibit.ID}, map[string]string{"file_name": exhibit.FileName},
		&journal.Blob{SHA256: exhibit.SHA256, Size: exhibit.Size, MediaType: exhibit.MediaType})
	exhibit.Seq = int64(len(m.folio.Entries))
	if i > 0 || !m.options.Withheld {
		m.folio.Exhibits = append(m.folio.Exhibits, exhibit)
	}
}

// NewExhibit returns an exhibit with these bytes.
func NewExhibit(data []byte, mediaType string) folio.Exhibit {
	sum := sha256.Sum256(data)
	return folio.Exhibit{
		Evidence: recovery.Evidence{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), MediaType: mediaType},
		Open:     func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

func (m *folioBuilder) signCheckpoint(signer *journal.Signer) {
	m.t.Helper()
	note, err := signer.SignCheckpoint(m.id, m.head)
	if err != nil {
		m.t.Fatal(err)
	}
	m.folio.Checkpoint, m.folio.Root, m.folio.Key = note, m.head.RootHex(), signer.VerifierKey()
	if !m.options.Unsealed {
		m.folio.Seal = signer.SignSeal
	}
}

// OpenDossier opens a placeholder for the dossier.
func OpenDossier() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader([]byte("%PDF-1.4\nnot read by whoever carries it\n%%EOF\n"))), nil
}

// WriteBag writes the bag of a folio.
func WriteBag(ctx context.Context, w io.Writer, f folio.Folio, dossier func() (io.ReadCloser, error)) (bag.Result, error) {
	plan, err := bag.NewPlan(f)
	if err != nil {
		return bag.Result{}, err
	}
	return plan.Write(ctx, w, dossier)
}
