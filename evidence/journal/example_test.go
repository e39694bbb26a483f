package journal_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// Two entries, and the checkpoint that signs them.
func Example() {
	head, at := journal.NewHead(), time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	for _, draft := range []journal.Draft{
		{Kind: recovery.EntryCaseFiled, At: at, Facts: map[string]any{"amount_fen": 200_000}},
		{Kind: recovery.EntryNoteAdded, At: at.Add(time.Minute), Personal: map[string]string{"text": "wrong group"}},
	} {
		record, err := journal.AppendEntry(head, "case-1", draft, rand.Reader)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(record.Seq, record.Kind, "states the personal value:", strings.Contains(string(record.Bytes), "wrong group"))
	}
	secret, err := journal.GenerateKey(rand.Reader, "recourse.example/2026") // once for each installation
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	checkpoint, err := signer.SignCheckpoint("case-1", head)
	fmt.Println(strings.Split(checkpoint, "\n")[:2], err)
	// Output:
	// 1 case_filed states the personal value: false
	// 2 note_added states the personal value: false
	// [recourse/case/case-1 2] <nil>
}

// A commitment proves a personal value that is stored outside the entry.
func ExampleComputeCommitment() {
	draft := journal.Draft{Kind: recovery.EntryNoteAdded, Personal: map[string]string{"text": "wrong group"}}
	record, err := journal.AppendEntry(journal.NewHead(), "case-1", draft, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, err := journal.ParseEntry(record.Bytes)
	if err != nil {
		fmt.Println(err)
		return
	}
	value := record.Values[0]
	fmt.Println(value.Path, value.Value, entry.Commitments[value.Path] == journal.ComputeCommitment(value.Salt, value.Value))
	// Output: text wrong group true
}
