package worker

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"recourse/postgres"
	"recourse/recovery"
)

// frontend is Temporal's service on the wire. It refuses what a test wants refused; the
// client before it, with its retries, is the real one.
type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	mutex    sync.Mutex
	refusals map[string]error // of calls about a workflow
	polled   error            // of the wait for the result of an Update
	started  map[string]int   // calls to start a workflow
}

func (f *frontend) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{InternalErrorDifferentiation: true}}, nil
}

func (f *frontend) StartWorkflowExecution(
	_ context.Context, r *workflowservice.StartWorkflowExecutionRequest,
) (*workflowservice.StartWorkflowExecutionResponse, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.started[r.GetWorkflowId()]++
	return &workflowservice.StartWorkflowExecutionResponse{RunId: "run"}, f.refusals[r.GetWorkflowId()]
}

func (f *frontend) UpdateWorkflowExecution(
	_ context.Context, r *workflowservice.UpdateWorkflowExecutionRequest,
) (*workflowservice.UpdateWorkflowExecutionResponse, error) {
	execution := &commonpb.WorkflowExecution{WorkflowId: r.GetWorkflowExecution().GetWorkflowId(), RunId: "run"}
	return &workflowservice.UpdateWorkflowExecutionResponse{
		UpdateRef: &updatepb.UpdateRef{WorkflowExecution: execution, UpdateId: r.GetRequest().GetMeta().GetUpdateId()},
		Stage:     enumspb.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED,
	}, f.refusals[execution.GetWorkflowId()]
}

func (f *frontend) ExecuteMultiOperation(
	_ context.Context, r *workflowservice.ExecuteMultiOperationRequest,
) (*workflowservice.ExecuteMultiOperationResponse, error) {
	return nil, f.refusals[r.GetOperations()[0].GetStartWorkflow().GetWorkflowId()]
}

func (f *frontend) PollWorkflowExecutionUpdate(
	context.Context, *workflowservice.PollWorkflowExecutionUpdateRequest,
) (*workflowservice.PollWorkflowExecutionUpdateResponse, error) {
	return nil, f.polled
}

// timesStarted returns how often the start of a workflow was asked for.
func (f *frontend) timesStarted(id string) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.started[id]
}

// serve serves f and returns a connection to it.
func serve(t *testing.T, f *frontend) *Connection {
	t.Helper()
	f.started = map[string]int{}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(s, f)
	healthy := health.NewServer()
	healthy.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(s, healthy)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	key, err := ParseKey(strings.Repeat("1", 64))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(DialOptions{Key: key, Log: slog.New(slog.DiscardHandler), Env: environment{"TEMPORAL_ADDRESS": listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

type environment map[string]string

func (e environment) LookupEnv(name string) (string, bool) {
	value, found := e[name]
	return value, found
}

func (e environment) Environ() []string { return nil }

// TestEveryStatusOfTheServer: whichever gRPC status the server answers with, at the
// call, at the start of a workflow or while the result is awaited, the fault is one of
// the engine, with a reason and without the server's words.
func TestEveryStatusOfTheServer(t *testing.T) {
	t.Parallel()
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		refusal := status.Error(code, secret)
		for place, f := range map[string]*frontend{
			"call": {refusals: map[string]error{"case:c": refusal}}, "result": {polled: refusal},
		} {
			t.Run(code.String()+" "+place, func(t *testing.T) {
				t.Parallel()
				// The client repeats what may pass, until the time of the request is over.
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				_, err := NewEngine(serve(t, f)).SendAction(ctx, "c", request, 1)
				var fault *recovery.Fault
				if !errors.As(err, &fault) || fault.Code != recovery.CodeUnavailable {
					t.Fatalf("got %v", err)
				}
				assertPlainReason(t, fault)
			})
		}
	}
}

// TestRelayPassesOverABusyWorkflow: a workflow for which the server has no room waits;
// the others are delivered at once, and it is asked for once in each attempt.
func TestRelayPassesOverABusyWorkflow(t *testing.T) {
	t.Parallel()
	busy := serviceerror.ToStatus(serviceerror.NewResourceExhausted(enumspb.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, secret)).Err()
	f := &frontend{refusals: map[string]error{"case:1": busy}}
	b := newBox()
	for _, id := range []recovery.CaseID{"1", "2", "3"} {
		b.items = append(b.items, postgres.OutboxItem{ID: int64(len(b.items)), Kind: postgres.OutboxStart, CaseID: id})
	}
	r := NewRelay(b, serve(t, f), nil)
	began := time.Now()
	if err := r.deliverDue(t.Context()); err != nil {
		t.Error("the relay waits for Temporal")
	}
	if took := time.Since(began); took > deliveryTimeout/2 {
		t.Errorf("the batch took %s", took)
	}
	if b.left() != 1 || f.timesStarted("case:1") != 1 || f.timesStarted("case:3") != 1 {
		t.Errorf("%d left, calls %v", b.left(), f.started)
	}
}
