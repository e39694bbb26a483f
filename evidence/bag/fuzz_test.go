package bag_test

import (
	"bytes"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/recovery"
)

// FuzzRead: bags are verified before they are read, but no input may make Read panic.
func FuzzRead(f *testing.F) {
	whole, _ := write(f, bagtest.NewFolio(f, bagtest.Case{Seed: 1, Audience: recovery.ForArchive}))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, raw []byte) {
		folio, err := bag.Read(bytes.NewReader(raw), int64(len(raw)))
		if err == nil && folio.Case.ID == "" && len(folio.Entries) > 0 {
			t.Fatal("entries of no case")
		}
	})
}
