package folio

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// Errors that building again cannot fix.
var (
	ErrOriginalDamaged   = errors.New("an original is missing or damaged")
	ErrJournalIncomplete = errors.New("the journal does not match its checkpoint")
	ErrNoSigner          = errors.New("the key that signed the checkpoint is not at hand")
)

// Tool is the name of this program in journals and on papers.
const Tool = "recourse"

// Originals opens the bytes of evidence by their SHA-256.
type Originals interface {
	Open(sha256 string) (io.ReadCloser, error)
}

// Checklist answers questions about the papers of a case from its playbook.
type Checklist interface {
	// Missing returns, in Chinese, what a complete dossier needs and this one lacks.
	Missing(c recovery.Case, have []recovery.Evidence, audience recovery.Audience) ([]string, error)
	// Fees returns the court fees for the outstanding amount, and for a suit also for
	// the interest that it claims.
	Fees(c recovery.Case, interest recovery.Money, at time.Time) ([]Fee, error)
	// Citations returns the articles that a complaint may cite.
	Citations(c recovery.Case, at time.Time) ([]Citation, error)
}

// Custody identifies this installation on its papers.
type Custody struct {
	Version   string           // of this build, such as "0.1.0"
	Custodian string           // the operator
	Keys      *journal.Keyring // of its checkpoints and bags
	Identity  *seal.Identity   // seals its dossiers; nil: no seal
}

// Source is the stored data for one export.
type Source struct {
	Case       recovery.Case // as it was when the export was requested
	Export     recovery.Export
	Records    []journal.Record    // all entries the checkpoint covers, in order
	Evidence   []recovery.Evidence // all of the case; later files are left out
	Checkpoint journal.Checkpoint
	Earlier    []journal.Checkpoint // of the same journal, by size
	// Roots are the root certificates of the time stamps, in PEM. Without them the
	// stamps are left out, because nobody could verify their issuer.
	Roots []byte
	// Unsigned asks for a preview: nothing is signed, no original is read, and nothing
	// is computed that papers for another party do not reveal about anybody.
	Unsigned bool
}

// Assembler builds the folios of exports.
type Assembler struct {
	Originals Originals
	Checklist Checklist
	Custody   Custody
	Interest  func(Folio) (recovery.Money, error) // interest that a complaint claims; nil: none
}

// assembly is one folio in progress.
type assembly struct {
	Assembler
	Source
	redaction redaction
	entries   []Entry // also those that the audience may not read
}

// Assemble builds the folio of an export: everything that its checkpoint covers and
// its audience may see. It reads every original once. Errors that a retry cannot
// fix wrap ErrOriginalDamaged, ErrJournalIncomplete or ErrNoSigner.
func (a Assembler) Assemble(s Source) (Folio, error) {
	s.Evidence = coveredEvidence(s.Evidence, s.Export.Size)
	mask, err := maskOf(s)
	if err != nil {
		return Folio{}, err
	}
	b := &assembly{Assembler: a, Source: s, redaction: newRedaction(s.Case, s.Export, s.Evidence, mask)}
	if b.entries, err = redactEntries(s.Records, b.redaction); err != nil {
		return Folio{}, err
	}
	f := Folio{
		Case: b.redaction.redactCase(s.Case), Audience: s.Export.Audience, Counterpart: s.Export.CounterpartID, At: s.Export.CreatedAt,
		Generator: Tool + " " + a.Custody.Version, Custodian: a.Custody.Custodian,
	}
	for _, step := range []func(*Folio) error{b.addMissing, b.addExhibits, b.addPapers, b.addProof} {
		if err := step(&f); err != nil {
			return Folio{}, err
		}
	}
	f.Background = plainEntries(b.entries)
	f.Entries = b.redaction.withholdEntries(b.entries, f.Exhibits)
	f.Earlier = withoutWithheld(f.Earlier, f.Entries)
	return f, nil
}

// maskOf returns the mask for the texts of an export.
func maskOf(s Source) (Mask, error) {
	var supplied recovery.Particulars
	for _, record := range s.Records {
		if record.Kind != recovery.EntryParticulars {
			continue
		}
		values := map[string]string{}
		for _, value := range record.Values {
			values[value.Path] = value.Value
		}
		supplied.MergeValues(values)
	}
	return NewMask(s.Case, supplied, s.Export.Audience, s.Export.CounterpartID)
}

// coveredEvidence returns the files received up to the checkpoint.
func coveredEvidence(all []recovery.Evidence, size int64) []recovery.Evidence {
	var covered []recovery.Evidence
	for _, one := range all {
		if one.Seq <= size {
			covered = append(covered, one)
		}
	}
	return covered
}

// plainEntries returns the entries in plain form.
func plainEntries(entries []Entry) []journal.Entry {
	plain := make([]journal.Entry, len(entries))
	for i, entry := range entries {
		plain[i] = entry.Parsed
	}
	return plain
}

// withoutWithheld drops the checkpoints that end at an entry which the audience may not
// read: without the time of the entry nobody could verify them.
func withoutWithheld(all []Checkpoint, entries []Entry) []Checkpoint {
	return slices.DeleteFunc(all, func(c Checkpoint) bool {
		return c.Size < 1 || c.Size > int64(len(entries)) || entries[c.Size-1].Withheld
	})
}

func (b *assembly) addMissing(f *Folio) (err error) {
	if b.Unsigned {
		return nil
	}
	f.Missing, err = b.Checklist.Missing(withSupplied(b.Case, foldParticulars(b.entries)), b.Evidence, f.Audience)
	return err
}

func (b *assembly) addPapers(f *Folio) (err error) {
	f.Papers = newPapers(b.Case, b.entries, b.redaction)
	if b.Unsigned {
		return nil
	}
	interest := recovery.Money(0)
	if b.Interest != nil {
		if interest, err = b.Interest(*f); err != nil {
			return err
		}
	}
	if f.Papers.Fees, err = b.Checklist.Fees(b.Case, interest, f.At); err != nil {
		return err
	}
	f.Papers.Citations, err = b.Checklist.Citations(b.Case, f.At)
	return err
}

// addProof adds what lets others check the papers: the signed checkpoint and
// its key, earlier checkpoints, time stamps, and who will seal the dossier.
func (b *assembly) addProof(f *Folio) error {
	if b.Unsigned {
		return nil
	}
	keys := b.Custody.Keys
	vkey, err := keys.FindSigningKey(b.Checkpoint.Note)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrJournalIncomplete, err)
	}
	signer, err := keys.FindSignerOf(vkey)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoSigner, err)
	}
	f.Checkpoint, f.Root, f.Stamp = b.Checkpoint.Note, b.Checkpoint.Root, b.stampOf(b.Checkpoint)
	f.Key, f.Seal, f.Keys, f.Roots = vkey, signer.SignSeal, keys.History(), b.Roots
	for _, one := range b.Earlier {
		f.Earlier = append(f.Earlier, Checkpoint{Size: one.Size, Note: one.Note, Stamp: b.stampOf(one)})
	}
	if identity := b.Custody.Identity; identity != nil {
		f.SealedBy, f.Development = identity.CommonName(), identity.IsDevelopment()
	}
	return nil
}

func (b *assembly) stampOf(c journal.Checkpoint) *Stamp {
	if c.StampedAt == nil || b.Roots == nil {
		return nil
	}
	return &Stamp{Token: c.Token, At: *c.StampedAt}
}
