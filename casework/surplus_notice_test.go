package casework_test

import (
	"strings"
	"testing"
	"time"

	"recourse/recovery"
)

// surplusBodies are the bodies of the unread notices about too much money.
func surplusBodies(t *testing.T, r told) (bodies []string) {
	t.Helper()
	box, err := r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), true, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range box.Items {
		if strings.HasPrefix(item.Title, "退回的钱比应退的多") {
			bodies = append(bodies, item.Body)
		}
	}
	return bodies
}

// TestSurplusNoticesFollowCorrections: what is unread names the sums as they are.
func TestSurplusNoticesFollowCorrections(t *testing.T) {
	t.Parallel()
	yes := true
	for name, test := range map[string]struct {
		returns []recovery.Money
		which   int // of the returns is corrected
		to      recovery.Money
		want    string // "": none
	}{
		"taken back, less is left":      {[]recovery.Money{200_000, 50_000, 30_000}, 1, 0, "共 2,300.00 元，比应退的多 300.00 元"},
		"replaced, less is left":        {[]recovery.Money{300_000}, 0, 250_000, "共 2,500.00 元，比应退的多 500.00 元"},
		"replaced, nothing is left":     {[]recovery.Money{300_000}, 0, 200_000, ""},
		"replaced, more came back":      {[]recovery.Money{300_000}, 0, 350_000, "共 3,500.00 元，比应退的多 1,500.00 元"},
		"another entry, more came back": {[]recovery.Money{100_000, 250_000}, 0, 100_001, "共 3,500.01 元，比应退的多 1,500.01 元"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newTold(t)
			view := r.FileCase(t)
			at := r.Now().Add(-time.Hour)
			for _, sum := range test.returns {
				body := recovery.ActionBody{Action: recovery.RecordReturn, Amount: &sum, At: &at, Channel: recovery.Cash, Confirm: &yes}
				if _, err := r.TakeAction(t.Context(), r.As(recovery.RoleClaimant), view.ID, body); err != nil {
					t.Fatal(err)
				}
			}
			var seqs []int64
			for _, entry := range r.ReadEntries(t, view.ID) {
				if entry.Kind == recovery.EntryReturnRecorded {
					seqs = append(seqs, entry.Seq)
				}
			}
			correction := recovery.ActionBody{Action: recovery.Correct, Seq: seqs[test.which], Reason: "写错了", Confirm: &yes}
			if test.to > 0 {
				correction.Replacement = &recovery.ActionBody{Amount: &test.to}
			}
			if _, err := r.TakeAction(t.Context(), r.As(recovery.RoleSupervisor), view.ID, correction); err != nil {
				t.Fatal(err)
			}
			bodies := surplusBodies(t, r)
			if test.want == "" && len(bodies) == 0 {
				return
			}
			if len(bodies) != 1 || !strings.Contains(bodies[0], test.want) {
				t.Errorf("%q, want %q", bodies, test.want)
			}
		})
	}
}
