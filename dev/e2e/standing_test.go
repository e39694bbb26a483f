package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	standingCount = flag.Int("standing", 300, "how many connections TestStandingConnections holds; with -stand=30s or more it also compares p95")
	standingTime  = flag.Duration("stand", 6*time.Second, "how long TestStandingConnections holds them")
)

const (
	workingClients = 20
	// workPace is the time between two requests of one client.
	workPace = 100 * time.Millisecond
	// standAgain is the time after which a standing connection that the server closed is
	// opened again.
	standAgain = 3 * time.Second
	// comparedFrom is the length from which the p95 of enough requests is compared.
	comparedFrom = 30 * time.Second
)

// TestStandingConnections lets 20 clients work, alone and beside connections that stand
// still in six ways, from other addresses and from their own. None of their requests
// is refused, and with the full size the slowest twentieth takes at most twice as long.
func TestStandingConnections(t *testing.T) {
	t.Setenv("RECOURSE_LIMITS", "all=off") // limits of requests would hide those of connections
	p := newTestStack(t)
	run := p.startRun(t, "--no-sample")
	run.awaitOutput(t, upMessage)
	crowd := p.prepareCrowd(t)
	// From each of the other addresses fewer connections come than make room for others.
	others := []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"}
	t.Run("beside other addresses", func(t *testing.T) { crowd.compare(t, others) })
	t.Run("beside the own address", func(t *testing.T) { crowd.compare(t, []string{"127.0.0.1"}) })
	run.interrupt(t)
}

// compare measures the clients beside standing connections, and alone before and after,
// because other programs slow the machine for minutes.
func (c *crowd) compare(t *testing.T, sources []string) {
	alone := c.work(t, *standingTime/2)
	stop := c.stand(t, sources)
	beside := c.work(t, *standingTime)
	stop()
	alone = append(alone, c.work(t, *standingTime/2)...)
	t.Logf("connections: %s", c.readCounts(t))
	t.Logf("alone:  %s", describeTimes(alone))
	t.Logf("beside: %s", describeTimes(beside))
	if *standingTime >= comparedFrom && percentile(beside, 95) > 2*percentile(alone, 95) {
		t.Error("the p95 is more than twice as long")
	}
}

// readCounts returns the metrics of connections.
func (c *crowd) readCounts(t *testing.T) string {
	t.Helper()
	response, err := http.Get("http://" + c.addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	metrics, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.SplitSeq(string(metrics), "\n") {
		if strings.HasPrefix(line, "recourse_connections") {
			found = append(found, strings.TrimPrefix(line, "recourse_"))
		}
	}
	return strings.Join(found, ", ")
}

func percentile(times []time.Duration, n int) time.Duration {
	slices.Sort(times)
	return times[len(times)*n/100]
}

func describeTimes(times []time.Duration) string {
	return fmt.Sprintf("%d requests, p50 %s, p95 %s, p99 %s, slowest %s",
		len(times), percentile(times, 50), percentile(times, 95), percentile(times, 99), slices.Max(times))
}

// crowd knows what working clients and standing connections ask for.
type crowd struct {
	testStack
	caseID  string
	notesID string // a case that gets notes and is not read
	fileID  string
	tokens  []string // of different accounts
	keys    *atomic.Int64
}

func (p testStack) prepareCrowd(t *testing.T) *crowd {
	t.Helper()
	one, err := p.fileWithEvidence(t, "standing")
	if err != nil {
		t.Fatal(err)
	}
	other, err := p.fileWithEvidence(t, "standing-notes")
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{testStack: p, caseID: one.caseID, notesID: other.caseID, keys: &atomic.Int64{}}
	body, kind := formBody(t, "other", "long.txt", strings.Repeat("聊天记录\n", 300_000))
	var added struct{ ID string }
	if err := p.callAPI(t, "claimant", http.MethodPost, "/cases/"+c.caseID+"/evidence", kind, "standing-long", []byte(body), &added); err != nil {
		t.Fatal(err)
	}
	c.fileID = added.ID
	for _, role := range []string{"claimant", "agent", "supervisor", "auditor"} {
		token, err := p.readToken(role)
		if err != nil || token == "" {
			t.Fatal(role, err)
		}
		c.tokens = append(c.tokens, token)
	}
	return c
}

// work lets the clients work and returns the times of their requests.
func (c *crowd) work(t *testing.T, length time.Duration) []time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	took := make([][]time.Duration, workingClients)
	var group sync.WaitGroup
	for client := range workingClients {
		group.Go(func() { took[client] = c.workAs(ctx, t, client) })
	}
	group.Wait()
	all := slices.Concat(took...)
	if len(all) < workingClients {
		t.Fatalf("only %d requests", len(all))
	}
	return all
}

// workAs sends one kind of request after the other. Every fifth one has a connection of
// its own.
func (c *crowd) workAs(ctx context.Context, t *testing.T, client int) (took []time.Duration) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	tick := time.NewTicker(workPace)
	defer tick.Stop()
	for n := client; ; n++ {
		select {
		case <-ctx.Done():
			return took
		case <-tick.C:
		}
		began := time.Now()
		if err := c.sendWork(t, &http.Client{Transport: transport, Timeout: waitLimit}, n); err != nil {
			t.Errorf("client %d: %v", client, err)
			return took
		}
		took = append(took, time.Since(began))
	}
}

