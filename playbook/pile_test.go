package playbook

import (
	"slices"
	"testing"
)

// TestACutStaysAsItIs: what was cut from a pile changes neither by what is put on
// it later nor by an append of whoever holds the cut.
func TestACutStaysAsItIs(t *testing.T) {
	t.Parallel()
	p := make(pile[string], 0, 2)
	if none := p.since(0); none == nil || len(none) > 0 {
		t.Errorf("cut %#v of an empty pile", none)
	}
	p = append(p, "first")
	first := p.since(0)
	p = append(p, "second")
	second := p.since(1)
	_ = append(first, "stray")
	p = append(p, "third") // beyond its room
	p[0] = "changed"
	for name, got := range map[string][]string{"first": first, "second": second, "third": p.since(2)} {
		if !slices.Equal(got, []string{name}) {
			t.Errorf("cut %q, want %q", got, name)
		}
	}
}
