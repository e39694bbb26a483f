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

// ErrNoSnapshot is returned for a bag without the state of the case, from which a
// dossier is built. Only bags for the archive contain it.
var ErrNoSnapshot = errors.New("the bag holds no " + snapshotPath)

// maxFileSize limits the files that are read into memory, in bytes.
const maxFileSize = 1 << 30

// Read returns the folio that a bag for the archive was written from. It does not
// verify the bag; do that first. The originals are read from r, which must stay
// open as long as the folio is used.
//
// Folio.Papers contains only what the playbook computed. The time of the time stamp,
// the earlier checkpoints and the seal of the bag are not read.
// Errors: ErrNoSnapshot.
func Read(r io.ReaderAt, size int64) (folio.Folio, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return folio.Folio{}, fmt.Errorf("bag: %w", err)
	}
	b := &bagReader{files: map[string]*zip.File{}}
	for _, file := range archive.File {
		_, path, _ := strings.Cut(file.Name, "/")
		b.files[path] = file
	}
	f, err := b.readFolio()
	if err != nil {
		return folio.Folio{}, fmt.Errorf("bag: %w", err)
	}
	return f, nil
}

// bagReader reads the files of one bag.
type bagReader struct {
	files map[string]*zip.File
	folio folio.Folio
}

func (b *bagReader) readFolio() (folio.Folio, error) {
	if b.files[snapshotPath] == nil {
		return b.folio, ErrNoSnapshot
	}
	var info caseInfo
	var state snapshot
	steps := []func() error{
		func() error { return b.decodeFile("data/case.json", &info) },
		func() error { return b.decodeFile(snapshotPath, &state) },
		b.readEntries, b.readValues, b.readCheckpoint,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return b.folio, err
		}
	}
	b.folio.Audience, b.folio.Generator, b.folio.Custodian = info.Audience, info.Generator, info.Custodian
	b.folio.At = state.At
	b.folio.Case, b.folio.Missing, b.folio.SealedBy, b.folio.Development = b.buildCase(state.Case), state.Missing, state.SealedBy, state.Development
	b.folio.Papers = buildPapers(state)
	b.addExhibits(state.Exhibits)
	return b.folio, nil
}

func (b *bagReader) readFile(path string) ([]byte, error) {
	file := b.files[path]
	if file == nil {
		return nil, fmt.Errorf("%s is missing", path)
	}
	if file.UncompressedSize64 > maxFileSize {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxFileSize)
	}
	stream, err := file.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(stream, maxFileSize))
	return data, errors.Join(err, stream.Close())
}

func (b *bagReader) decodeFile(path string, into any) error {
	raw, err := b.readFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (b *bagReader) readEntries() error {
	raw, err := b.readFile("data/journal/entries.jsonl")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		parsed, err := journal.ParseEntry(line)
		if err != nil {
			return err
		}
		b.folio.Entries = append(b.folio.Entries, folio.Entry{
			Raw: line, Hash: sha256.Sum256(append([]byte{0}, line...)), Parsed: parsed,
		})
	}
	return nil
}

func (b *bagReader) readValues() error {
	var all []disclosedValue
	if err := b.decodeFile("data/journal/values.json", &all); err != nil {
		return err
	}
	for _, one := range all {
		salt, err := hex.DecodeString(one.Salt)
		if err != nil || one.Seq < 1 || one.Seq > len(b.folio.Entries) {
			return fmt.Errorf("entry %d value %q: malformed", one.Seq, one.Path)
		}
		entry := &b.folio.Entries[one.Seq-1]
		entry.Values = append(entry.Values, journal.Value{Path: one.Path, Value: one.Value, Salt: salt})
	}
	return nil
}

// readCheckpoint reads the checkpoint with its key, key history and time stamp.
func (b *bagReader) readCheckpoint() error {
	for path, into := range map[string]*string{
		"data/checkpoint.txt": &b.folio.Checkpoint, "data/keys/checkpoint.vkey": &b.folio.Key, historyPath: &b.folio.Keys,
	} {
		raw, err := b.readFile(path)
		if err != nil {
			return err
		}
		*into = string(raw)
	}
	b.folio.Key = strings.TrimSuffix(b.folio.Key, "\n")
	root, err := parseRoot(b.folio.Checkpoint)
	if b.folio.Root = root; err != nil || b.files[stampPath] == nil {
		return err
	}
	token, err := b.readFile(stampPath)
	b.folio.Stamp = &folio.Stamp{Token: token}
	return err
}

