package casework

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/recovery"
)

// TestLinkLimits pins the numbers that are promised for a link.
func TestLinkLimits(t *testing.T) {
	t.Parallel()
	for class, want := range map[LimitClass][]postgres.UsageWindow{
		LimitLinkAnswers: {{Length: time.Hour, Uses: 10}, {Length: 24 * time.Hour, Uses: 40}},
		LimitLinkFiles:   {{Length: MaxLinkDays * 24 * time.Hour, Uses: 20, Bytes: 200 << 20}},
	} {
		if diff := cmp.Diff(want, findLimit(DefaultLimits(), class).Windows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", class, diff)
		}
	}
}

// TestEveryLimitIsWhole expects a rate, a daily number, a known key and texts in every
// row.
func TestEveryLimitIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[LimitClass]bool{}
	for _, limit := range DefaultLimits() {
		if seen[limit.Class] || !slices.Contains([]LimitedBy{ByAddress, ByCounterpart, ByAccount, ByCase, ByMailAddress}, limit.By) || limit.About == "" || limit.describe() == "" {
			t.Errorf("%+v", limit)
		}
		seen[limit.Class] = true
		for _, window := range limit.Windows {
			if window.Uses == 0 {
				t.Errorf("%s: no number in %v", limit.Class, window.Length)
			}
		}
		if limit.Class != LimitLinkFiles && limit.Class != LimitCaseFiles && (len(limit.Windows) != 2 || limit.Windows[1].Length != day) {
			t.Errorf("%s has no rate with a daily number: %+v", limit.Class, limit.Windows)
		}
	}
}

// TestEveryRoleOfAnAccountHasLimits expects a limit of each use for all who sign in.
func TestEveryRoleOfAnAccountHasLimits(t *testing.T) {
	t.Parallel()
	for _, role := range recovery.Roles {
		for _, use := range []accountUse{useRequests, useChanges, useCases, useLinks, useFiles, useExports} {
			limit := findLimit(DefaultLimits(), use.classFor(role))
			if isAccount := role != recovery.RoleCounterpart && role != recovery.RoleSystem; (len(limit.Windows) > 0) != isAccount {
				t.Errorf("%s of %s: %+v", use, role, limit)
			}
		}
	}
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	table, err := ParseLimits("link_answers=100/day,20/hour link_files=40/link,500MB/link assets=off")
	if err != nil {
		t.Fatal(err)
	}
	for class, want := range map[LimitClass][]postgres.UsageWindow{
		LimitLinkAnswers: {{Length: time.Hour, Uses: 20}, {Length: day, Uses: 100}},
		LimitLinkFiles:   {{Length: LinkLife, Uses: 40, Bytes: 500 << 20}},
		LimitAssets:      nil,
		LimitPages:       findLimit(DefaultLimits(), LimitPages).Windows,
	} {
		got := findLimit(table, class)
		if diff := cmp.Diff(want, got.Windows); diff != "" || len(got.Routes) == 0 {
			t.Errorf("%s (-want +got):\n%s", class, diff)
		}
	}
	if table, err := ParseLimits("all=off"); err != nil || findLimit(table, LimitProbes).Windows != nil || len(table) != len(DefaultLimits()) {
		t.Errorf("all off: %v, %v", table, err)
	}
	for settings, want := range map[string]string{
		"answers=1/day": "there is no such limit", "pages": "not a number", "pages=1": "not a number", "pages=0/day": "not a number",
		"pages=1/week": "not a number", "pages=-1/day": "not a number", "pages=1/day,": "not a number", "pages=9999999999/day": "not a number",
	} {
		if _, err := ParseLimits(settings); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", settings, err)
		}
	}
}

// TestAddressesOfOneHousehold groups what one household has, and hashes it with the
// key of the installation.
func TestAddressesOfOneHousehold(t *testing.T) {
	t.Parallel()
	one, two := &limiter{key: []byte("one")}, &limiter{key: []byte("two")}
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"ports":             {"192.0.2.7:1", "192.0.2.7:2", true},
		"without a port":    {"192.0.2.7:1", "192.0.2.7", true},
		"mapped":            {"[::ffff:192.0.2.7]:1", "192.0.2.7", true},
		"other address":     {"192.0.2.7", "192.0.2.8", false},
		"one network":       {"[2001:db8:1:2::1]:1", "2001:db8:1:2:ffff::9", true},
		"two networks":      {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		"zone":              {"fe80::1%eth0", "fe80::2", true},
		"not an address":    {"@", "@", true},
		"no address at all": {"", "192.0.2.7", false},
	} {
		if got := one.hashAddress(c.a) == one.hashAddress(c.b); got != c.same {
			t.Errorf("%s: %v", name, got)
		}
	}
	hash := one.hashAddress("192.0.2.7")
	if hash == two.hashAddress("192.0.2.7") || strings.Contains(hash, "192") || len(hash) != len("address:")+32 {
		t.Errorf("the key of an address is %s", hash)
	}
}

// TestRefusalNamesTime rounds the time up to the minute that is shown.
func TestRefusalNamesTime(t *testing.T) {
	t.Parallel()
	at := func(clock string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-12-"+clock, recovery.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct{ now, from, words, until string }{
		{"01 13:05:30", "01 14:05:30", "from 14:06 (", "01 14:06:00"},
		{"01 13:05:00", "01 14:05:00", "from 14:05 (", "01 14:05:00"},
		{"01 23:30:00", "02 00:10:00", "from 2026-12-02 00:10 (", "02 00:10:00"},
		{"01 13:05:30", "01 13:05:00", "from 13:05 (", "01 13:05:31"}, // free since then
	} {
		err := refuseUse(Limit{By: ByAddress}, at(c.from), at(c.now))
		fault, found := errors.AsType[*recovery.Fault](err)
		if !found || !strings.Contains(fault.Detail, c.words) || !fault.RetryAt.Equal(at(c.until)) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestLargestLease bounds what a process counts in advance by every window.
func TestLargestLease(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]int64{
		"pages=1/minute": 1, "pages=63/minute": 1, "pages=64/minute": 2, "pages=640/minute,64/day": 2, "pages=1000000/minute": maxLease, "pages=5MB/day": maxLease,
	} {
		table, err := ParseLimits(settings)
		if err != nil {
			t.Fatal(err)
		}
		if got := findLimit(table, LimitPages).largestLease(); got != want {
			t.Errorf("%s: %d, want %d", settings, got, want)
		}
	}
}
