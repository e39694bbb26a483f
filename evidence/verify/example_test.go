package verify_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"recourse/evidence/verify"
)

// Verify a bag and demand the key that signed it.
func ExampleOptions_File() {
	options := verify.Options{Key: goldenKey} // obtained from a source other than the bag
	summary, err := options.File("testdata/golden/format-2.zip")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(summary.Number, summary.Entries, "entries", summary.Originals, "originals")
	fmt.Println("signed by the expected key:", summary.KeyExpected, "sealed:", summary.Sealed)
	// Output:
	// R20261121-000001 12 entries 3 originals
	// signed by the expected key: true sealed: true
}

// A Finding names the first wrong item of a changed bag.
func ExampleFinding() {
	bag, err := os.ReadFile("testdata/golden/format-2.zip")
	if err != nil {
		fmt.Println(err)
		return
	}
	bag = bytes.Replace(bag, []byte("%PDF-"), []byte("%PDX-"), 1) // change the dossier
	_, err = verify.Options{}.Reader(bytes.NewReader(bag), int64(len(bag)))
	var found *verify.Finding
	if errors.As(err, &found) {
		fmt.Println(found.Item, "is wrong:", found.Reason)
	}
	// Output: dossier.pdf is wrong: its checksum in the zip differs
}

// Prove one entry of a bag to somebody who must not see the others.
func ExampleOptions_Prove() {
	var proof bytes.Buffer
	if err := (verify.Options{}).Prove("testdata/golden/format-2.zip", 1, &proof); err != nil {
		fmt.Println(err)
		return
	}
	summary, err := verify.Options{}.Reader(bytes.NewReader(proof.Bytes()), int64(proof.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("entry", summary.Proved.Seq, summary.Proved.Kind, "of", summary.Entries)
	// Output: entry 1 case_filed of 12
}
