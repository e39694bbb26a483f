package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recourse/dev/freeport"
	"recourse/dev/local"
)

// This test binary plays the product and Temporal; PostgreSQL is real. The three
// real programs run together in dev/e2e.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "all":
			os.Exit(serve(os.Getenv("RECOURSE_ADDR")))
		case "temporal":
			os.Exit(serve("127.0.0.1:" + os.Args[len(os.Args)-1]))
		case "supervise":
			os.Exit(supervise(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// serve answers readiness checks until SIGTERM. With a file "broken" in its data
// folder it prints that file and exits at once.
func serve(address string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if data := os.Getenv("RECOURSE_DATA"); data != "" {
		if reason, err := os.ReadFile(filepath.Join(data, "broken")); err == nil {
			fmt.Println(string(reason))
			return 3
		}
	}
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"pid": os.Getpid(), "database": os.Getenv("DATABASE_URL"), "pace": os.Getenv("RECOURSE_PACE")})
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return 1
	}
	return 0
}

// supervise runs a stack in a process of its own, so that it can be killed.
func supervise(options string) int {
	var o local.Options
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := local.Run(ctx, o, local.NewProgress(os.Stdout, time.Now), func(context.Context, local.Up) error {
		fmt.Println("everything is up")
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// newDataDir creates a data folder that other users may enter, unlike t.TempDir.
func newDataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "recourse-local-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newOptions returns options with ports that stay reserved for the test.
func newOptions(t *testing.T) local.Options {
	t.Helper()
	ports, release, err := freeport.Reserve(4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return local.Options{
		Data: newDataDir(t), Addr: freeport.Address(ports[0]), Pace: 7, TemporalPort: ports[1], UIPort: ports[2],
		PostgresPort: ports[3], Product: os.Args[0], Self: os.Args[0],
	}
}

// output is a buffer a running stack may write to.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// askProduct reads what the running product reports about itself.
func askProduct(t *testing.T, o local.Options) (answer struct {
	Pid            int
	Database, Pace string
}) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.BaseURL()+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func assertNothingRuns(t *testing.T, o local.Options) {
	t.Helper()
	for _, address := range []string{o.Addr, freeport.Address(o.UIPort), freeport.Address(o.PostgresPort)} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Errorf("something still listens on %s", address)
			continue
		}
		_ = l.Close()
	}
	pids, err := filepath.Glob(filepath.Join(o.Data, "run", "*.pid"))
	if err != nil || len(pids) > 0 {
		t.Errorf("left behind: %v, %v", pids, err)
	}
}

func TestRunStartsStopsAndKeepsItsData(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	var databases []string
	for range 2 {
		ctx, interrupt := context.WithCancel(t.Context())
		var out output
		err := local.Run(ctx, o, local.NewProgress(&out, time.Now), func(_ context.Context, up local.Up) error {
			defer interrupt()
			answer := askProduct(t, o)
			databases = append(databases, answer.Database)
			if answer.Pace != "7" || up.BaseURL != o.BaseURL() || up.Tokens != filepath.Join(o.Data, "tokens.json") {
				t.Errorf("product got pace %q, summary is %+v", answer.Pace, up)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"✓ PostgreSQL", "✓ Temporal", "✓ Recourse", "✓ The product stopped", "✓ Temporal stopped", "✓ PostgreSQL stopped"} {
			if !strings.Contains(out.String(), line) {
				t.Errorf("no line %q in:\n%s", line, out.String())
			}
		}
		assertNothingRuns(t, o)
	}
	if len(databases) != 2 || databases[0] != databases[1] {
		t.Errorf("the second run has another database: %v", databases)
	}
}

func TestAnExitedChildStopsTheStack(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	err := local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), func(context.Context, local.Up) error {
		return syscall.Kill(askProduct(t, o).Pid, syscall.SIGKILL)
	})
	if err == nil || !strings.Contains(err.Error(), "The product ended by itself (signal: killed)") || !strings.Contains(err.Error(), "logs/recourse.log") {
		t.Errorf("got %v", err)
	}
	assertNothingRuns(t, o)
}

func TestAChildThatCannotStartIsNamedWithItsLastLogLine(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	if err := os.WriteFile(filepath.Join(o.Data, "broken"), []byte("the key is missing"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), func(context.Context, local.Up) error {
		t.Error("onUp was called")
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), "it ends with: the key is missing") {
		t.Errorf("got %v", err)
	}
	assertNothingRuns(t, o)
}

func TestUsedPortsAreReportedBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]struct {
		port    func(local.Options) string
		wantErr string
	}{
		"product":  {func(o local.Options) string { return o.Addr }, "--addr 127.0.0.1:PORT"},
		"temporal": {func(o local.Options) string { return freeport.Address(o.TemporalPort) }, "--temporal-port PORT"},
		"ui":       {func(o local.Options) string { return freeport.Address(o.UIPort) }, "--ui-port PORT"},
		"postgres": {func(o local.Options) string { return freeport.Address(o.PostgresPort) }, "--postgres-port PORT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOptions(t)
			l, err := net.Listen("tcp", part.port(o))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			_, port, _ := net.SplitHostPort(part.port(o))
			err = local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), nil)
			if err == nil || !strings.Contains(err.Error(), "port "+port+" for") || !strings.Contains(err.Error(), part.wantErr) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(fmt.Sprint(err), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			if _, err := os.Stat(filepath.Join(o.Data, "postgres")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was started: %v", err)
			}
		})
	}
}

