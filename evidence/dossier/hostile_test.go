package dossier_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// hostile puts one text, and one file, wherever a folio takes any.
func hostile(text string, file []byte, audience recovery.Audience) folio.Folio {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	entry := folio.Entry{
		Raw: []byte(text),
		Parsed: journal.Entry{
			Case: recovery.CaseID(text), Seq: int64(len(text)), Kind: recovery.EntryCaseFiled, At: text, ClaimedAt: text,
			Actor: recovery.Actor{Role: recovery.Role(text)}, Collector: journal.Collector{Tool: text, Version: text, Device: text},
			Facts: map[string]any{
				"number": text, "platform": text, "sent_at": text, "group": map[string]any{"kind": text, "size": -1.5}, "amount_fen": 1e300,
			},
			Commitments: map[string]string{"transaction_no": text, "claimant.name": text},
			Blob:        &journal.Blob{SHA256: text, Size: -1, MediaType: text}, Pace: len(text), Prev: text,
		},
		Values: []journal.Value{{Path: "transaction_no", Value: text}, {Path: text, Value: text}},
	}
	added := entry
	added.Parsed.Kind = recovery.EntryEvidenceAdded
	note := entry
	note.Parsed.Kind = recovery.EntryKind(text)
	exhibit := folio.Exhibit{
		Evidence: recovery.Evidence{
			ID: recovery.EvidenceID(text), Seq: 1, Kind: recovery.EvidenceKind(text), SHA256: text, Size: int64(len(file)),
			MediaType: "image/" + text, FileName: text, Source: text, Description: text, CapturedAt: &at,
		},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil },
	}
	return folio.Folio{
		Audience: audience, At: at, Entries: []folio.Entry{entry, added, note}, Exhibits: []folio.Exhibit{exhibit, exhibit},
		Papers:  hostilePapers(text, at),
		Missing: []string{text, text}, Checkpoint: text, Root: text, Key: text, Generator: text, Custodian: text,
		Case: recovery.Case{
			Number: recovery.CaseNumber(text), Platform: recovery.Platform(text), Amount: -1, TransactionNo: text, Narrative: text,
			Claimant:     recovery.Claimant{Name: text, Email: text, Phone: text, Province: text, City: text},
			Counterparts: []recovery.Counterpart{{ID: recovery.CounterpartID(text), Alias: text, Contact: text, ClaimedAt: &at}},
			Deadlines:    []recovery.Deadline{{Kind: recovery.Clock(text), PausedBecause: text}},
			Position:     recovery.Position{Stage: recovery.Stage(text), Claim: -5}, Pace: 2,
		},
	}
}

// hostilePapers puts one text into every field of the papers.
func hostilePapers(text string, at time.Time) *folio.Papers {
	who := folio.Identity{
		Name: text, Sex: text, Born: text, Nation: text, Work: text, Home: text, Residence: text, Document: text, Phone: text, Email: text, ServeAt: text,
	}
	law := folio.Citation{Statute: text, Section: text, Edition: text, Mark: text}
	return &folio.Papers{
		Route: recovery.Route(text), Court: text, Agent: recovery.AgentParticulars{Name: text, Relation: recovery.Relation(text), Powers: recovery.Powers(text), Work: text}, AtRisk: text, Narrative: text, Risk: text, Preservation: len(text)%2 == 0, Assets: text, Security: text, Claimant: who,
		Holders: map[recovery.CounterpartID]folio.Identity{recovery.CounterpartID(text): who}, ReturnTo: recovery.AccountToReturn{Name: text, Bank: text, Account: text}, ReturnBy: &at, KnewGain: &at,
		KnewHolder: &time.Time{}, Interest: &folio.Interest{From: &time.Time{}, To: &at, RateBP: 1 << 62, AsOf: text, Source: text},
		Fees: []folio.Fee{{Name: text, Base: -1, Amount: 1 << 62, Law: law}}, Plan: []folio.Instalment{{Amount: -1 << 62}, {Amount: -1 << 62}},
		Citations: []folio.Citation{law},
	}
}

var nasty = []string{
	"", " ", "\n\n\n", "\x00\x01\x02", "\xff\xfe\xfd", "\xff", "a\xf0", "\u202e退还\u202c", "𠮷🧧👨\u200d👩\u200d👧", "(((\\)))", "%PDF-1.7 endobj stream",
	strings.Repeat("长", 1500), strings.Repeat("w", 1500), strings.Repeat("（", 300), strings.Repeat("，", 300), "\U0010ffff\uffff\ue000",
	"{{.}} {no} {personal:text}", "../../etc/passwd", strings.Repeat("\u0301", 50), "שלום مرحبا", "\r\r\n\t\v\f",
}

// Nothing in a folio makes a dossier fail, or the file unsound.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for i, text := range nasty {
		f := hostile(text, []byte(text), recovery.Audiences[i%4])
		data, _ := build(t, f)
		if out := tool(t, data, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
			t.Errorf("%q: %s", text, out)
		}
		tool(t, data, "pdftotext", "FILE", "-")
	}
}

func TestEmptyFolio(t *testing.T) {
	t.Parallel()
	for _, audience := range append(recovery.Audiences, "") {
		data, report := build(t, folio.Folio{Audience: audience})
		if report.Pages < 3 || len(textPages(t, data)) != report.Pages {
			t.Errorf("%q: %+v", audience, report)
		}
	}
}

func FuzzBuild(f *testing.F) {
	for i, text := range nasty {
		f.Add(text, []byte("\x89PNG\r\n\x1a\n"), uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, file []byte, audience uint8) {
		if len(text) > 3000 {
			return
		}
		folio := hostile(text, file, recovery.Audiences[audience%4])
		if _, err := dossier.Build(io.Discard, folio, dossier.Options{Fonts: mustFonts(t), Fingerprint: text}); err != nil {
			t.Fatal(err)
		}
	})
}
