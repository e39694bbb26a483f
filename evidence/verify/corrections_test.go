package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/verify"
	"recourse/recovery"
)

type facts = map[string]any

// correctedCase has a return (entry 5) and a correction of some entry (entry 6).
func correctedCase(correction facts) bagtest.Case {
	return bagtest.Case{Seed: 1, Extra: []bagtest.ExtraEntry{
		{Kind: recovery.EntryReturnRecorded, Facts: facts{"amount_fen": 100}}, {Kind: recovery.EntryCorrected, Facts: correction},
	}}
}

func TestCorrectionsAreListed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bag.zip")
	raw := write(t, bagtest.NewFolio(t, correctedCase(facts{"corrects": 5, "corrected_kind": "return_recorded", "replacement": facts{"amount_fen": 1}})))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	summary, err := verify.File(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []verify.Correction{{Entry: 6, Corrects: 5, Kind: "return_recorded"}}
	if diff := cmp.Diff(want, summary.Corrections); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if output, code := script(t, unzip(t, path)); code != 0 {
		t.Errorf("verify.sh: exit %d\n%s", code, output)
	}
}

// A correction that corrects nothing, the future, itself, another kind or what cannot
// be corrected makes both programs refuse the bag, and both name its entry.
func TestUnsoundCorrections(t *testing.T) {
	t.Parallel()
	for name, correction := range map[string]facts{
		"nothing":       {},
		"no entry":      {"corrects": 0, "corrected_kind": "return_recorded"},
		"a later entry": {"corrects": 7, "corrected_kind": "note_added"},
		"itself":        {"corrects": 6, "corrected_kind": "entry_corrected"},
		"another kind":  {"corrects": 5, "corrected_kind": "note_added"},
		"the filing":    {"corrects": 1, "corrected_kind": "case_filed"},
		"a text":        {"corrects": "5", "corrected_kind": "return_recorded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "bag.zip")
			if err := os.WriteFile(path, write(t, bagtest.NewFolio(t, correctedCase(correction))), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := verify.File(path); err == nil || !strings.Contains(err.Error(), "entry 6") {
				t.Errorf("verify: %v", err)
			}
			if output, code := script(t, unzip(t, path)); code == 0 || !strings.Contains(output, "entry 6") {
				t.Errorf("verify.sh: exit %d\n%s", code, output)
			}
		})
	}
}

// The verifier shares no code with the rest, so its list is compared with the table.
func TestVerifierKnowsWhatCanBeCorrected(t *testing.T) {
	t.Parallel()
	for _, kind := range recovery.EntryKinds {
		if kind == recovery.EntryValuesErased {
			continue // no bag has originals after an erasure
		}
		folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Extra: []bagtest.ExtraEntry{
			{Kind: kind, Facts: facts{"n": 1}}, {Kind: recovery.EntryCorrected, Facts: facts{"corrects": 5, "corrected_kind": kind}},
		}})
		path := filepath.Join(t.TempDir(), "bag.zip")
		if err := os.WriteFile(path, write(t, folio), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := verify.File(path)
		if _, correctable := recovery.CorrectionRuleOf(kind); correctable != (err == nil) {
			t.Errorf("%s: correctable %v, verify: %v", kind, correctable, err)
		}
	}
}
