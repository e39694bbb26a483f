package bag_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
)

// timed returns a folio with invalid time stamps, which the writer does not verify.
func timed(t testing.TB, first, second, own time.Duration) folio.Folio {
	t.Helper()
	f := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 2})
	stamp := func(after time.Duration) *folio.Stamp {
		return &folio.Stamp{Token: []byte("token"), At: bagtest.Start.Add(after)}
	}
	f.Earlier[0].Stamp, f.Earlier[1].Stamp, f.Stamp, f.Roots = stamp(first), stamp(second), stamp(own), []byte("roots")
	return f
}

func TestWriteLaysOutTimes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		folio folio.Folio
		want  []string // of checkpoints and tokens
	}{
		"all": {timed(t, 1, 2, 3), []string{
			"data/checkpoints/000000001.txt", "data/checkpoints/000000002.txt",
			"data/tokens/000000001.tsr", "data/tokens/000000002.tsr", "data/tokens/authorities.pem", "data/tokens/checkpoint.tsr",
		}},
		"stamps that come too late are of no use": {timed(t, 9, 2, 3), []string{
			"data/checkpoints/000000001.txt", "data/checkpoints/000000002.txt",
			"data/tokens/000000002.tsr", "data/tokens/authorities.pem", "data/tokens/checkpoint.tsr",
		}},
		"no authority": {bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1}), []string{
			"data/checkpoints/000000001.txt",
		}},
	} {
		raw, _ := write(t, c.folio)
		files, _ := unzip(t, raw)
		plain, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
		known, _ := unzip(t, plain)
		var got []string
		for path := range files {
			if _, is := known[path]; !is {
				got = append(got, path)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWriteRefusesTimesThatWouldNotVerify(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*folio.Folio){
		"stamps without history":     func(f *folio.Folio) { f.Keys, f.Earlier = "", nil },
		"checkpoint without history": func(f *folio.Folio) { f.Keys, f.Stamp = "", nil; f.Earlier[0].Stamp, f.Earlier[1].Stamp = nil, nil },
		"stamps without roots":       func(f *folio.Folio) { f.Roots = nil },
		"earlier twice":              func(f *folio.Folio) { f.Earlier[1].Size = f.Earlier[0].Size },
		"earlier out of order":       func(f *folio.Folio) { slices.Reverse(f.Earlier) },
		"earlier of nothing":         func(f *folio.Folio) { f.Earlier[0].Size = 0 },
		"earlier that is not":        func(f *folio.Folio) { f.Earlier[1].Size = int64(len(f.Entries)) },
	} {
		folio := timed(t, 1, 2, 3)
		change(&folio)
		if _, err := bagtest.WriteBag(t.Context(), io.Discard, folio, bagtest.OpenDossier); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}
