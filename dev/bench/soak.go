package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"recourse/dev/local"
)

const (
	soakClients = 8
	// soakCases are read and written; new ones are filed, too.
	soakCases = 20
	// soakOpen is how many open cases there are before, so that the caches are full.
	soakOpen = 2_500
	// soakHostile is how many requests there are for each hostile one.
	soakHostile = 100
	soakSamples = 40
)

// soak is a load of many minutes, a part of which is hostile.
type soak struct {
	*apiClient

	up       local.Up
	cases    []string
	hostile  [][]byte // files that cost much
	draws    atomic.Int64
	stored   atomic.Int64 // bytes of files that were accepted
	requests atomic.Int64
	refused  atomic.Int64 // hostile requests
	failed   atomic.Int64 // answers with 500 and above, but 503
}

// soakTime is 30 minutes, or BENCH_SOAK.
func soakTime() (time.Duration, error) {
	text := os.Getenv("BENCH_SOAK")
	if text == "" {
		return 30 * time.Minute, nil
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("BENCH_SOAK is %q: write a duration such as 30m", text)
	}
	return length, nil
}

// measureSoak runs half of the load that the product can bear, with one hostile request in
// a hundred. Memory and descriptors must not grow, and the disk only by what was stored.
func measureSoak(ctx context.Context, up local.Up) ([]row, error) {
	length, err := soakTime()
	if err != nil {
		return nil, err
	}
	s, err := newSoak(ctx, up)
	if err != nil {
		return nil, err
	}
	file := func(ctx context.Context, _ int) error { _, err := s.fileCase(ctx); return err }
	if _, err := callConcurrently(ctx, soakClients, untilCount(soakOpen), file); err != nil {
		return nil, err
	}
	full, err := callConcurrently(ctx, soakClients, untilElapsed(15*time.Second), s.honest)
	if err != nil {
		return nil, err
	}
	before, err := s.look()
	if err != nil {
		return nil, err
	}
	s.stored.Store(0)
	samples, err := s.run(ctx, length, full.rate()/2)
	if err != nil {
		return nil, err
	}
	after, err := s.awaitRest(ctx, before)
	if err != nil {
		return nil, err
	}
	return s.rows(length, full, samples, before, after), nil
}

func newSoak(ctx context.Context, up local.Up) (*soak, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	s := &soak{apiClient: d, up: up, hostile: costlyFiles()}
	for range soakCases {
		id, err := d.fileCase(ctx)
		if err != nil {
			return nil, err
		}
		s.cases = append(s.cases, id)
	}
	return s, nil
}

// draw returns the next of the numbers below n, in an order without a pattern.
func (s *soak) draw(n int) int { return int(s.draws.Add(1) * 7_919 % 100_003 % int64(n)) }

// honest is one request as people send them: seven of ten read.
func (s *soak) honest(ctx context.Context, _ int) error {
	id := s.cases[s.draw(soakCases)]
	var answer struct{}
	switch dice := s.draw(200); {
	case dice < 120:
		return s.getJSON(ctx, "/cases/"+id, &answer)
	case dice < 170:
		return s.getJSON(ctx, "/cases?limit=20", &answer)
	case dice < 198:
		return s.getJSON(ctx, "/cases/"+id+"/journal?limit=20", &answer)
	case dice < 199:
		_, err := s.fileCase(ctx)
		return err
	default:
		text := bytes.Repeat([]byte(fmt.Sprintf("聊天记录 %d\n", s.next.Add(1))), 100)
		return s.upload(ctx, id, "chat_export", "聊天.txt", text)
	}
}

func (s *soak) upload(ctx context.Context, id, kind, name string, data []byte) error {
	err := s.uploadFile(ctx, id, kind, name, data)
	if err == nil {
		s.stored.Add(int64(len(data)))
	}
	return err
}

// attack is one hostile request.
func (s *soak) attack(ctx context.Context) error {
	s.refused.Add(1)
	id := s.cases[0]
	switch dice := s.draw(40); {
	case dice == 0:
		data := bytes.Clone(s.hostile[s.draw(len(s.hostile))])
		return s.upload(ctx, id, "other", "x.png", fmt.Append(data, s.next.Add(1))) // every file is different
	case dice < 14:
		return s.sendRaw(ctx, http.MethodPost, "/assessments", strings.Repeat(`{"a":`, 20_000))
	case dice < 27:
		return s.sendRaw(ctx, http.MethodPost, "/cases/"+id+"/actions/record_return", `{"amount_fen":1e400}`)
	default:
		return s.leaveHalf(ctx)
	}
}

