package dossier

import (
	"slices"
	"strings"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// correctedReturn is a mistyped return of 500 yuan with the entries that followed, and
// its correction: replaced by 5 yuan, or taken back.
func correctedReturn(replaced bool) []folio.Entry {
	facts := map[string]any{"corrects": 2.0, "corrected_kind": "return_recorded", "recovered_fen": 500.0, "recovered_after": map[string]any{}}
	if replaced {
		facts["replacement"] = map[string]any{"amount_fen": 500.0, "channel": "bank_transfer", "counterpart_id": "a", "at": "2026-12-01T04:00:00Z"}
		facts["recovered_after"] = map[string]any{"2": 500.0, "4": 800.0}
	} else {
		facts["recovered_after"] = map[string]any{"4": 300.0}
	}
	back := func(fen, sum float64) map[string]any {
		return map[string]any{"amount_fen": fen, "recovered_fen": sum, "counterpart_id": "a"}
	}
	return []folio.Entry{
		told(1, "01", recovery.EntryLinkOpened, recovery.RoleCounterpart, map[string]any{"counterpart_id": "a"}),
		told(2, "02", recovery.EntryReturnRecorded, recovery.RoleClaimant, back(50_000, 50_000)),
		told(3, "02", recovery.EntryClosed, recovery.RoleSystem, map[string]any{"outcome": "recovered_full", "recovered_fen": 50_000.0}),
		told(4, "03", recovery.EntryReturnRecorded, recovery.RoleClaimant, back(300, 50_300)),
		told(5, "04", recovery.EntryCorrected, recovery.RoleClaimant, facts),
	}
}

func draftOf(t *testing.T, entries []folio.Entry) *draft {
	t.Helper()
	return &draft{t: mustWording(t), folio: folio.Folio{
		Case: recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a", Alias: "老王"}}}, Entries: entries,
	}}
}

func TestSumsAreThoseOfTheCorrectedEntries(t *testing.T) {
	t.Parallel()
	for replaced, want := range map[bool][]recovery.Money{true: {500, 300}, false: {300}} {
		p := draftOf(t, correctedReturn(replaced))
		var got []recovery.Money
		for _, back := range p.returnPayments() {
			got = append(got, back.amount)
		}
		if !slices.Equal(got, want) {
			t.Errorf("replaced %v: %v came back, want %v", replaced, got, want)
		}
		p.loadLimitation()
		if len(p.lines) != len(want) {
			t.Errorf("replaced %v: %d payments interrupt the limitation, want %d", replaced, len(p.lines), len(want))
		}
	}
}

// The log has both entries, each naming the other; the papers have the right value
// with a note.
func TestCorrectionNotes(t *testing.T) {
	t.Parallel()
	p := draftOf(t, correctedReturn(true))
	for seq, want := range map[int64][]string{
		2: {"500.00", "本条已于 2026-12-04", "以第 5 条为准"}, 3: {"第 2 条更正后，本条不再适用"}, 5: {"更正第 2 条记录", "更正后的内容：", "5.00", "12:00"},
	} {
		e := &p.folio.Entries[seq-1]
		got := p.sentence(e) + p.correctionNote(e)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("entry %d: %q lacks %q", seq, got, part)
			}
		}
	}
	if note := p.correctedOn(p.findEntry(2)); !strings.Contains(note, "更正于") || !strings.Contains(note, "日志第 5 条") {
		t.Errorf("beside the right value: %q", note)
	}
	if note := p.correctedOn(p.findEntry(4)); note != "" {
		t.Errorf("beside a value that nobody corrected: %q", note)
	}
	taken := draftOf(t, correctedReturn(false))
	if got := taken.correctionNote(&taken.folio.Entries[1]); !strings.Contains(got, "本条已于 2026-12-04") || !strings.Contains(got, "撤回") {
		t.Errorf("taken back: %q", got)
	}
}

// What a replacement says reaches the papers with its own words.
func TestReplacedWords(t *testing.T) {
	t.Parallel()
	said := told(1, "01", recovery.EntryContactRecorded, recovery.RoleClaimant, map[string]any{"channel": "private_message"})
	said.Values = []journal.Value{{Path: "text", Value: "旧的话"}}
	correction := told(2, "02", recovery.EntryCorrected, recovery.RoleClaimant, map[string]any{
		"corrects": 1.0, "corrected_kind": "contact_recorded", "replacement": map[string]any{"channel": "private_message"},
	})
	correction.Values = []journal.Value{{Path: "reason", Value: "记错了"}, {Path: "replacement.text", Value: "新的话"}}
	p := draftOf(t, []folio.Entry{said, correction})
	if got := p.findEntry(1).Value("text"); got != "新的话" {
		t.Errorf("the entry says %q", got)
	}
	if got := p.correctionNote(&p.folio.Entries[1]); !strings.Contains(got, "新的话") || strings.Contains(got, "记错了") {
		t.Errorf("the note: %q", got)
	}
}