func TestOneFolderOneStack(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	ctx, interrupt := context.WithCancel(t.Context())
	err := local.Run(ctx, o, local.NewProgress(io.Discard, time.Now), func(context.Context, local.Up) error {
		defer interrupt()
		err := local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), nil)
		if err == nil || !strings.Contains(err.Error(), "another make run holds the folder") {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnUnwritableFolderIsReported(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	o.Data = "/dev/null/recourse"
	err := local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), nil)
	if err == nil || !strings.Contains(err.Error(), "cannot be written") || !strings.Contains(err.Error(), "--data DIR") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingProgramIsReported(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	o.Product = filepath.Join(o.Data, "nowhere")
	err := local.Run(t.Context(), o, local.NewProgress(io.Discard, time.Now), nil)
	if err == nil || err.Error() != "the program "+o.Product+" is missing: run make build" {
		t.Errorf("got %v", err)
	}
}

func TestConfiguredServersAreUsed(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	o.DatabaseURL, o.TemporalAddress = "postgres://elsewhere/x", "elsewhere:7233"
	ctx, interrupt := context.WithCancel(t.Context())
	var out output
	err := local.Run(ctx, o, local.NewProgress(&out, time.Now), func(_ context.Context, up local.Up) error {
		defer interrupt()
		if got := askProduct(t, o).Database; got != o.DatabaseURL || up.Temporal != "elsewhere:7233" || up.UIURL != "" {
			t.Errorf("database %q, up %+v", got, up)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "PostgreSQL") || strings.Contains(out.String(), "Temporal") {
		t.Errorf("a server was started:\n%s", out.String())
	}
}

// The children of a killed supervisor end with it or, where the kernel cannot do
// that, are stopped by the next start. In both cases the next start works.
func TestStartAfterAKilledSupervisor(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	encoded, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		command := exec.Command(os.Args[0], "supervise", string(encoded))
		var out output
		command.Stdout = &out
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(out.String(), "everything is up") {
			if t.Context().Err() != nil || command.Process.Signal(syscall.Signal(0)) != nil {
				t.Fatalf("not up:\n%s", out.String())
			}
			time.Sleep(20 * time.Millisecond)
		}
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait()
	}
	awaitPostgresStopped(t, o)
	ctx, interrupt := context.WithCancel(t.Context())
	if err := local.Run(ctx, o, local.NewProgress(io.Discard, time.Now), func(context.Context, local.Up) error { interrupt(); return nil }); err != nil {
		t.Fatal(err)
	}
	assertNothingRuns(t, o)
}

// awaitPostgresStopped waits for the effect of the parent-death signal.
func awaitPostgresStopped(t *testing.T, o local.Options) {
	t.Helper()
	for range 500 {
		if freeport.CheckUnused(o.PostgresPort) == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("PostgreSQL still runs ten seconds after its supervisor was killed")
}
