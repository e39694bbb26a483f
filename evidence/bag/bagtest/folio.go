// Package bagtest makes folios for tests: a whole small case with a real
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
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// KeyName is the name of every key made here.
const KeyName = "recourse.example/2026"

// Start is when the first entry is written; each next one is a minute later.
var Start = time.Date(2026, 11, 21, 4, 5, 6, 789_000_000, time.UTC)

// Case is what to make. The zero value is a sound, small court case.
type Case struct {
	Seed     uint64 // of keys, salts and originals
	Entries  int    // at least 4; 12 when zero
	Exhibits int    // distinct originals; 3 when zero, none when negative
	Audience recovery.Audience
	Pace     int
	Unsealed bool
	Withhold bool      // the first original stays out; not for court and archive
	Copied   bool      // a copy goes in the place of the first original; not for court and archive
	Twice    bool      // the first original is handed in once more at the end
	Mask     bool      // no values
	Erased   bool      // the entry before the last tells of an erasure
	Start    time.Time // of the journal; the constant Start when zero
	Rotated  int       // keys before the one that signs, with a checkpoint by each
}

// Random is a reader of bytes that are the same for the same seed.
func Random(seed uint64) io.Reader {
	var key [32]byte
	key[0], key[1], key[2], key[3] = byte(seed), byte(seed>>8), byte(seed>>16), byte(seed>>24)
	return rand.NewChaCha8(key)
}

// Signer makes the signer of a seed.
func Signer(t testing.TB, seed uint64) *journal.Signer {
	t.Helper()
	secret, err := journal.GenerateKey(Random(seed^0x5eed), KeyName)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// narrative holds what JSON and HTML treat in their own ways.
const narrative = "发错了群 😀 <b>&\u2028"

// maker writes one case's journal.
type maker struct {
	t      testing.TB
	id     recovery.CaseID
	head   *journal.Head
	random io.Reader
	want   Case
	folio  folio.Folio
}

// Folio makes the folio of a case.
func Folio(t testing.TB, want Case) folio.Folio {
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
	m := &maker{t: t, head: journal.NewHead(), random: Random(want.Seed), want: want}
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
	if m.folio.Keys, err = Signer(t, want.Seed).StartHistory(want.Start); err != nil {
		t.Fatal(err)
	}
	m.write()
	m.sign(Signer(t, want.Seed+uint64(want.Rotated)*1000))
	return m.folio
}

func (m *maker) write() {
	m.add(recovery.EntryCaseFiled, map[string]any{"number": m.folio.Case.Number, "amount_fen": m.folio.Case.Amount, "counterparts": 0},
		map[string]string{"claimant.name": "王小明", "claimant.phone": "13800000000", "narrative": narrative}, nil)
	for i := range m.want.Exhibits {
		m.addOriginal(i)
	}
	if m.want.Twice {
		m.take(m.folio.Exhibits[0], m.want.Exhibits)
	}
	if m.want.Copied {
		m.copyFirst()
	}
	last := m.want.Entries - 1
	if m.want.Erased {
		last--
	}
	for n := 0; len(m.folio.Entries) < last; n++ {
		m.add(recovery.EntryNoteAdded, map[string]any{"n": n, "nested": map[string]any{"list": []int{1, 2}, "half": 0.5}},
			map[string]string{"text": fmt.Sprintf("备注 %d", n)}, nil)
	}
	if m.want.Erased {
		m.erase()
	}
	facts := map[string]any{"audience": m.want.Audience, "export_id": "x"}
	if !m.want.Unsealed {
		facts["sealed"] = true
	}
	m.add(recovery.EntryExportRequested, facts, nil, nil)
	m.folio.At = m.now()
}

// copyFirst makes a shown copy of the first original.
func (m *maker) copyFirst() {
	m.t.Helper()
	first := &m.folio.Exhibits[0]
	made := NewExhibit([]byte("a copy without metadata"), "image/jpeg")
	first.Copy = &folio.Copy{SHA256: made.SHA256, Size: made.Size, MediaType: made.MediaType, Open: made.Open}
	m.add(recovery.EntryEvidenceDerived, map[string]any{
		"evidence_id": first.ID, "of_sha256": first.SHA256, "copy": "view", "sha256": made.SHA256, "size": made.Size,
	}, nil, nil)
}

// erase takes every value and every original, as a store does whose case was
// erased on request.
func (m *maker) erase() {
	m.t.Helper()
	for i := range m.folio.Entries {
		m.folio.Entries[i].Values = nil
	}
	for i := range m.folio.Exhibits {
		m.folio.Exhibits[i].Withheld, m.folio.Exhibits[i].Open = true, nil
	}
	m.add(recovery.EntryValuesErased, map[string]any{"because": "request", "files": len(m.folio.Exhibits)}, nil, nil)
}

func (m *maker) now() time.Time {
	return m.want.Start.Add(time.Duration(len(m.folio.Entries)) * time.Minute)
}

func (m *maker) add(kind recovery.EntryKind, facts map[string]any, personal map[string]string, blob *journal.Blob) {
	m.t.Helper()
	salt := make(oneSalt, journal.SaltSize)
	if _, err := io.ReadFull(m.random, salt); err != nil {
		m.t.Fatal(err)
	}
	record, err := journal.AppendEntry(m.head, m.id, journal.Draft{
		Kind: kind, At: m.now(), Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "0193a4c0-0000-7000-8000-00000000abcd"},
		Collector: journal.Collector{Tool: "recourse", Version: "0.1.0"}, Facts: facts, Personal: personal, Blob: blob, Pace: m.want.Pace,
	}, salt)
	if err != nil {
		m.t.Fatal(err)
	}
	parsed, err := journal.ParseEntry(record.Bytes)
	if err != nil {
		m.t.Fatal(err)
	}
	entry := folio.Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed}
	if !m.want.Mask {
		entry.Values = record.Values
	}
	m.folio.Entries = append(m.folio.Entries, entry)
	if len(m.folio.Earlier) < m.want.Rotated {
		m.rotate()
	}
}

