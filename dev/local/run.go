package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"recourse/dev/freeport"
)

// startTimeout is how long a server may take to be ready. A recovery after a
// crash on a slow disk fits in it.
const startTimeout = 2 * time.Minute

// Up describes a running stack.
type Up struct {
	BaseURL  string // of the product
	UIURL    string // of the Temporal UI; empty when another Temporal is used
	Data     string
	Tokens   string // path of tokens.json
	Product  string // path of bin/recourse
	Database string // URL of PostgreSQL, with its password
	Temporal string // host:port
}

// Run starts the stack, calls onUp and waits until ctx is cancelled or a child
// exits. It returns nil in the first case and an error of one sentence
// otherwise; no child is left running. An error of onUp is printed and does not
// end the stack, so that the servers can be inspected.
func Run(ctx context.Context, o Options, p *Progress, onUp func(context.Context, Up) error) error {
	s := &supervisor{Options: o, progress: p, launcher: newLauncher()}
	defer close(s.launcher)
	if err := s.runUntilDone(ctx, onUp); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil // ctx was cancelled
}

type supervisor struct {
	Options
	progress *Progress
	launcher launcher
	children []*child // in the order they were started
	cancel   context.CancelCauseFunc
}

func (s *supervisor) runUntilDone(ctx context.Context, onUp func(context.Context, Up) error) error {
	if err := s.prepareData(); err != nil {
		return err
	}
	release, err := s.lockData()
	if err != nil {
		return err
	}
	defer release()
	s.stopLeftovers()
	if err := s.checkPrograms(); err != nil {
		return err
	}
	releasePort, err := choosePorts(&s.Options)
	if err != nil {
		return err
	}
	defer releasePort()
	ctx, s.cancel = context.WithCancelCause(ctx)
	defer s.cancel(nil)
	defer s.stopAll()
	if err := s.startAll(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx) // err is only a consequence
		}
		return err
	}
	if err := onUp(ctx, s.describe()); err != nil && ctx.Err() == nil {
		s.progress.Printf("%v", err)
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

func (s *supervisor) checkPrograms() error {
	for _, file := range []string{s.Product, s.Self} {
		if info, err := os.Stat(file); err != nil || info.Mode()&0o111 == 0 {
			return fmt.Errorf("the program %s is missing: run make build", file)
		}
	}
	return nil
}

func (s *supervisor) startAll(ctx context.Context) error {
	if s.DatabaseURL == "" {
		if err := s.progress.During("PostgreSQL", func() error { return s.startPostgres(ctx) }); err != nil {
			return err
		}
	}
	if s.TemporalAddress == "" {
		if err := s.progress.During("Temporal", func() error { return s.startTemporal(ctx) }); err != nil {
			return err
		}
	}
	return s.progress.During("Recourse", func() error { return s.startProduct(ctx) })
}

// startChild starts a program. Its exit ends the stack.
func (s *supervisor) startChild(p program) (*child, error) {
	c, err := s.launcher.start(p, s.logFile(p.name), s.pidFile(p.name))
	if err != nil {
		return nil, err
	}
	s.children = append(s.children, c)
	go func() {
		<-c.exited
		s.cancel(c.exitError())
	}()
	return c, nil
}

func (s *supervisor) startPostgres(ctx context.Context) error {
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	if d.Dir != filepath.Join(s.Data, "postgres") {
		s.progress.Printf("  PostgreSQL's data is in %s: the user %s has no access to %s", d.Dir, d.Account.Name, s.Data)
	}
	c, err := s.startChild(d.program())
	if err != nil {
		return err
	}
	s.DatabaseURL = d.url()
	return c.awaitReady(ctx, func(context.Context) bool { return d.isReady(c.process.Pid) })
}

// startTemporal runs this program as the server. Its UI starts last: when the
// UI answers, the server is ready.
func (s *supervisor) startTemporal(ctx context.Context) error {
	c, err := s.startChild(program{
		name: "temporal", title: "Temporal", path: s.Self, env: os.Environ(),
		stopSignal: syscall.SIGTERM, stopTimeout: 10 * time.Second,
		args: []string{
			"temporal", "--dir", filepath.Join(s.Data, "temporal"),
			"--port", strconv.Itoa(s.TemporalPort), "--ui-port", strconv.Itoa(s.UIPort),
		},
	})
	if err != nil {
		return err
	}
	s.TemporalAddress = freeport.Address(s.TemporalPort)
	return c.awaitReady(ctx, isHealthy("http://"+freeport.Address(s.UIPort)+"/healthz"))
}

func (s *supervisor) startProduct(ctx context.Context) error {
	c, err := s.startChild(program{
		name: "recourse", title: "The product", path: s.Product, args: []string{"all"}, env: s.productEnv(),
		stopSignal: syscall.SIGTERM, stopTimeout: 15 * time.Second,
	})
	if err != nil {
		return err
	}
	return c.awaitReady(ctx, isHealthy(s.BaseURL()+"/readyz"))
}

func (s *supervisor) productEnv() []string {
	return append(os.Environ(),
		"DATABASE_URL="+s.DatabaseURL, "TEMPORAL_ADDRESS="+s.TemporalAddress,
		"RECOURSE_ADDR="+s.Addr, "RECOURSE_DATA="+s.Data, "RECOURSE_FONTS="+s.Fonts,
		"RECOURSE_PROFILE=development", "RECOURSE_PACE="+strconv.Itoa(s.Pace),
	)
}

func (s *supervisor) describe() Up {
	up := Up{
		BaseURL: s.BaseURL(), Data: s.Data, Tokens: filepath.Join(s.Data, "tokens.json"), Product: s.Product,
		Database: s.DatabaseURL, Temporal: s.TemporalAddress,
	}
	for _, c := range s.children {
		if c.name == "temporal" {
			up.UIURL = "http://" + freeport.Address(s.UIPort)
		}
	}
	return up
}

// isHealthy returns a readiness check of one address.
func isHealthy(address string) func(context.Context) bool {
	return func(ctx context.Context) bool {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}
}

// stopAll stops the newest child first: the product needs its servers to shut
// down cleanly.
func (s *supervisor) stopAll() {
	for i := len(s.children) - 1; i >= 0; i-- {
		c := s.children[i]
		select {
		case <-c.exited:
			_ = os.Remove(c.pidFile)
			continue
		default:
		}
		_ = s.progress.During(c.title+" stopped", func() error { c.stop(); return nil })
	}
}

// stopLeftovers stops the children of a supervisor that was killed.
func (s *supervisor) stopLeftovers() {
	for _, leftover := range []struct{ name, title string }{
		{"recourse", "the product"}, {"temporal", "Temporal"}, {"postgres", "PostgreSQL"},
	} {
		if stopLeftover(s.pidFile(leftover.name), 15*time.Second) {
			s.progress.Printf("  ✓ stopped %s, left over from a run that was killed", leftover.title)
		}
	}
}
