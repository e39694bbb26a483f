package postgres

import (
	"testing"
	"time"
)

// FuzzCursor: what stands in an address is either a place as a page gave it, or
// refused; nothing else reaches a query.
func FuzzCursor(f *testing.F) {
	f.Add(encodeCursor(time.UnixMicro(1_790_000_000_000_000), "case_1"))
	f.Add("MTIz")
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		at, id, err := decodeCursor(cursor)
		if err != nil {
			return
		}
		if again, same, err := decodeCursor(encodeCursor(at, id)); err != nil || !again.Equal(at) || same != id {
			t.Fatalf("%q is %s, %q, and then %s, %q: %v", cursor, at, id, again, same, err)
		}
	})
}
