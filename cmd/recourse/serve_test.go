package main

import (
	"runtime/debug"
	"testing"
)

// TestServingCollectsLess unless the operator chose otherwise. It is about the
// whole process and therefore not parallel.
func TestServingCollectsLess(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	collectLess("50")
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("the operator chose, and it is %d", got)
	}
	collectLess("")
	if got := debug.SetGCPercent(100); got != servingGC {
		t.Errorf("nobody chose, and it is %d", got)
	}
}
