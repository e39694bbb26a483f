package bag

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// ErrNoStanding says that a bag does not hold what a dossier is made of beside
// the journal: only bags for the archive do.
var ErrNoStanding = errors.New("the bag holds no " + standingPath)

// maxRead is the most that is read of one file that is no original, in bytes.
const maxRead = 1 << 30

// Read gives the folio a bag for the archive was written from. The bag must have
// been verified: nothing is checked again. The originals are read from r, which
// must outlive the folio.
//
// Of the papers it holds what the playbook computed, and nothing that the journal
// says itself; the time of the stamp and the seal of the bag are left out.
// Errors: ErrNoStanding.
func Read(r io.ReaderAt, size int64) (folio.Folio, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return folio.Folio{}, fmt.Errorf("bag: %w", err)
	}
	b := &opened{files: map[string]*zip.File{}}
	for _, file := range archive.File {
		_, path, _ := strings.Cut(file.Name, "/")
		b.files[path] = file
	}
	f, err := b.folio()
	if err != nil {
		return folio.Folio{}, fmt.Errorf("bag: %w", err)
	}
	return f, nil
}

// opened is a bag that is read.
type opened struct {
	files map[string]*zip.File
	f     folio.Folio
}

func (b *opened) folio() (folio.Folio, error) {
	if b.files[standingPath] == nil {
		return b.f, ErrNoStanding
	}
	var said about
	var stood standing
	steps := []func() error{
		func() error { return b.decode("data/case.json", &said) },
		func() error { return b.decode(standingPath, &stood) },
		b.entries, b.values, b.vouchers,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return b.f, err
		}
	}
	b.f.Audience, b.f.Generator, b.f.Custodian = said.Audience, said.Generator, said.Custodian
	b.f.At = stood.At
	b.f.Case, b.f.Missing, b.f.SealedBy, b.f.Development = b.record(stood.Case), stood.Missing, stood.SealedBy, stood.Development
	b.f.Papers = computed(stood)
	b.exhibits(stood.Exhibits)
	return b.f, nil
}

func (b *opened) read(path string) ([]byte, error) {
	file := b.files[path]
	if file == nil {
		return nil, fmt.Errorf("%s is missing", path)
	}
	if file.UncompressedSize64 > maxRead {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxRead)
	}
	stream, err := file.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(stream, maxRead))
	return data, errors.Join(err, stream.Close())
}

func (b *opened) decode(path string, into any) error {
	raw, err := b.read(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (b *opened) entries() error {
	raw, err := b.read("data/journal/entries.jsonl")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		parsed, err := journal.ParseEntry(line)
		if err != nil {
			return err
		}
		b.f.Entries = append(b.f.Entries, folio.Entry{
			Raw: line, Hash: sha256.Sum256(append([]byte{0}, line...)), Parsed: parsed,
		})
	}
	return nil
}

func (b *opened) values() error {
	var all []shown
	if err := b.decode("data/journal/values.json", &all); err != nil {
		return err
	}
	for _, one := range all {
		salt, err := hex.DecodeString(one.Salt)
		if err != nil || one.Seq < 1 || one.Seq > len(b.f.Entries) {
			return fmt.Errorf("entry %d value %q: malformed", one.Seq, one.Path)
		}
		entry := &b.f.Entries[one.Seq-1]
		entry.Values = append(entry.Values, journal.Value{Path: one.Path, Value: one.Value, Salt: salt})
	}
	return nil
}

// vouchers are the checkpoint with its key and its stamp.
func (b *opened) vouchers() error {
	for path, into := range map[string]*string{
		"data/checkpoint.txt": &b.f.Checkpoint, "data/keys/checkpoint.vkey": &b.f.Key, historyPath: &b.f.Keys,
	} {
		raw, err := b.read(path)
		if err != nil {
			return err
		}
		*into = string(raw)
	}
	b.f.Key = strings.TrimSuffix(b.f.Key, "\n")
	root, err := rootOf(b.f.Checkpoint)
	if b.f.Root = root; err != nil || b.files[stampPath] == nil {
		return err
	}
	token, err := b.read(stampPath)
	b.f.Stamp = &folio.Stamp{Token: token}
	return err
}

// rootOf is the hex root a checkpoint signs: the third line of its text.
func rootOf(checkpoint string) (string, error) {
	lines := strings.SplitN(checkpoint, "\n", 4)
	if len(lines) < 4 {
		return "", errors.New("the checkpoint is cut")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	return hex.EncodeToString(root), err
}

// record is the case with the people entry 1 tells of, as far as nobody erased
// them.
func (b *opened) record(s standingCase) recovery.Case {
	filed := b.f.Entries[0]
	c := recovery.Case{
		ID: s.ID, Number: s.Number, Platform: s.Platform, Instrument: s.Instrument, Amount: s.Amount, SentAt: s.SentAt,
		Reason: s.Reason, ClaimState: s.ClaimState, Group: s.Group, Position: s.Position, Deadlines: s.Deadlines,
		Playbook: s.Playbook, Pace: s.Pace, CreatedAt: s.CreatedAt, ClosedAt: s.ClosedAt,
		TransactionNo: filed.Value("transaction_no"), Narrative: filed.Value("narrative"),
		Claimant: recovery.Claimant{
			Name: filed.Value("claimant.name"), Email: filed.Value("claimant.email"), Phone: filed.Value("claimant.phone"),
			Province: filed.Value("claimant.province"), City: filed.Value("claimant.city"),
		},
	}
	for i, one := range s.Counterparts {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{
			ID: one.ID, Claimed: one.Claimed, ClaimedAt: one.ClaimedAt, Answer: one.Answer, Refusal: one.Refusal, ReturnFen: one.Returned,
			Alias:   filed.Value(fmt.Sprintf("counterpart.%d.alias", i+1)),
			Contact: filed.Value(fmt.Sprintf("counterpart.%d.contact", i+1)),
		})
	}
	return c
}

func (b *opened) exhibits(all []standingExhibit) {
	for _, one := range all {
		if one.Seq < 1 || one.Seq > int64(len(b.f.Entries)) || b.f.Entries[one.Seq-1].Parsed.Blob == nil {
			continue // a verified bag has none such
		}
		entry := b.f.Entries[one.Seq-1]
		blob := entry.Parsed.Blob
		e := folio.Exhibit{
			Evidence: recovery.Evidence{
				ID: one.ID, CaseID: b.f.Case.ID, Seq: one.Seq, Kind: one.Kind, SHA256: blob.SHA256, Size: blob.Size, MediaType: blob.MediaType,
				FileName: entry.Value("file_name"), Source: entry.Value("source"), Description: entry.Value("description"),
				CapturedAt: one.CapturedAt, ReceivedAt: one.ReceivedAt, By: one.By,
			},
			Withheld: one.Withheld, NotIndependentOf: one.LeansOn,
		}
		if file := b.files["data/originals/"+blob.SHA256+extension(blob.MediaType)]; file != nil {
			e.Open = file.Open
		}
		b.f.Exhibits = append(b.f.Exhibits, e)
	}
}

// computed are the papers as far as the playbook made them.
func computed(s standing) *folio.Papers {
	papers := &folio.Papers{}
	for _, fee := range s.Fees {
		papers.Fees = append(papers.Fees, folio.Fee{Name: fee.Name, Base: fee.Base, Amount: fee.Amount, Law: folio.Citation(fee.Law)})
	}
	for _, one := range s.Citations {
		papers.Citations = append(papers.Citations, folio.Citation(one))
	}
	return papers
}
