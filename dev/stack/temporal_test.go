package stack_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/dev/stack"
)

func dial(t *testing.T, server *stack.Temporal) client.Client {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{HostPort: server.Address()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func start(t *testing.T, o stack.TemporalOptions) *stack.Temporal {
	t.Helper()
	server, err := stack.StartTemporal(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func greet(_ workflow.Context, name string) (string, error) { return "你好 " + name, nil }

func TestMemoryServerRunsAWorkflow(t *testing.T) {
	t.Parallel()
	server := start(t, stack.TemporalOptions{})
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	c := dial(t, server)
	w := worker.New(c, "greetings", worker.Options{})
	w.RegisterWorkflow(greet)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "greetings"}, greet, "王小满")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := run.Get(t.Context(), &got); err != nil || got != "你好 王小满" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestFileServerKeepsWorkflows(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "temporal")
	first := start(t, stack.TemporalOptions{Dir: dir})
	c := dial(t, first)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "kept", TaskQueue: "nobody"}, greet, "x")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, stack.TemporalOptions{Dir: dir})
	defer func() { _ = second.Stop() }()
	c = dial(t, second)
	found, err := c.DescribeWorkflowExecution(t.Context(), "kept", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := found.WorkflowExecutionInfo.Execution.RunId; got != run.GetRunID() {
		t.Errorf("run %s became %s", run.GetRunID(), got)
	}
	namespace, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: stack.Namespace})
	if err != nil {
		t.Fatal(err)
	}
	if got := namespace.Config.WorkflowExecutionRetentionTtl.AsDuration(); got != stack.Retention {
		t.Errorf("retention is %s", got)
	}
}

// Lists of workflows are created again if they are lost; no workflow depends on
// them.
func TestLostListsAreCreatedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "temporal")
	first := start(t, stack.TemporalOptions{Dir: dir})
	c := dial(t, first)
	if _, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "kept", TaskQueue: "nobody"}, greet, "x"); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	moved := t.TempDir() // the server caches open files by name in this process
	if err := os.CopyFS(moved, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	lists, err := filepath.Glob(filepath.Join(moved, "visibility.db*"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no file of lists: %v", err)
	}
	for _, file := range lists {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	second := start(t, stack.TemporalOptions{Dir: moved})
	defer func() { _ = second.Stop() }()
	c = dial(t, second)
	if _, err := c.DescribeWorkflowExecution(t.Context(), "kept", ""); err != nil {
		t.Error(err)
	}
	if _, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "new", TaskQueue: "nobody"}, greet, "x"); err != nil {
		t.Fatal(err)
	}
	awaitListed(t, c, "new")
}

// awaitListed waits until a workflow is listed; lists are updated with a delay.
func awaitListed(t *testing.T, c client.Client, id string) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); <-look.C {
		found, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId = '" + id + "'"})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Executions) == 1 {
			return
		}
	}
	t.Errorf("%s is not listed", id)
}

func TestOtherServerVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "server-version"), []byte("1.0.0"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := stack.StartTemporal(t.Context(), stack.TemporalOptions{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "written by server 1.0.0") {
		t.Fatalf("got %v", err)
	}
}

func TestIncompleteDatabaseIsCreatedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "temporal.db.new"), []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, stack.TemporalOptions{Dir: dir})
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestUsedPortIsAnError(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	port := l.Addr().(*net.TCPAddr).Port
	if _, err := stack.StartTemporal(t.Context(), stack.TemporalOptions{Port: port}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("Temporal: %v", err)
	}
	if _, err := stack.StartUI(t.Context(), "127.0.0.1:1", port); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("UI: %v", err)
	}
}

func TestUIAnswers(t *testing.T) {
	t.Parallel()
	server := start(t, stack.TemporalOptions{})
	defer func() { _ = server.Stop() }()
	ui, err := stack.StartUI(t.Context(), server.Address(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer ui.Stop()
	for _, path := range []string{"/", "/api/v1/namespaces"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ui.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}

func TestStartStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := stack.StartTemporal(ctx, stack.TemporalOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}
