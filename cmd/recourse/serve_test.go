package main

import (
	"runtime/debug"
	"testing"
)

// TestMemoryIsCollectedLess unless the operator chose otherwise. It is about the
// whole process and therefore not parallel.
func TestMemoryIsCollectedLess(t *testing.T) {
	growth, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(1<<40)
	defer func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(limit)
	}()
	collectLess("50", "1GiB")
	if growth, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); growth != 100 || limit != 1<<40 {
		t.Errorf("the operator chose, and it is %d and %d", growth, limit)
	}
	collectLess("", "")
	if growth, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); growth != heapGrowth || limit != memoryLimit {
		t.Errorf("nobody chose, and it is %d and %d", growth, limit)
	}
}