// rotate signs a checkpoint after each of the first entries, and hands over to
// the next key half a minute later.
func (m *maker) rotate() {
	m.t.Helper()
	generation := uint64(len(m.folio.Earlier))
	last, next := Signer(m.t, m.want.Seed+generation*1000), Signer(m.t, m.want.Seed+(generation+1)*1000)
	note, err := last.SignCheckpoint(m.id, m.head)
	if err != nil {
		m.t.Fatal(err)
	}
	m.folio.Earlier = append(m.folio.Earlier, folio.Checkpoint{Size: int64(len(m.folio.Entries)), Note: note})
	if m.folio.Keys, err = journal.RotateKey(m.folio.Keys, last, next, m.now().Add(-30*time.Second)); err != nil {
		m.t.Fatal(err)
	}
}

// Continue is the folio of a case whose journal went on after an export, up to
// another one at so many entries. A key more than before is handed over to.
func Continue(t testing.TB, earlier folio.Folio, want Case, entries int) folio.Folio {
	t.Helper()
	want.Start, want.Audience = Start, earlier.Audience
	m := &maker{t: t, id: earlier.Case.ID, head: journal.NewHead(), random: Random(want.Seed ^ 0xbeef), want: want, folio: earlier}
	m.want.Rotated = max(want.Rotated, len(earlier.Earlier))
	for _, entry := range earlier.Entries {
		replay(t, m.head, entry.Raw)
	}
	m.folio.Entries = append([]folio.Entry(nil), earlier.Entries...)
	for len(m.folio.Entries) < entries-1 {
		m.add(recovery.EntryNoteAdded, map[string]any{"later": len(m.folio.Entries)}, nil, nil)
	}
	m.add(recovery.EntryExportRequested, map[string]any{"audience": earlier.Audience, "export_id": "y", "sealed": true}, nil, nil)
	m.folio.At = m.now()
	m.sign(Signer(t, want.Seed+uint64(m.want.Rotated)*1000))
	return m.folio
}

// replay moves a head over an entry that was written before.
func replay(t testing.TB, head *journal.Head, raw []byte) {
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

// oneSalt gives every value of an entry the same salt: the journal salts values
// in any order, and folios here are the same every time.
type oneSalt []byte

func (s oneSalt) Read(p []byte) (int, error) { return copy(p, s), nil }

var mediaTypes = []string{"image/png", "text/plain; charset=utf-8", "video/mp4", "application/octet-stream"}

func (m *maker) addOriginal(i int) {
	m.t.Helper()
	data := make([]byte, 100+37*i)
	if _, err := io.ReadFull(m.random, data); err != nil {
		m.t.Fatal(err)
	}
	m.take(NewExhibit(data, mediaTypes[i%len(mediaTypes)]), i)
}

// take hands in an original as the one of this number.
func (m *maker) take(exhibit folio.Exhibit, i int) {
	exhibit.ID = recovery.EvidenceID(fmt.Sprintf("0193a4c0-0000-7000-9000-%012x", i))
	exhibit.Kind, exhibit.ReceivedAt, exhibit.FileName = recovery.OtherEvidence, m.now(), fmt.Sprintf("图%d.png", i)
	m.add(recovery.EntryEvidenceAdded, map[string]any{"kind": exhibit.Kind, "evidence_id": exhibit.ID}, map[string]string{"file_name": exhibit.FileName},
		&journal.Blob{SHA256: exhibit.SHA256, Size: exhibit.Size, MediaType: exhibit.MediaType})
	exhibit.Seq = int64(len(m.folio.Entries))
	if i > 0 || !m.want.Withhold {
		m.folio.Exhibits = append(m.folio.Exhibits, exhibit)
	}
}

// NewExhibit is an exhibit over bytes in memory.
func NewExhibit(data []byte, mediaType string) folio.Exhibit {
	sum := sha256.Sum256(data)
	return folio.Exhibit{
		Evidence: recovery.Evidence{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), MediaType: mediaType},
		Open:     func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

func (m *maker) sign(signer *journal.Signer) {
	m.t.Helper()
	note, err := signer.SignCheckpoint(m.id, m.head)
	if err != nil {
		m.t.Fatal(err)
	}
	m.folio.Checkpoint, m.folio.Root, m.folio.Key = note, m.head.RootHex(), signer.VerifierKey()
	if !m.want.Unsealed {
		m.folio.Seal = signer.SignSeal
	}
}

// Dossier opens a stand-in for the dossier, for packages that only carry it.
func Dossier() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader([]byte("%PDF-1.4\nnot read by whoever carries it\n%%EOF\n"))), nil
}

// Write lays out and writes the bag of a folio.
func Write(ctx context.Context, w io.Writer, f folio.Folio, dossier func() (io.ReadCloser, error)) (bag.Result, error) {
	plan, err := bag.NewPlan(f)
	if err != nil {
		return bag.Result{}, err
	}
	return plan.Write(ctx, w, dossier)
}
