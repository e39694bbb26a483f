package journal_test

import (
	"testing"

	"recourse/evidence/journal"
)

// FuzzParse: an entry is shown as it was stored, years later, whatever program
// wrote it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"case":"c","seq":1,"kind":"case_filed","facts":{"a":[1,{"b":null}]},"commitments":{"x":"y"},"blob":{"sha256":"","size":1}}`))
	f.Add([]byte(`{"seq":-1e400}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		first, err := journal.ParseEntry(raw)
		if err != nil {
			return
		}
		if again, err := journal.ParseEntry(raw); err != nil || again.Kind != first.Kind || again.Seq != first.Seq {
			t.Fatalf("read twice: %+v and %+v: %v", first, again, err)
		}
	})
}