func (c *crowd) sendWork(t *testing.T, client *http.Client, n int) error {
	kinds := []struct{ method, path, body string }{
		{http.MethodGet, "/api/v1/cases/" + c.caseID, ""}, {http.MethodGet, "/api/v1/cases", ""}, {http.MethodGet, "/sign-in", ""},
		{http.MethodPost, "/api/v1/cases/" + c.notesID + "/actions/add_note", `{"text":"x","visibility":"shared"}`},
		{http.MethodGet, "/api/v1/cases/" + c.caseID + "/journal", ""}, {http.MethodGet, "/", ""},
	}
	kind := kinds[n%len(kinds)]
	request, err := http.NewRequestWithContext(t.Context(), kind.method, "http://"+c.addr+kind.path, strings.NewReader(kind.body))
	if err != nil {
		return err
	}
	request.Close = n%5 == 0
	request.Header.Set("Authorization", "Bearer "+c.tokens[0])
	request.Header.Set("Idempotency-Key", fmt.Sprint("work-", c.keys.Add(1))) // the client may repeat it on a new connection
	if kind.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s %.300s (%w)", kind.method, kind.path, response.Status, answer, err)
	}
	return nil
}

// stand opens standing connections from these addresses, the six kinds in turn, and opens
// each again after the server has closed it. It returns when all are open or were refused.
func (c *crowd) stand(t *testing.T, sources []string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var open, opened atomic.Int64
	var group, first sync.WaitGroup
	first.Add(*standingCount)
	for n := range *standingCount {
		group.Go(func() {
			begun := sync.OnceFunc(first.Done)
			// They come again one by one, not all at the same moment.
			pause := time.Duration(n) * standAgain / time.Duration(*standingCount)
			for ; ctx.Err() == nil; pause = standAgain {
				if s, err := c.openStanding(ctx, sources[n/6%len(sources)], n); err == nil {
					opened.Add(1)
					open.Add(1)
					begun()
					s.hold(ctx)
					open.Add(-1)
				}
				begun()
				waitFor(ctx, pause)
			}
		})
	}
	first.Wait()
	t.Logf("%d connections stand", open.Load())
	return func() {
		t.Logf("%d connections stood at the end, %d were opened", open.Load(), opened.Load())
		cancel()
		group.Wait()
	}
}

// waitFor returns after d or at the end of ctx.
func waitFor(ctx context.Context, d time.Duration) {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-limited.Done()
}

// standing is a connection whose client does nothing more. silent ones do not read either.
type standing struct {
	net.Conn
	silent bool
}

// openStanding opens a connection of the kind that n has.
func (c *crowd) openStanding(ctx context.Context, source string, n int) (*standing, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: 5 * time.Second}
	raw, err := dialer.DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return nil, err
	}
	bearer := "Authorization: Bearer " + c.tokens[n/6%len(c.tokens)] + "\r\n"
	kinds := []struct {
		send   string
		silent bool
	}{
		{send: ""},
		{send: "GET / HTTP/1.1\r\nHost: x\r\nAcc"},
		{send: halfBody(n/6, bearer)},
		{send: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"},
		{send: "GET /api/v1/evidence/" + c.fileID + "/content HTTP/1.1\r\nHost: x\r\n" + bearer + "\r\n", silent: true},
		{send: "GET /api/v1/cases/" + c.caseID + "/events HTTP/1.1\r\nHost: x\r\n" + bearer + "\r\n"},
	}
	kind := kinds[n%len(kinds)]
	if tcp, ok := raw.(*net.TCPConn); ok && kind.silent {
		_ = tcp.SetReadBuffer(4 << 10)
	}
	_, err = io.WriteString(raw, kind.send) // fails if the server had no place
	if err != nil {
		_ = raw.Close()
	}
	return &standing{Conn: raw, silent: kind.silent}, err
}

// halfBody is a request whose body does not end, to a page or to the API.
func halfBody(n int, bearer string) string {
	kinds := []string{
		"POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n", "POST /return HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n",
		"POST /api/v1/assessments HTTP/1.1\r\nContent-Type: application/json\r\n", "POST /api/v1/cases HTTP/1.1\r\nContent-Type: application/json\r\n" + bearer,
	}
	return kinds[n%len(kinds)] + "Host: x\r\nContent-Length: 1000\r\n\r\n{"
}

// hold returns when the server has closed the connection, or at the end of ctx. A silent
// connection learns of it by a byte that it sends each second.
func (s *standing) hold(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	defer func() { _ = s.Close() }()
	if !s.silent {
		_, _ = io.Copy(io.Discard, s)
		return
	}
	for {
		waitFor(ctx, time.Second)
		if _, err := s.Write([]byte("\r")); err != nil {
			return
		}
	}
}
