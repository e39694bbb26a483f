package textlint_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"recourse/textlint"
)

// TestMaskIsFastOnLongChats measures processor time, because other programs may use the same
// processors. Alone, a megabyte takes half a second.
func TestMaskIsFastOnLongChats(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	chat := denseChat(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime(t)
	_, spans := k.Mask(chat, textlint.Names{Hide: []string{"山风", "海浪"}})
	took := threadTime(t) - before
	t.Logf("%d spans in %s", len(spans), took)
	if len(spans) < 1000 || took > 3*time.Second {
		t.Errorf("%d spans in %s", len(spans), took)
	}
}

// threadTime returns the processor time of the thread.
func threadTime(t *testing.T) time.Duration {
	t.Helper()
	const thread = 1 // RUSAGE_THREAD
	var used syscall.Rusage
	if err := syscall.Getrusage(thread, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
