package bag_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// exampleTB lets examples use the fixtures of package bagtest.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()           {}
func (exampleTB) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// Write the bag of a folio, then verify it.
func ExamplePlan_Write() {
	plan, err := bag.NewPlan(bagtest.NewFolio(exampleTB{}, bagtest.Case{Seed: 1}))
	if err != nil {
		fmt.Println(err) // a bag of this folio could not be verified
		return
	}
	var zip bytes.Buffer
	result, err := plan.Write(context.Background(), &zip, bagtest.OpenDossier)
	if err != nil {
		fmt.Println(err)
		return
	}
	summary, err := verify.Options{}.Reader(bytes.NewReader(zip.Bytes()), result.Size)
	fmt.Println(summary.Number, summary.Fingerprint == result.Fingerprint, err)
	// Output: R20261121-000001 true <nil>
}

// Read a bag for the archive back into the folio it was written from.
func ExampleRead() {
	var zip bytes.Buffer
	want := bagtest.NewFolio(exampleTB{}, bagtest.Case{Seed: 1, Audience: recovery.ForArchive})
	if _, err := bagtest.WriteBag(context.Background(), &zip, want, bagtest.OpenDossier); err != nil {
		fmt.Println(err)
		return
	}
	folio, err := bag.Read(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(folio.Case.Number, len(folio.Entries), "entries", len(folio.Exhibits), "exhibits")
	// Output: R20261121-000001 12 entries 3 exhibits
}
