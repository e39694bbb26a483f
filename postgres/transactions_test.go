package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// withSends makes a case of one payment for each number.
func withSends(numbers ...string) func(*recovery.Case) {
	return func(c *recovery.Case) {
		c.TransactionNo, c.Sends = "", nil
		for i, number := range numbers {
			at := c.SentAt.Add(time.Duration(i) * time.Minute)
			c.Sends = append(c.Sends, recovery.Send{Amount: 100, SentAt: &at, TransactionNo: number})
		}
	}
}

func tryToFile(t *testing.T, s *postgres.Store, change func(*recovery.Case)) error {
	t.Helper()
	number, err := s.NextNumber(t.Context())
	if err != nil {
		return err
	}
	c := sample(t, number)
	change(&c)
	return s.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: draft(recovery.EntryCaseFiled, "filed")})
}

// TestEachPaymentHasOneOpenCase: one mistake of several payments is one case, and
// none of its payments can have another one.
func TestEachPaymentHasOneOpenCase(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first := file(t, b.Store, withSends("a1", "a2", "a3"))
	for name, change := range map[string]func(*recovery.Case){
		"one of the numbers": withSends("b1", "a3"),
		"a single payment":   func(c *recovery.Case) { c.TransactionNo = "a2" },
	} {
		wantCode(t, tryToFile(t, b.Store, change), recovery.CodeTransactionOpen)
		if n := b.count(t, "cases"); n != 1 {
			t.Errorf("%s: a refused filing left rows", name)
		}
	}
	for _, number := range []string{"a1", "a2", "a3"} {
		items, _, err := b.ListCases(t.Context(), recovery.CaseFilter{Query: number}, 10, "")
		if err != nil || len(items) != 1 {
			t.Errorf("search for %s: %d cases (%v)", number, len(items), err)
		}
	}
	closeCase(t, b.Store, first)
	second := file(t, b.Store, withSends("a3", "b1"))
	if !must[bool](t)(b.TransactionOpen(t.Context(), first)) {
		t.Error("the closed case may be opened beside the other one")
	}
	_, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryReopened, "r1"), Next: first.Position})
	wantCode(t, err, recovery.CodeTransactionOpen)
	closeCase(t, b.Store, second)
	if _, err = b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryReopened, "r2"), Next: first.Position}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, tryToFile(t, b.Store, withSends("a1")), recovery.CodeTransactionOpen)
	if n := b.count(t, "open_transactions where case_id = $1", first.ID); n != 3 {
		t.Errorf("a reopened case holds %d of its numbers", n)
	}
}

// spellings are ways to write the number ab-12_c3.
var spellings = []string{"ab-12_c3", "AB-12_C3", "'ab-12_c3", "`AB-12_c3", `="ab-12_c3"`, " ab-12_c3 ", "ab-12 _c3", "ａｂ－１２＿ｃ３", "ab-12\u200b_c3", "\tAb-12_c3"}

// TestSpellingsOfANumberAreOneTransaction: the number is stored as typed, and every
// spelling finds it and is refused while its case is open.
func TestSpellingsOfANumberAreOneTransaction(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	for _, typed := range spellings {
		first := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = typed })
		if got := must[recovery.Case](t)(b.ReadCase(t.Context(), first.ID)); got.TransactionNo != typed {
			t.Errorf("%q was stored as %q", typed, got.TransactionNo)
		}
		for _, other := range spellings {
			wantCode(t, tryToFile(t, b.Store, func(c *recovery.Case) { c.TransactionNo = other }), recovery.CodeTransactionOpen)
			wantCode(t, tryToFile(t, b.Store, withSends("zz9", other)), recovery.CodeTransactionOpen)
			items, _, err := b.ListCases(t.Context(), recovery.CaseFilter{Query: other, OpenOnly: true}, 10, "")
			if err != nil || len(items) != 1 || items[0].ID != first.ID {
				t.Errorf("%q does not find %q: %d cases (%v)", other, typed, len(items), err)
			}
		}
		closeCase(t, b.Store, first)
	}
}

// TestReopeningClaimsTheNumber: a case cannot be opened again beside another case of
// the same transaction, whatever the spelling.
func TestReopeningClaimsTheNumber(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "'ABC1" })
	reopen := func(key string) error {
		_, err := b.WriteStep(t.Context(), postgres.StepWrite{CaseID: first.ID, Drafts: drafts(recovery.EntryReopened, key), Next: first.Position})
		return err
	}
	closeCase(t, b.Store, first)
	second := file(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "abc1" })
	wantCode(t, reopen("r1"), recovery.CodeTransactionOpen)
	if got := must[recovery.Case](t)(b.ReadCase(t.Context(), first.ID)); got.ClosedAt == nil || len(verifyChain(t, b.Store, first.ID)) != 2 {
		t.Error("the refused reopening left something")
	}
	closeCase(t, b.Store, second)
	if err := reopen("r2"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, tryToFile(t, b.Store, func(c *recovery.Case) { c.TransactionNo = "ABC1" }), recovery.CodeTransactionOpen)
}

// TestManyFilingsOfTheSamePayments: the numbers arrive in different orders, and
// exactly one filing wins.
func TestManyFilingsOfTheSamePayments(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	var filings sync.WaitGroup
	var filed, refused atomic.Int32
	for i := range 50 {
		filings.Go(func() {
			numbers := []string{"x1", "x2", "x3"}
			if i%2 == 0 {
				numbers = []string{"X1", "'x2", "Ｘ3"}
			}
			err := tryToFile(t, s, withSends(numbers[i%3], numbers[(i+1)%3], numbers[(i+2)%3]))
			switch recovery.CodeOf(err) {
			case recovery.CodeTransactionOpen:
				refused.Add(1)
			default:
				if err == nil {
					filed.Add(1)
				} else {
					t.Error(err)
				}
			}
		})
	}
	filings.Wait()
	if filed.Load() != 1 || refused.Load() != 49 {
		t.Errorf("%d filed, %d refused", filed.Load(), refused.Load())
	}
}

// TestStatisticsCountTheClaim: what was owed is neither claimed nor expected back.
func TestStatisticsCountTheClaim(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s, func(c *recovery.Case) { c.Position.Claim, c.Position.Facts.Intended = 180_000, 20_000 })
	walk(t, s, c, shut(recovery.RecoveredFull, 180_000))
	counts := must[[]recovery.OutcomeCount](t)(s.OutcomeCounts(t.Context(), bands))
	if len(counts) != 1 || counts[0].AmountFen != 180_000 || counts[0].RecoveredFen != 180_000 {
		t.Errorf("%+v", counts)
	}
}