// parseRoot returns the root of a checkpoint, the third line of its text, in hex.
func parseRoot(checkpoint string) (string, error) {
	lines := strings.SplitN(checkpoint, "\n", 4)
	if len(lines) < 4 {
		return "", errors.New("the checkpoint is incomplete")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	return hex.EncodeToString(root), err
}

// buildCase returns the case. Personal values come from entry 1 and are empty if
// they were erased.
func (b *bagReader) buildCase(s snapshotCase) recovery.Case {
	filed := b.folio.Entries[0]
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
	c.Payer = recovery.Payer{Name: filed.Value("payer.name"), Relation: filed.Value("payer.relation")}
	c.Sends = s.Sends
	for i := range c.Sends {
		c.Sends[i].TransactionNo = filed.Value(fmt.Sprintf("sends.%d.transaction_no", i+1))
	}
	for i, one := range s.Counterparts {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{
			ID: one.ID, Claimed: one.Claimed, ClaimedAt: one.ClaimedAt, Answer: one.Answer, Refusal: one.Refusal, ReturnFen: one.Returned,
			Alias:   filed.Value(fmt.Sprintf("counterpart.%d.alias", i+1)),
			Contact: filed.Value(fmt.Sprintf("counterpart.%d.contact", i+1)),
		})
	}
	for _, entry := range b.folio.Entries[1:] {
		c = withAmendedValues(c, entry)
	}
	return c
}

// withAmendedValues applies the personal values of an entry that amends the record.
func withAmendedValues(c recovery.Case, entry folio.Entry) recovery.Case {
	id, _ := entry.Parsed.Facts["counterpart_id"].(string)
	action := map[recovery.EntryKind]recovery.Action{
		recovery.EntryFactsAmended: recovery.AdoptMatch, recovery.EntryCounterpartRenamed: recovery.RenameCounterpart,
		recovery.EntryCounterpartAdded: recovery.RenameCounterpart, // the snapshot has the counterpart itself
	}[entry.Parsed.Kind]
	c = c.Amended(recovery.ActionBody{
		Action: action, CounterpartID: recovery.CounterpartID(id), Alias: entry.Value("alias"), TransactionNo: amendedNumber(entry),
	})
	for i := range c.Counterparts {
		if contact := entry.Value("contact"); contact != "" && entry.Parsed.Kind == recovery.EntryCounterpartAdded && string(c.Counterparts[i].ID) == id {
			c.Counterparts[i].Contact = contact
		}
	}
	return c
}

// amendedNumber returns the transaction number that an entry states, "" if it removes the
// number, and nil if it does neither.
func amendedNumber(entry folio.Entry) *string {
	number := entry.Value("transaction_no")
	if number == "" && entry.Parsed.Facts["removed"] == nil {
		return nil
	}
	return &number
}

func (b *bagReader) addExhibits(all []snapshotExhibit) {
	for _, one := range all {
		if one.Seq < 1 || one.Seq > int64(len(b.folio.Entries)) || b.folio.Entries[one.Seq-1].Parsed.Blob == nil {
			continue // impossible in a verified bag
		}
		entry := b.folio.Entries[one.Seq-1]
		blob := entry.Parsed.Blob
		e := folio.Exhibit{
			Evidence: recovery.Evidence{
				ID: one.ID, CaseID: b.folio.Case.ID, Seq: one.Seq, Kind: one.Kind, SHA256: blob.SHA256, Size: blob.Size, MediaType: blob.MediaType,
				FileName: entry.Value("file_name"), Source: entry.Value("source"), Description: entry.Value("description"),
				CapturedAt: one.CapturedAt, ReceivedAt: one.ReceivedAt, By: one.By,
			},
			Withheld: one.Withheld, NotIndependentOf: one.DependsOn,
		}
		if file := b.files["data/originals/"+blob.SHA256+fileExtension(blob.MediaType)]; file != nil {
			e.Open = file.Open
		}
		b.folio.Exhibits = append(b.folio.Exhibits, e)
	}
}

// buildPapers returns the parts of the papers that the playbook computed.
func buildPapers(s snapshot) *folio.Papers {
	papers := &folio.Papers{}
	for _, fee := range s.Fees {
		papers.Fees = append(papers.Fees, folio.Fee{Name: fee.Name, Base: fee.Base, Amount: fee.Amount, Law: folio.Citation(fee.Law)})
	}
	for _, one := range s.Citations {
		papers.Citations = append(papers.Citations, folio.Citation(one))
	}
	return papers
}
