package main

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"sync/atomic"
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

// TestWhoWaitsIsServedBeforeWhoWasJustServed, on one processor: whoever was ready
// ran by the time a connection is idle. It is about the whole process and
// therefore not parallel.
func TestWhoWaitsIsServedBeforeWhoWasJustServed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var served atomic.Int32
	const waiting = 7
	for range waiting {
		go served.Add(1)
	}
	giveWay(nil, http.StateIdle)
	giveWay(nil, http.StateIdle) // Go chooses the other way round once in sixty-one times
	if served.Load() != waiting {
		t.Errorf("%d of %d who waited were served", served.Load(), waiting)
	}
}
