package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/dev/local"
)

const (
	// Each client rests after an answer. Without the rest they would measure how long
	// they queue for two processors behind each other.
	assessClients = 8
	assessRest    = 8 * time.Millisecond
	// assessTurns is how often product and baseline are measured, in turns of
	// assessTurn each: other load on the machine comes and goes within a second.
	assessTurns = 10
	assessTurn  = 500 * time.Millisecond
)

// misSend is a mis-send with every fact that an assessment accepts.
const misSend = `{
	"platform": "wechat", "instrument": "transfer", "amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00",
	"reason": "wrong_group", "claim_state": "claimed", "account": "personal", "delayed_arrival": "none",
	"group": {"kind": "work", "size": 12}, "counterparts": [{"alias": "老王", "claimed_fen": 120000}, {"claimed_fen": 80000}],
	"claimant": {"province": "浙江省", "city": "杭州"}, "refusal": "claims_gift", "bystanders": 3,
	"noticed_at": "2026-03-01T12:35:00+08:00", "notified_at": "2026-03-01T12:40:00+08:00",
	"circumstances": {"same_employer": true}
}`

// measureAssessments measures the answers about a mis-send in turns with a baseline: a
// server that sends as many bytes without computing them.
func measureAssessments(ctx context.Context, up local.Up) (rows []row, err error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: assessClients}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	assess := postMisSend(client, up.BaseURL+"/api/v1/assessments")
	size, err := assess(ctx)
	if err != nil {
		return nil, err
	}
	base, stop, err := startBaseline(ctx, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	got, err := measureInTurns(assessTurns, loadOf(ctx, assess), loadOf(ctx, postMisSend(client, base)))
	if err != nil {
		return nil, err
	}
	return []row{assessmentRow(got[0], got[1])}, nil
}

func loadOf(ctx context.Context, ask func(context.Context) (int, error)) func() (load, error) {
	return func() (load, error) {
		took, began := make([][]time.Duration, assessClients), time.Now()
		_, err := callConcurrently(ctx, assessClients, untilElapsed(assessTurn), func(ctx context.Context, client int) error {
			time.Sleep(assessRest)
			from := time.Now()
			_, err := ask(ctx)
			took[client] = append(took[client], time.Since(from))
			return err
		})
		return newLoad(slices.Concat(took...), time.Since(began)), err
	}
}

func assessmentRow(got, baseline load) row {
	median := float64(got.percentile(0.5)) / float64(baseline.percentile(0.5))
	p99 := float64(got.percentile(0.99)) / float64(baseline.percentile(0.99))
	return row{
		what: "an assessment, 8 clients, 8 ms apart", figure: formatTail(got), yardstick: "as many bytes: " + formatTail(baseline),
		ratio: "p50 " + formatRatio(median) + ", p99 " + formatRatio(p99), budget: "p50 ≤ 3, p99 ≤ 4", kept: median <= 3 && p99 <= 4,
	}
}

func formatTail(l load) string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", l.rate(), milliseconds(l.percentile(0.5)), milliseconds(l.percentile(0.99)))
}

// postMisSend returns a call that posts the facts to url and returns the size of
// the answer. Any status but 200 is an error.
func postMisSend(client *http.Client, url string) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(misSend))
		if err != nil {
			return 0, err
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		size, err := io.Copy(io.Discard, response.Body)
		if response.StatusCode != http.StatusOK {
			err = errors.Join(err, fmt.Errorf("POST %s: %s", url, response.Status))
		}
		return int(size), errors.Join(err, response.Body.Close())
	}
}

// baselineCommand is the argument that makes this program the baseline server.
const baselineCommand = "baseline"

// startBaseline starts the baseline server in a process of its own, as the
// product is, and returns its URL. stop ends it.
func startBaseline(ctx context.Context, size int) (base string, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, fmt.Errorf("find this program: %w", err)
	}
	server := exec.CommandContext(ctx, self, baselineCommand, strconv.Itoa(size))
	stdin, err := server.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := server.Start(); err != nil {
		return "", nil, fmt.Errorf("start the baseline server: %w", err)
	}
	stop = func() error { return errors.Join(stdin.Close(), server.Wait()) }
	base, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the baseline server prints no URL: %w", err), stop())
	}
	return strings.TrimSpace(base), stop, nil
}

// serveBaseline answers every request with size bytes. It prints its URL and runs
// until in ends.
func serveBaseline(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("the baseline server needs the size of an answer")
	}
	size, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("the size of an answer: %w", err)
	}
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	answer := make([]byte, size)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(answer)
	})
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	err = errors.Join(err, server.Close())
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
