package recovery_test

import (
	"testing"

	"recourse/recovery"
)

func TestWhatMayBeSplit(t *testing.T) {
	t.Parallel()
	family := recovery.Group{Kind: recovery.FamilyGroup, Size: 8}
	all, some := []recovery.Counterpart{{Claimed: 20_000}}, []recovery.Counterpart{{Claimed: 3_400}}
	for _, test := range []struct {
		name         string
		instrument   recovery.Instrument
		group        recovery.Group
		counterparts []recovery.Counterpart
		want         bool
	}{
		{"a transfer has one recipient", recovery.Transfer, family, some, false},
		{"a packet to one person", recovery.OrdinaryPacket, recovery.Group{Kind: recovery.NoGroup}, some, false},
		{"a packet in a group", recovery.OrdinaryPacket, family, some, true},
		{"nobody is named yet", recovery.EnterprisePacket, family, nil, true},
		{"one of several", recovery.PasswordPacket, family, []recovery.Counterpart{{Claimed: 20_000}, {}}, true},
		{"one is named and nobody says how much they took", recovery.OrdinaryPacket, family, []recovery.Counterpart{{}}, false},
		{"one is named of those who drew lots", recovery.LuckyPacket, family, []recovery.Counterpart{{}}, true},
		{"one took everything", recovery.OrdinaryPacket, family, all, false},
		{"a lucky packet is shared wherever it was sent", recovery.LuckyPacket, recovery.Group{}, some, true},
		{"a lucky packet that one person emptied", recovery.LuckyPacket, family, all, false},
	} {
		c := recovery.Case{Instrument: test.instrument, Group: test.group, Counterparts: test.counterparts, Amount: 20_000}
		if got := c.CanBeSplit(); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
