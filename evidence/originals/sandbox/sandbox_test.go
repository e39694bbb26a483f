package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/evidence/originals/sandbox"
	"recourse/recovery"
)

const childArgument = "run-as-child"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		if err := sandbox.Serve(context.Background(), jobs); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

type found struct {
	Bytes  int64
	Option string
	PID    int
}

// eaten is the memory that a job keeps.
var eaten [][]byte

// jobs behave like readers of good and of hostile files.
var jobs = sandbox.Jobs{
	"echo": func(_ context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
		data := make([]byte, size)
		_, err := file.ReadAt(data, 0)
		return sandbox.Result{Value: found{size, string(options), os.Getpid()}, Data: data}, err
	},
	"refuse": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		return sandbox.Result{}, recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "bad", Detail: "It is bad."}})
	},
	"panic": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) { panic("broken") },
	"exit": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		os.Exit(3)
		return sandbox.Result{}, nil
	},
	"spin": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	},
	"eat": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		for {
			eaten = append(eaten, bytes.Repeat([]byte{1}, 16<<20))
		}
	},
	"wait": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		select {}
	},
	"flood": func(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
		return sandbox.Result{Data: make([]byte, 65<<20)}, nil
	},
}

var testLimits = sandbox.Limits{Memory: 256 << 20, ProcessorSeconds: 1}

func newPool(t testing.TB, count int) *sandbox.Pool {
	t.Helper()
	pool := sandbox.NewPool([]string{os.Args[0], childArgument}, count)
	t.Cleanup(pool.Close)
	return pool
}

func call(job string) sandbox.Call {
	return sandbox.Call{Job: job, Options: "option", Account: "a", File: strings.NewReader("hello"), Size: 5, Limits: testLimits}
}

func TestAResultComesBack(t *testing.T) {
	t.Parallel()
	for name, runner := range map[string]sandbox.Runner{"child": newPool(t, 1), "local": sandbox.Local{Jobs: jobs}} {
		var value found
		data, err := runner.Run(t.Context(), call("echo"), &value)
		if err != nil || string(data) != "hello" || value.Bytes != 5 || value.Option != `"option"` {
			t.Errorf("%s: %q, %+v, %v", name, data, value, err)
		}
		if inChild := value.PID != os.Getpid(); inChild != (name == "child") {
			t.Errorf("%s: ran in process %d", name, value.PID)
		}
	}
}

func TestARefusalComesBackAsAFault(t *testing.T) {
	t.Parallel()
	_, err := newPool(t, 1).Run(t.Context(), call("refuse"), &found{})
	var refused *recovery.Fault
	if !errors.As(err, &refused) || refused.Code != recovery.CodeInvalid || len(refused.Fields) != 1 || refused.Fields[0].Code != "bad" {
		t.Errorf("%#v", err)
	}
}

// TestWhatEndsAChild: each of them costs one child and nothing else.
func TestWhatEndsAChild(t *testing.T) {
	t.Parallel()
	for job, want := range map[string]string{
		"spin": "too much memory or time", "eat": "too much memory or time", "exit": "too much memory or time",
		"flood": "too much memory or time", "panic": "panic: broken", "unknown": "no job",
	} {
		t.Run(job, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, 1)
			_, err := pool.Run(t.Context(), call(job), &found{})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
			if _, err := pool.Run(t.Context(), call("echo"), &found{}); err != nil {
				t.Errorf("the next job: %v", err)
			}
		})
	}
}

func TestTheWallTimeEndsAJob(t *testing.T) {
	t.Parallel()
	waiting := call("wait")
	waiting.Limits.WallSeconds = 1
	if _, err := newPool(t, 1).Run(t.Context(), waiting, &found{}); !errors.Is(err, sandbox.ErrTooCostly) {
		t.Errorf("%v", err)
	}
}

func TestTheCallerEndsAJob(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := newPool(t, 1).Run(ctx, call("wait"), &found{})
	if recovery.CodeOf(err) != recovery.CodeUnavailable || errors.Is(err, sandbox.ErrTooCostly) {
		t.Errorf("%v", err)
	}
}

// TestAProgramThatDoesNotStart is no fault of the file.
func TestAProgramThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{{"/does/not/exist"}, {"true"}} {
		_, err := sandbox.NewPool(command, 1).Run(t.Context(), call("echo"), &found{})
		if err == nil || errors.Is(err, sandbox.ErrTooCostly) {
			t.Errorf("%v: %v", command, err)
		}
	}
}

func TestAChildRunsManyJobs(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 1)
	children := map[int]bool{}
	for range 201 {
		var value found
		if _, err := pool.Run(t.Context(), call("echo"), &value); err != nil {
			t.Fatal(err)
		}
		children[value.PID] = true
	}
	if len(children) != 2 {
		t.Errorf("%d children", len(children))
	}
}

// TestAnIdleChildThatWasKilled is replaced.
func TestAnIdleChildThatWasKilled(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 1)
	var value found
	if _, err := pool.Run(t.Context(), call("echo"), &value); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(value.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Run(t.Context(), call("echo"), &value); err != nil {
		t.Error(err)
	}
}

// TestAnAccountHasHalfOfThePlaces: while one account's files take all its places, another
// account is served.
func TestAnAccountHasHalfOfThePlaces(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	var flood errgroup.Group
	for range 8 {
		flood.Go(func() error {
			_, err := pool.Run(ctx, call("wait"), &found{})
			return err
		})
	}
	other := call("echo")
	other.Account = "b"
	if _, err := pool.Run(t.Context(), other, &found{}); err != nil {
		t.Error(err)
	}
	hasty := call("echo")
	hasty.Limits.Wait = 10 * time.Millisecond
	if _, err := pool.Run(t.Context(), hasty, &found{}); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("the ninth file of the account: %v", err)
	}
	cancel()
	if err := flood.Wait(); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Error(err)
	}
}
