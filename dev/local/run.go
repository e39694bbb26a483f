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
)

// startLimit is how long a server may take to get ready; a recovery after a
// crash on a slow disk fits in it.
const startLimit = 2 * time.Minute

// Up describes a stack that runs, for the walk of the sample and for the
// summary.
type Up struct {
	BaseURL  string // of the product
	UIURL    string // of the Temporal UI; empty when Temporal is somebody else's
	Data     string
	Tokens   string // path of tokens.json
	Product  string // path of bin/recourse
	Database string // URL of PostgreSQL, with its password
	Temporal string // host:port
}

// Run starts the stack, calls onUp in front of the running servers and waits. It
// returns nil when ctx ended it, and one sentence otherwise; nothing is left
// running either way. A failing onUp does not end the stack: it is said and the
// servers stay up to be looked at.
func Run(ctx context.Context, o Options, p *Progress, onUp func(context.Context, Up) error) error {
	s := &supervisor{Options: o, progress: p, births: newNursery()}
	defer close(s.births)
	if err := s.run(ctx, onUp); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil // we were asked to end
}

type supervisor struct {
	Options
	progress *Progress
	births   nursery
	children []*child // in the order they were started
	end      context.CancelCauseFunc
}

func (s *supervisor) run(ctx context.Context, onUp func(context.Context, Up) error) error {
	if err := s.prepareFolder(); err != nil {
		return err
	}
	release, err := s.lock()
	if err != nil {
		return err
	}
	defer release()
	s.stopLeftovers()
	if err := s.check(); err != nil {
		return err
	}
	ctx, s.end = context.WithCancelCause(ctx)
	defer s.end(nil)
	defer s.stopAll()
	if err := s.startAll(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx) // what broke off did so because of that
		}
		return err
	}
	if err := onUp(ctx, s.up()); err != nil && ctx.Err() == nil {
		s.progress.Sayf("%v", err)
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// check looks for everything that is missing or in the way before anything runs.
func (s *supervisor) check() error {
	for _, file := range []string{s.Product, s.Self} {
		if info, err := os.Stat(file); err != nil || info.Mode()&0o111 == 0 {
			return fmt.Errorf("the program %s is missing: run make build", file)
		}
	}
	var err error
	s.PostgresPort, err = s.checkPorts()
	return err
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

// start begins to watch a child as well: its unexpected end ends the stack.
func (s *supervisor) start(p program) (*child, error) {
	c, err := s.births.start(p, s.logFile(p.name), s.pidFile(p.name))
	if err != nil {
		return nil, err
	}
	s.children = append(s.children, c)
	go func() {
		<-c.gone
		s.end(c.died())
	}()
	return c, nil
}

func (s *supervisor) startPostgres(ctx context.Context) error {
	cluster, err := s.openCluster(ctx)
	if err != nil {
		return err
	}
	if cluster.dir != filepath.Join(s.Data, "postgres") {
		s.progress.Sayf("  PostgreSQL's data lies in %s: the user %s may not enter %s", cluster.dir, cluster.account.Username, s.Data)
	}
	c, err := s.start(cluster.program())
	if err != nil {
		return err
	}
	s.DatabaseURL = cluster.url()
	return c.await(ctx, startLimit, func(context.Context) bool { return cluster.ready(c.process.Pid) })
}

// startTemporal runs this very program as the server. Its UI comes up last, so
// the UI's answer says that all of it is up.
func (s *supervisor) startTemporal(ctx context.Context) error {
	c, err := s.start(program{
		name: "temporal", title: "Temporal", path: s.Self, env: os.Environ(),
		farewell: syscall.SIGTERM, patience: 10 * time.Second,
		args: []string{
			"temporal", "--dir", filepath.Join(s.Data, "temporal"),
			"--port", strconv.Itoa(s.TemporalPort), "--ui-port", strconv.Itoa(s.UIPort),
		},
	})
	if err != nil {
		return err
	}
	s.TemporalAddress = localAddress(s.TemporalPort)
	return c.await(ctx, startLimit, answers("http://"+localAddress(s.UIPort)+"/healthz"))
}

func (s *supervisor) startProduct(ctx context.Context) error {
	c, err := s.start(program{
		name: "recourse", title: "The product", path: s.Product, args: []string{"all"}, env: s.productEnv(),
		farewell: syscall.SIGTERM, patience: 15 * time.Second,
	})
	if err != nil {
		return err
	}
	return c.await(ctx, startLimit, answers(s.BaseURL()+"/readyz"))
}

func (s *supervisor) productEnv() []string {
	return append(os.Environ(),
		"DATABASE_URL="+s.DatabaseURL, "TEMPORAL_ADDRESS="+s.TemporalAddress,
		"RECOURSE_ADDR="+s.Addr, "RECOURSE_DATA="+s.Data, "RECOURSE_FONTS="+s.Fonts,
		"RECOURSE_PROFILE=development", "RECOURSE_PACE="+strconv.Itoa(s.Pace),
	)
}

func (s *supervisor) up() Up {
	up := Up{
		BaseURL: s.BaseURL(), Data: s.Data, Tokens: filepath.Join(s.Data, "tokens.json"), Product: s.Product,
		Database: s.DatabaseURL, Temporal: s.TemporalAddress,
	}
	for _, c := range s.children {
		if c.name == "temporal" {
			up.UIURL = "http://" + localAddress(s.UIPort)
		}
	}
	return up
}

// answers makes a readiness check of one address.
func answers(address string) func(context.Context) bool {
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
		return errors.Join(response.Body.Close()) == nil && response.StatusCode == http.StatusOK
	}
}

// stopAll ends the newest first: the product gives up its work while its
// servers still answer.
func (s *supervisor) stopAll() {
	for i := len(s.children) - 1; i >= 0; i-- {
		c := s.children[i]
		select {
		case <-c.gone:
			_ = os.Remove(c.pidFile)
			continue
		default:
		}
		_ = s.progress.During(c.title+" stopped", func() error { c.stop(c.patience); return nil })
	}
}

// stopLeftovers ends what a killed supervisor could not.
func (s *supervisor) stopLeftovers() {
	for _, leftover := range []struct{ name, title string }{
		{"recourse", "the product"}, {"temporal", "Temporal"}, {"postgres", "PostgreSQL"},
	} {
		if stopLeftover(s.pidFile(leftover.name), 15*time.Second) {
			s.progress.Sayf("  ✓ stopped %s, left over from a run that was killed", leftover.title)
		}
	}
}
