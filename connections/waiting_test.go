package connections

import (
	"testing"
	"time"
)

// TestWhoMakesRoomFirst compares each with those after it.
func TestWhoMakesRoomFirst(t *testing.T) {
	t.Parallel()
	order := []waiting{
		{share: 9, time: time.Second},
		{share: 9, time: time.Millisecond},
		{share: 9, time: 10 * time.Second, moving: true},
		{share: 9, time: time.Second, moving: true},
		{share: 1, time: time.Hour},
		{share: 1, time: time.Hour, moving: true},
	}
	for i, first := range order {
		for _, second := range order[i+1:] {
			if first.compare(second) <= 0 || second.compare(first) >= 0 {
				t.Errorf("%+v does not make room before %+v", first, second)
			}
		}
		if first.compare(first) != 0 {
			t.Errorf("%+v differs from itself", first)
		}
	}
}

// TestMovingUntilHalfPatience: a transfer that has stalled for long counts like one that
// sends nothing.
func TestMovingUntilHalfPatience(t *testing.T) {
	t.Parallel()
	table := New(Options{Patience: 10 * time.Second})
	began := time.Now()
	c := &conn{table: table, reading: table.newPatience(), writing: table.newPatience()}
	c.reading.startWait(began)
	for after, moving := range map[time.Duration]bool{time.Second: true, 4900 * time.Millisecond: true, 5 * time.Second: false, time.Minute: false} {
		if got := c.waitingAt(began.Add(after)); got.moving != moving || got.time != after {
			t.Errorf("after %s: %+v", after, got)
		}
	}
}
