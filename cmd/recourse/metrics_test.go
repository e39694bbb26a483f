package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"recourse/loop"
)

// TestWorkerServesMetrics: a process without an API shows the counts of its loops, and
// nothing else.
func TestWorkerServesMetrics(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	log := slog.New(slog.DiscardHandler)
	d := &app{log: log, loops: loop.NewMonitor(log, currentTime), config: config{MetricsAddr: address}}
	ctx, stop := context.WithCancel(t.Context())
	group, ctx := errgroup.WithContext(ctx)
	if err := d.startMetrics(ctx, group); err != nil {
		t.Fatal(err)
	}
	d.loops.SetItems(map[string]int64{"outbox": 3})
	for path, want := range map[string]string{"/metrics": `recourse_items_set_aside{kind="outbox"} 3`, "/": "404 page not found"} {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s %v", path, body, err)
		}
	}
	if err := d.startMetrics(ctx, group); err == nil || !strings.Contains(err.Error(), "RECOURSE_METRICS_ADDR") {
		t.Errorf("a used port: %v", err)
	}
	stop()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
