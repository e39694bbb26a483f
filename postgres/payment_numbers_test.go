package postgres_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"recourse/postgres"
	"recourse/recovery"
)

// addBill adds a bill that shows these numbers together.
func addBill(t *testing.T, s *postgres.Store, c recovery.Case, pairs ...postgres.PaymentNumbers) {
	t.Helper()
	bill := recovery.Evidence{
		ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.Statement, SHA256: strings.Repeat("ef", 32), Size: 3, MediaType: "text/csv",
		ReceivedAt: noon, By: recovery.System,
	}
	key := "bill:" + string(bill.ID)
	write := postgres.EvidenceWrite{Evidence: bill, Draft: draft(recovery.EntryEvidenceAdded, key), Numbers: pairs}
	if _, err := s.AddEvidence(t.Context(), write); err != nil {
		t.Fatal(err)
	}
}

func heldNumbers(t *testing.T, b bundle, c recovery.Case) []string {
	t.Helper()
	var held []string
	for _, number := range []string{"a1", "a2", "b1", "b2"} {
		if b.count(t, "open_transactions where case_id = $1 and number = $2", c.ID, number) > 0 {
			held = append(held, number)
		}
	}
	return held
}

var pairA = postgres.PaymentNumbers{Number: "a1", Other: "a2"}

// TestBothNumbersOfAPaymentHaveOneOpenCase: once a bill shows the second number, no other
// case can be opened with it, whichever of the two the case has.
func TestBothNumbersOfAPaymentHaveOneOpenCase(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"a1", "a2"} {
		b := open(t, postgres.Options{})
		first := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = own })
		addBill(t, b.Store, first, pairA, postgres.PaymentNumbers{Number: "b1", Other: "b2"})
		if got := heldNumbers(t, b, first); !slices.Equal(got, []string{"a1", "a2"}) {
			t.Errorf("the case with %s holds %v", own, got)
		}
		for _, number := range []string{"a1", "a2"} {
			wantCode(t, tryToFile(t, b.Store, func(c *recovery.Case) { c.TransactionNo = number }), recovery.CodeTransactionOpen)
		}
		closeCase(t, b.Store, first)
		second := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a2" })
		if !must[bool](t)(b.TransactionOpen(t.Context(), first)) {
			t.Error("the closed case may be opened beside the other one")
		}
		_, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryReopened, "r1"), Next: first.Position})
		wantCode(t, err, recovery.CodeTransactionOpen)
		closeCase(t, b.Store, second)
		if _, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryReopened, "r2"), Next: first.Position}); err != nil {
			t.Fatal(err)
		}
		if got := heldNumbers(t, b, first); !slices.Equal(got, []string{"a1", "a2"}) {
			t.Errorf("the reopened case holds %v", got)
		}
	}
}

// TestABillIsTakenWhenItsNumberIsHeld: the other case keeps its number, and later changes of
// the case are not refused for it.
func TestABillIsTakenWhenItsNumberIsHeld(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a1" })
	second := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a2" })
	addBill(t, b.Store, first, pairA)
	if got := heldNumbers(t, b, second); !slices.Equal(got, []string{"a2"}) {
		t.Errorf("the other case holds %v", got)
	}
	if _, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryFactsAmended, "f1"), Next: first.Position, Amended: &first}); err != nil {
		t.Errorf("a change of other facts: %v", err)
	}
}

// TestANumberThatIsAdoptedBringsTheOther: a bill is imported first, then its number is taken
// over. It is refused if another open case has the same payment.
func TestANumberThatIsAdoptedBringsTheOther(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "" })
	addBill(t, b.Store, c, pairA)
	if got := heldNumbers(t, b, c); len(got) != 0 {
		t.Errorf("without a number the case holds %v", got)
	}
	other := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a2" })
	adopted := c
	adopted.TransactionNo = "a1"
	adopt := func(key string) error {
		_, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: c.ID, Drafts: drafts(recovery.EntryFactsAmended, key), Next: c.Position, Amended: &adopted})
		return err
	}
	wantCode(t, adopt("f1"), recovery.CodeTransactionOpen)
	closeCase(t, b.Store, other)
	if err := adopt("f2"); err != nil {
		t.Fatal(err)
	}
	if got := heldNumbers(t, b, c); !slices.Equal(got, []string{"a1", "a2"}) {
		t.Errorf("the case holds %v", got)
	}
	adopted.TransactionNo = "b1"
	if err := adopt("f3"); err != nil {
		t.Fatal(err)
	}
	if got := heldNumbers(t, b, c); !slices.Equal(got, []string{"b1"}) {
		t.Errorf("with another number the case holds %v", got)
	}
}

// TestBillsAtOnce: of many bills and filings of one payment at once, one case is left open.
func TestBillsAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a1" })
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() { addBill(t, b.Store, first, pairA) })
		group.Go(func() {
			err := tryToFile(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "a2" })
			if err != nil && recovery.CodeOf(err) != recovery.CodeTransactionOpen {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := b.count(t, "open_transactions where number = 'a2'"); n != 1 {
		t.Errorf("%d cases hold the second number", n)
	}
}
