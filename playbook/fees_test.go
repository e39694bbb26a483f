package playbook_test

import (
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// Each fee names the article its amount comes from, and how it was read.
func TestFeeSource(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	book, at := playbooks.Current(), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		amount  recovery.Money
		section string
		mark    playbook.Mark
	}{
		{"suit", 2_000_00, "13", playbook.Verbatim},
		{"suit", 150_000_00, "13", playbook.Verbatim},
		{"summary", 2_000_00, "16", playbook.Verbatim},
		{"payment_order", 2_000_00, "14", playbook.Verbatim},
		{"preservation", 2_000_00, "14", playbook.Verbatim},
		{"preservation", 200_000_00, "14", playbook.Verbatim},
	} {
		source, known := book.FeeSource(test.name, test.amount, at)
		if !known || source.Statute != "诉讼费用交纳办法" || source.Edition != "国务院令第481号" || source.Section != test.section || source.Mark != test.mark {
			t.Errorf("%s of %s: %+v %v", test.name, test.amount, source, known)
		}
	}
	if source, known := book.FeeSource("notary", 1, at); known {
		t.Errorf("a fee nobody wrote down comes from %+v", source)
	}
}
