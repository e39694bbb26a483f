package decode_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
)

// TestABillOfAHundredThousandRowsInAChild is read within the budget: 3 seconds of processor
// and 200 MB beside what a child has when it starts.
func TestABillOfAHundredThousandRowsInAChild(t *testing.T) {
	runner := newChildRunner(t)
	decoder := decode.NewDecoder(runner)
	small := fileOf([]byte(billHead + fmt.Sprintf(billRow, 1)))
	if _, err := decoder.Bill(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	idle := runner.used
	var text strings.Builder
	text.WriteString(billHead)
	for i := range 100_000 {
		fmt.Fprintf(&text, billRow, 1_000_050_001_261_128_000+i)
	}
	bill, err := decoder.Bill(t.Context(), fileOf([]byte(text.String())))
	if err != nil || len(bill.Transactions) != 100_000 {
		t.Fatalf("%d rows, %v", len(bill.Transactions), err)
	}
	memory, processor := runner.used.Peak-idle.Peak, runner.used.Processor-idle.Processor
	t.Logf("%d MB: %s of processor, %d MB", text.Len()>>20, processor.Round(time.Millisecond), memory>>20)
	if memory > 200<<20 || processor > 3*time.Second {
		t.Errorf("it takes %s and %d MB", processor, memory>>20)
	}
}
