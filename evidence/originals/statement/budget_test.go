package statement_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// largeBill is a bill of 100,000 rows, one in ten of them a refund.
func largeBill() string {
	var text strings.Builder
	text.WriteString("微信支付账单明细\n" + weChatHead + "\n")
	for i := range 100_000 {
		at := noon.Add(-time.Duration(i) * time.Minute)
		kind, way, number, merchant := "转账", "支出", fmt.Sprintf("10000500012611%018d", i), fmt.Sprintf("10000500012026%014d", i)
		if i%10 == 0 {
			kind, way, number, merchant = "转账-退款", "收入", fmt.Sprintf("10000500012026%014d", i+5), "/"
		}
		text.WriteString(formatLocal(at) + "," + kind + ",小杜,转账备注:微信转账," + way + ",¥20.00,零钱,朋友已收钱," + number + "\t," + merchant + "\t,/\n")
	}
	return text.String()
}

// The budget of a bill of 100,000 rows.
const (
	maxBillTime   = 3 * time.Second
	maxBillMemory = 200 << 20
)

// processorTime is what this process has used: other programs make no difference.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// TestABillOfAHundredThousandRows is read and compared within its budget.
func TestABillOfAHundredThousandRows(t *testing.T) { // not parallel: it measures
	text := largeBill()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processorTime(t)
	bill, err := statement.Parse(strings.NewReader(text), 100<<20)
	if err != nil {
		t.Fatal(err)
	}
	found := bill.ProposeMatches(statement.ClaimedPayment{Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 2_000, SentAt: noon.Add(-1001 * time.Minute)})
	took := processorTime(t) - start
	runtime.ReadMemStats(&after)
	used := after.HeapSys - min(before.HeapSys, after.HeapSys) + before.HeapInuse
	t.Logf("%d rows of %d MB in %s of processor time, heap of %d MB", len(bill.Transactions), len(text)>>20, took.Round(time.Millisecond), used>>20)
	if len(bill.Transactions) != 100_000 || len(found) == 0 {
		t.Errorf("%d rows, %d proposed", len(bill.Transactions), len(found))
	}
	if took > maxBillTime || used > maxBillMemory {
		t.Errorf("it took %s and %d MB", took, used>>20)
	}
}

func BenchmarkParse(b *testing.B) {
	text := largeBill()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := statement.Parse(strings.NewReader(text), 100<<20); err != nil {
			b.Fatal(err)
		}
	}
}
