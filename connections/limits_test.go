package connections_test

import (
	"strings"
	"testing"

	"recourse/connections"
)

func TestParseLimits(t *testing.T) {
	t.Parallel()
	for settings, tc := range map[string]struct {
		want  connections.Limits
		fault string
	}{
		"":                             {want: connections.Limits{Total: 500, PerAddress: 250, Streams: 200, StreamsPerAccount: 10, StreamsPerAddress: 50}},
		"total=600 per_address=30":     {want: connections.Limits{Total: 600, PerAddress: 30, Streams: 200, StreamsPerAccount: 10, StreamsPerAddress: 50}},
		" streams_per_account=3\n":     {want: connections.Limits{Total: 500, PerAddress: 250, Streams: 200, StreamsPerAccount: 3, StreamsPerAddress: 50}},
		"streams=7 streams=8":          {want: connections.Limits{Total: 500, PerAddress: 250, Streams: 8, StreamsPerAccount: 10, StreamsPerAddress: 50}},
		"streams_per_address=9":        {want: connections.Limits{Total: 500, PerAddress: 250, Streams: 200, StreamsPerAccount: 10, StreamsPerAddress: 9}},
		"connections=4":                {fault: "per_address"},
		"total":                        {fault: "total=100"},
		"total=0":                      {fault: "1 or more"},
		"total=many":                   {fault: "1 or more"},
		"total=1000":                   {fault: "ulimit"},
		"per_address=501":              {fault: "leaves room"},
		"total=100 per_address=50":     {fault: "streams=200"},
		"total=100 streams=101":        {fault: "per_address=250"},
		"per_address=-1":               {fault: "1 or more"},
		"per_address=9999999999999999": {fault: "total"},
	} {
		got, err := connections.ParseLimits(settings, 1000)
		if tc.fault == "" && (err != nil || got != tc.want) {
			t.Errorf("%q: %+v, %v", settings, got, err)
		}
		if tc.fault != "" && (err == nil || !strings.Contains(err.Error(), tc.fault)) {
			t.Errorf("%q: %v, want %q", settings, err, tc.fault)
		}
	}
}

// TestDefaultsFitTheProcess: whatever a process may open, one address leaves room for
// others, and connections for files.
func TestDefaultsFitTheProcess(t *testing.T) {
	t.Parallel()
	for _, descriptors := range []uint64{16, 256, 1024, 20_000, 1 << 62} {
		l, err := connections.ParseLimits("", descriptors)
		if err != nil || uint64(l.Total) > descriptors/2 || l.PerAddress > l.Total/2 || l.Streams > l.Total/2 || l.PerAddress < 1 {
			t.Errorf("%d: %+v, %v", descriptors, l, err)
		}
	}
}

func TestNetworkOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "192.0.2.1:80": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "[2001:db8:1:2::9]:80": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"": "", "pipe": "pipe",
	} {
		if got := connections.NetworkOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
