package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework/casetest"
	"recourse/connections"
	"recourse/notify"
	"recourse/recovery"
)

// waitLimit is how long a test waits for one event.
const waitLimit = 20 * time.Second

// connectionRig serves API and pages as the product does, with little patience.
type connectionRig struct {
	*casetest.Fixture
	server *httptest.Server
	table  *connections.Table
}

func newConnectionRig(t *testing.T, patience time.Duration) *connectionRig {
	t.Helper()
	rules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	rig := &connectionRig{Fixture: casetest.New(t)}
	limits := connections.DefaultLimits(1000)
	rig.table = connections.New(connections.Options{Limits: limits, Patience: patience})
	d := &app{store: rig.Store, service: rig.Service, notifyRules: rules, log: slog.New(slog.DiscardHandler)}
	rig.server = httptest.NewUnstartedServer(nil)
	config := d.newHTTPServer(echo.ExtractIPDirect(), rig.table, limits)
	rig.server.Config = config
	rig.server.Listener = rig.table.Listen(rig.server.Listener)
	rig.server.Start()
	t.Cleanup(rig.server.Close)
	return rig
}

// dial connects with little room for what is not read yet.
func (r *connectionRig) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	return c
}

// awaitOpen waits until the server has n connections, whatever their clients do.
func (r *connectionRig) awaitOpen(t *testing.T, what string, n int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(waitLimit); r.table.Counts().Open != n; <-tick.C {
		if time.Now().After(end) {
			t.Errorf("%s: %+v, want %d open", what, r.table.Counts(), n)
			return
		}
	}
}

// TestStalledBodiesEnd sends half a body on every kind of route. The client keeps its end
// open.
func TestStalledBodiesEnd(t *testing.T) {
	t.Parallel()
	r := newConnectionRig(t, 300*time.Millisecond)
	view := r.FileCase(t)
	bearer := "Authorization: Bearer " + r.Token(recovery.RoleClaimant)
	const form, files, media = "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=b", "Content-Type: application/json"
	sent := map[string][]net.Conn{}
	for _, lines := range [][]string{
		{"POST /sign-in", form}, {"POST /return", form}, {"POST /return", files}, {"POST /return/x/accept", form}, {"POST /stop/x", form},
		{"GET / ", form}, {"GET /sign-in", form}, {"POST /unknown", form}, {"POST /cases/" + string(view.Number) + "/evidence", files},
		{"POST /api/v1/assessments", media}, {"POST /api/v1/cases", media}, {"POST /api/v1/cases", media, bearer},
		{"GET /api/v1/cases", media, bearer}, {"GET /healthz", media}, {"POST /api/v1/return/response", media},
		{"POST /api/v1/cases/" + string(view.ID) + "/evidence", files, bearer},
	} {
		for _, length := range []string{"Content-Length: 1000", "Content-Length: 100000000", "Transfer-Encoding: chunked"} {
			c := r.dial(t)
			_, err := fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\n\r\n4\r\n--b\r", strings.TrimSpace(lines[0]), strings.Join(lines[1:], "\r\n"), length)
			if err != nil {
				t.Fatal(err)
			}
			sent[lines[0]+" "+length] = append(sent[lines[0]+" "+length], c)
		}
	}
	for what, list := range sent {
		for _, c := range list {
			if err := c.SetReadDeadline(time.Now().Add(waitLimit)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s is still open", what)
			}
		}
	}
	r.awaitOpen(t, "all", 0)
}

// TestStoppedDownloadsEnd stops to read a large file, of the API and of a page.
func TestStoppedDownloadsEnd(t *testing.T) {
	t.Parallel()
	r := newConnectionRig(t, 300*time.Millisecond)
	view := r.FileCase(t)
	file := r.Upload(t, view.ID, recovery.OtherEvidence, bytes.Repeat([]byte("聊天记录\n"), 300_000))
	for path, credential := range map[string]string{
		"/api/v1/evidence/" + string(file.ID) + "/content": "Authorization: Bearer " + r.Token(recovery.RoleClaimant),
		"/evidence/" + string(file.ID):                     "Cookie: " + r.signIn(t, recovery.RoleClaimant),
	} {
		c := r.dial(t)
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", path, credential); err != nil {
			t.Fatal(err)
		}
		status := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(c, status); err != nil || string(status) != "HTTP/1.1 200" {
			t.Fatalf("%s: %s, %v", path, status, err)
		}
		r.awaitOpen(t, path, 0)
	}
	shown, err := http.Get(r.server.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics := string(casetest.ReadAndClose(t, shown.Body))
	for _, line := range []string{`recourse_connections_closed_total{reason="slow"} 2`, `recourse_connections_closed_total{reason="refused"} 0`, "recourse_connections 1"} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, metrics)
		}
	}
}

// signIn returns the cookies of a session.
func (r *connectionRig) signIn(t *testing.T, role recovery.Role) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	page, err := client.Get(r.server.URL + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindSubmatch(casetest.ReadAndClose(t, page.Body))
	if field == nil {
		t.Fatal("no form")
	}
	done, err := client.PostForm(r.server.URL+"/sign-in", url.Values{"csrf": {string(field[1])}, "account": {string(r.Actor(role).ID)}})
	if err != nil {
		t.Fatal(err)
	}
	casetest.ReadAndClose(t, done.Body)
	site, err := url.Parse(r.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, cookie := range jar.Cookies(site) {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	return strings.Join(cookies, "; ")
}

// TestWaitsForRequestsAreBounded: nobody can wait with a request for ever.
func TestWaitsForRequestsAreBounded(t *testing.T) {
	t.Parallel()
	r := newConnectionRig(t, time.Minute)
	if c := r.server.Config; c.ReadHeaderTimeout <= 0 || c.ReadHeaderTimeout > 30*time.Second || c.IdleTimeout <= 0 || c.IdleTimeout > 5*time.Minute ||
		c.ReadTimeout != 0 || c.WriteTimeout != 0 {
		t.Errorf("header %s, idle %s, read %s, write %s", c.ReadHeaderTimeout, c.IdleTimeout, c.ReadTimeout, c.WriteTimeout)
	}
}