func (s *soak) sendRaw(ctx context.Context, method, path, body string) error {
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	var answer struct{}
	return s.sendRequest(request, &answer)
}

// leaveHalf sends a part of a request and leaves the connection open for a while.
func (s *soak) leaveHalf(ctx context.Context) error {
	var dialer net.Dialer
	address := strings.TrimPrefix(s.up.BaseURL, "http://")
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	_, err = io.WriteString(connection, "POST /api/v1/assessments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	time.AfterFunc(20*time.Second, func() { _ = connection.Close() })
	return err
}

// look is what the product holds at an instant.
type look struct {
	memory      int64 // bytes
	descriptors int
	files       int64 // bytes in the folders of the product
}

func (s *soak) look() (look, error) {
	var seen look
	var errs [4]error
	var blobs, exports int64
	seen.memory, errs[0] = readMemory(s.up, "VmRSS")
	seen.descriptors, errs[1] = openDescriptors(s.up)
	blobs, errs[2] = folderSize(filepath.Join(s.up.Data, "blobs"))
	exports, errs[3] = folderSize(filepath.Join(s.up.Data, "exports"))
	seen.files = blobs + exports
	return seen, errors.Join(errs[:]...)
}

// run sends requests at a rate and looks at the product from time to time.
func (s *soak) run(ctx context.Context, length time.Duration, rate float64) ([]look, error) {
	over, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var clients sync.WaitGroup
	for range soakClients {
		clients.Go(func() { s.runClient(over, time.Duration(soakClients/rate*float64(time.Second))) })
	}
	defer clients.Wait()
	var samples []look
	tick := time.NewTicker(length / soakSamples)
	defer tick.Stop()
	for {
		select {
		case <-over.Done():
			return samples, ctx.Err()
		case <-tick.C:
			seen, err := s.look()
			if err != nil {
				return nil, err
			}
			samples = append(samples, seen)
		}
	}
}

func (s *soak) runClient(ctx context.Context, pause time.Duration) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		send := s.honest
		if s.requests.Add(1)%soakHostile == 0 {
			send = func(ctx context.Context, _ int) error { return s.attack(ctx) }
		}
		err := send(ctx, 0)
		if status, is := errors.AsType[*statusError](err); is && status.status >= 500 && status.status != http.StatusServiceUnavailable {
			s.failed.Add(1)
		}
	}
}

// awaitRest looks again when the connections and examinations of the load have ended.
func (s *soak) awaitRest(ctx context.Context, before look) (look, error) {
	s.http.CloseIdleConnections()
	var seen look
	for until := time.Now().Add(3 * time.Minute); ; {
		var err error
		if seen, err = s.look(); err != nil || seen.descriptors <= before.descriptors+4 || time.Now().After(until) {
			return seen, err
		}
		select {
		case <-ctx.Done():
			return seen, ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

func (s *soak) rows(length time.Duration, full load, samples []look, before, after look) []row {
	early, late := medianMemory(samples[len(samples)/4:len(samples)/2]), medianMemory(samples[len(samples)*3/4:])
	grown, stored := after.files-before.files, s.stored.Load()
	return []row{
		{
			what:   fmt.Sprintf("memory after %s at half load", length),
			figure: fmt.Sprintf("%d MB", late>>20), yardstick: fmt.Sprintf("second quarter: %d MB", early>>20),
			ratio: formatRatio(float64(late) / float64(early)), budget: "≤ 1.10 ×", kept: float64(late) <= 1.1*float64(early),
		},
		{
			what: "descriptors after the load", figure: strconv.Itoa(after.descriptors), yardstick: fmt.Sprintf("before: %d", before.descriptors),
			ratio: "", budget: "≤ 4 more", kept: after.descriptors <= before.descriptors+4,
		},
		{
			what: "files on disk", figure: fmt.Sprintf("%.1f MB more", float64(grown)/(1<<20)), yardstick: fmt.Sprintf("accepted: %.1f MB", float64(stored)/(1<<20)),
			ratio: formatRatio(float64(grown) / float64(max(stored, 1))), budget: "≤ 1.5 × with copies for viewing", kept: float64(grown) <= 1.5*float64(stored),
		},
		{
			what:   "answers with 500 and above",
			figure: fmt.Sprintf("%d of %d", s.failed.Load(), s.requests.Load()), yardstick: fmt.Sprintf("full load %s, %d hostile", full, s.refused.Load()),
			ratio: "", budget: "0", kept: s.failed.Load() == 0,
		},
	}
}

func medianMemory(samples []look) int64 {
	values := make([]int64, len(samples))
	for i, one := range samples {
		values[i] = one.memory
	}
	slices.Sort(values)
	return values[len(values)/2]
}