// A stage that was entered by an act which the reader does not get stays in force when an
// earlier entry is corrected.
func TestStageAfterAWithheldEntry(t *testing.T) {
	t.Parallel()
	p := draftOf(t, []folio.Entry{
		told(1, "01", recovery.EntryContactRecorded, recovery.RoleClaimant, nil),
		{Withheld: true}, // the escalation
		told(3, "02", recovery.EntryStageEntered, recovery.RoleSystem, map[string]any{"from": "private_contact", "to": "appeal", "because": "escalate"}),
		told(4, "03", recovery.EntryCorrected, recovery.RoleClaimant, map[string]any{
			"corrects": 1.0, "corrected_kind": "contact_recorded", "entered_after": map[string]any{"2": "appeal"},
		}),
	})
	if note := p.correctionNote(&p.folio.Entries[2]); note != "" {
		t.Errorf("beside the stage: %q", note)
	}
	if note := p.correctionNote(&p.folio.Entries[0]); !strings.Contains(note, "撤回") {
		t.Errorf("beside the contact: %q", note)
	}
}

// Nothing about an internal note is printed for those who never read one: neither its
// correction nor the text that a note had before it became internal.
func TestCorrectedNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string
		printed       bool
	}{
		"stays internal":   {recovery.NoteInternal, recovery.NoteInternal, false},
		"becomes internal": {recovery.NoteShared, recovery.NoteInternal, false},
		"becomes shared":   {recovery.NoteInternal, recovery.NoteShared, true},
	} {
		note := told(1, "01", recovery.EntryNoteAdded, recovery.RoleAgent, map[string]any{"visibility": test.before})
		note.Values = []journal.Value{{Path: "text", Value: "旧的话"}}
		facts := map[string]any{"corrects": 1.0, "corrected_kind": "note_added", "replacement": map[string]any{"visibility": test.after}}
		if test.after == recovery.NoteInternal {
			facts["visibility"] = recovery.NoteInternal
		}
		correction := told(2, "02", recovery.EntryCorrected, recovery.RoleAgent, facts)
		correction.Values = []journal.Value{{Path: "reason", Value: "记错了"}, {Path: "replacement.text", Value: "新的话"}}
		p := draftOf(t, []folio.Entry{note, correction})
		p.folio.Audience = recovery.ForCourt
		var printed []string
		for i := range p.folio.Entries {
			printed = append(printed, p.sentence(&p.folio.Entries[i])+p.correctionNote(&p.folio.Entries[i]))
		}
		if got := strings.Contains(printed[1], "新的话"); got != test.printed {
			t.Errorf("%s: the correction says %q", name, printed[1])
		}
		hidden := p.t.text("hidden_note")
		if printed[0] != hidden || !test.printed && printed[1] != hidden {
			t.Errorf("%s: %q", name, printed)
		}
	}
}

// A sentence ends with one full stop, whatever its last fragment is, and a correction
// that moved no money says nothing about money.
func TestSentencesEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind   recovery.EntryKind
		facts  map[string]any
		reason string
		want   string
	}{
		"a correction": {recovery.EntryCorrected, map[string]any{"corrects": 1.0}, "记错了", "更正第 1 条记录。理由：记错了。"},
		"of money":     {recovery.EntryCorrected, map[string]any{"corrects": 1.0, "recovered_fen": 500.0}, "记错了", "更正第 1 条记录。理由：记错了；更正后共收回 5.00 元。"},
		"a proposal":   {recovery.EntryCorrectionProposed, map[string]any{"corrects": 1.0}, "记错了。", "更正第 1 条记录，金额较大，等另一人确认。理由：记错了。"},
		"a rejection":  {recovery.EntryCorrectionRejected, map[string]any{"corrects": 1.0}, "没有！", "没有同意更正第 1 条记录。理由：没有！"},
	} {
		entry := told(1, "01", test.kind, recovery.RoleClaimant, test.facts)
		entry.Values = []journal.Value{{Path: "reason", Value: test.reason}}
		p := draftOf(t, []folio.Entry{entry})
		if got := p.sentence(&p.folio.Entries[0]); !strings.HasSuffix(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
