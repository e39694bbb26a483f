package verify_test

import (
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/seal/sealtest"
	"recourse/evidence/verify"
)

// day is the start of the journals in these tests.
var day = bagtest.Start

// clocked returns a bag with chosen stamp times: for two earlier checkpoints (one and
// two minutes after day) and its own (twelve minutes).
func clocked(t *testing.T, clock *sealtest.Clock, first, second, own time.Time) *box {
	t.Helper()
	f := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 2})
	at := func(when time.Time, note string) *folio.Stamp {
		clock.At = when
		stamp := stampOf(t, clock, note)
		stamp.At = day // for the writer, which would leave out what goes back
		return stamp
	}
	f.Earlier[0].Stamp, f.Earlier[1].Stamp = at(first, f.Earlier[0].Note), at(second, f.Earlier[1].Note)
	f.Stamp, f.Roots = at(own, f.Checkpoint), clock.RootsPEM()
	return open(t, write(t, f))
}

// TestStampsKeepTheRulesOfTime covers rules that openssl does not check.
func TestStampsKeepTheRulesOfTime(t *testing.T) {
	t.Parallel()
	minute := func(n int) time.Time { return day.Add(time.Duration(n) * time.Minute) }
	const one, two, own = "data/tokens/000000001.tsr", "data/tokens/000000002.tsr", "data/tokens/checkpoint.tsr"
	for name, c := range map[string]struct {
		first, second, own time.Time
		item               string
	}{
		"in order":                          {minute(3), minute(4), minute(20), ""},
		"all at once":                       {minute(20), minute(20), minute(20), ""},
		"within the slack of clocks":        {day.Add(-time.Second), minute(1).Add(-time.Second), minute(11).Add(-time.Second), ""},
		"before the newest entry":           {minute(3), minute(4), minute(10), own},
		"first before its entry":            {minute(-1), minute(4), minute(20), one},
		"going back":                        {minute(9), minute(8), minute(20), two},
		"own before an earlier one":         {minute(3), minute(40), minute(20), own},
		"before the certificate was valid":  {day.AddDate(-2, 0, 0), minute(4), minute(20), one},
		"after the certificate had expired": {minute(3), minute(4), day.AddDate(2, 0, 0), own},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := sealtest.NewClock(t, day.AddDate(-1, 0, 0), day.AddDate(1, 0, 0))
			if got := found(t, clocked(t, clock, c.first, c.second, c.own)); got != c.item {
				t.Errorf("named %q, want %q", got, c.item)
			}
		})
	}
}

func TestExpectedAuthority(t *testing.T) {
	t.Parallel()
	clock := sealtest.NewClock(t, day.AddDate(-1, 0, 0), day.AddDate(1, 0, 0))
	b := clocked(t, clock, day.Add(time.Hour), day.Add(time.Hour), day.Add(time.Hour))
	raw, folder := b.zip(), b.unpack()
	summary, err := check(raw)
	if err != nil || summary.Stamp.Expected {
		t.Fatalf("%+v, %v", summary.Stamp, err)
	}
	for fingerprint, want := range map[string]string{summary.Stamp.Fingerprint: "", digestOf([]byte("x")): "data/tokens/000000001.tsr"} {
		got, err := reader(verify.Options{Authority: fingerprint}, raw)
		if item(t, err) != want || err == nil && !got.Stamp.Expected {
			t.Errorf("Go: %v, want %q", err, want)
		}
		output, code := script(t, folder, "--authority", fingerprint)
		if (code == 0) != (want == "") {
			t.Errorf("verify.sh: exit %d\n%s", code, output)
		}
	}
}
