package worker

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"recourse/loop"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/workflows"
)

// Outbox holds what PostgreSQL has acknowledged and Temporal does not know yet.
type Outbox interface {
	DrainOutbox(ctx context.Context, limit int, deliver func(context.Context, postgres.OutboxItem) error) (int, error)
	SubscribeToChanges(ctx context.Context) (<-chan struct{}, error)
}

// starter is the part of a Temporal client that Relay uses.
type starter interface {
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// Relay delivers the outbox to Temporal: it starts the workflows of filed cases and
// exports, and signals evidence. Deliveries are idempotent and may be repeated.
type Relay struct {
	outbox   Outbox
	client   starter
	loops    *loop.Monitor
	interval time.Duration
	away     bool                  // Temporal or the database was unreachable in the last step
	busy     atomic.Pointer[error] // why Temporal had no room for an item in this step
}

// The outbox is read in small batches by a few workers, because a delivery mostly
// waits for Temporal.
const (
	relayWorkers    = 3
	relayBatch      = 20
	relayInterval   = 2 * time.Second
	deliveryTimeout = 5 * time.Second
	relayFirstRetry = 250 * time.Millisecond
	relayLastRetry  = 5 * time.Second
)

// NewRelay returns a Relay that uses a connection. loops may be nil.
func NewRelay(outbox Outbox, c *Connection, loops *loop.Monitor) *Relay {
	return &Relay{outbox: outbox, client: c.Client, loops: loops, interval: relayInterval}
}

// Run delivers until ctx ends. It is woken by writes of this process and polls for
// writes of others. While Temporal is unreachable it only checks its health.
func (r *Relay) Run(ctx context.Context) error {
	woken, err := r.outbox.SubscribeToChanges(ctx)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	r.loops.Run(ctx, loop.Loop{
		Name: postgres.RelayLoop, Step: r.runStep, Interval: r.interval, Woken: woken,
		FirstRetry: relayFirstRetry, LastRetry: relayLastRetry,
	})
	return nil
}

// runStep delivers all due items, unless Temporal was unreachable and still is.
func (r *Relay) runStep(ctx context.Context) (again bool, err error) {
	if r.away && !r.isTemporalReachable(ctx) {
		return false, errUnreachable
	}
	r.busy.Store(nil)
	err = r.deliverDue(ctx)
	r.away = err != nil
	if ctx.Err() == nil {
		r.reportBusy(ctx)
	}
	return false, err
}

// reportBusy reports the items for which Temporal had no room as one subject.
func (r *Relay) reportBusy(ctx context.Context) {
	var err error
	if busy := r.busy.Load(); busy != nil {
		err = *busy
	}
	r.loops.Report(ctx, postgres.RelayLoop, "engine without room", err)
}

// deliverDue delivers all due items, with several workers if there is more than one
// batch. It returns an error if Temporal or the database is unreachable.
func (r *Relay) deliverDue(ctx context.Context) error {
	more, err := r.deliverBatch(ctx)
	if err != nil || !more {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for range relayWorkers {
		group.Go(func() error { return r.loops.Protect(ctx, postgres.RelayLoop, r.drainUntilEmpty) })
	}
	return group.Wait()
}

// drainUntilEmpty delivers batches until none is left. It returns an error if Temporal
// or the database is unreachable.
func (r *Relay) drainUntilEmpty(ctx context.Context) error {
	for {
		more, err := r.deliverBatch(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// deliverBatch delivers one batch. more reports whether another one may be due: this
// one was full, and Temporal did not refuse all of it. The error means that Temporal or the
// database is unreachable.
func (r *Relay) deliverBatch(ctx context.Context) (more bool, err error) {
	var unreachable error
	items := 0
	n, err := r.outbox.DrainOutbox(ctx, relayBatch, func(ctx context.Context, item postgres.OutboxItem) error {
		if unreachable != nil {
			return errUnreachable // do not wait for a timeout for each item
		}
		items++
		err := r.deliverItem(ctx, item)
		if err != nil && isUnreachable(ctx, err) {
			unreachable = err
		}
		return err
	})
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // cancelled: not a failure
	}
	switch {
	case err != nil:
		return false, fmt.Errorf("the outbox cannot be read: %w", err)
	case unreachable != nil:
		return false, fmt.Errorf("%w: %w", errUnreachable, unreachable)
	}
	return items == relayBatch && n > 0, nil
}

// isTemporalReachable reports whether Temporal answers a health check.
func (r *Relay) isTemporalReachable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	_, err := r.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err == nil
}

// isUnreachable reports whether an error means that Temporal did not answer, or
// not in time, or refuses all requests of this process. It is unknown whether the request
// had an effect. A server that has no room for one workflow may have it for others, so that
// is not among these errors.
func isUnreachable(ctx context.Context, err error) bool {
	var (
		deadline *serviceerror.DeadlineExceeded
		canceled *serviceerror.Canceled
		away     *serviceerror.Unavailable
		denied   *serviceerror.PermissionDenied
		missing  *serviceerror.NamespaceNotFound
	)
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.As(err, &deadline) || errors.As(err, &canceled) || errors.As(err, &away) ||
		errors.As(err, &denied) || errors.As(err, &missing)
}

var errUnreachable = errors.New("relay: Temporal is unreachable")

// deliverItem delivers one item. It returns nil if Temporal has the item, now or from
// an earlier delivery, and *postgres.FaultyItemError if it will not take it later either.
func (r *Relay) deliverItem(ctx context.Context, item postgres.OutboxItem) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	limited, refusal := withoutBusyRetry(ctx)
	err := r.callTemporal(limited, item)
	if busy := refusal(); busy != nil {
		err = busy
	}
	var before *serviceerror.WorkflowExecutionAlreadyStarted
	var full *serviceerror.ResourceExhausted
	switch {
	case err == nil, errors.As(err, &before): // the workflow has already ended
		return nil
	case errors.As(err, &full):
		r.busy.Store(&err)
	case isUnreachable(ctx, err):
	default:
		err = &postgres.FaultyItemError{Cause: fmt.Errorf("kind %s, case %s, ref %q: %w", item.Kind, item.CaseID, item.Ref, err)}
	}
	return err
}

// callTemporal starts or signals the workflow that an item is for.
func (r *Relay) callTemporal(ctx context.Context, item postgres.OutboxItem) (err error) {
	switch item.Kind {
	case postgres.OutboxStart:
		_, err = r.client.ExecuteWorkflow(ctx, caseStartOptions(item.CaseID), workflows.CaseWorkflow, workflows.CaseInput{CaseID: item.CaseID})
	case postgres.OutboxEvidence:
		err = r.signalEvidence(ctx, item)
	case postgres.OutboxExport:
		err = r.startExport(ctx, item)
	default:
		err = fmt.Errorf("relay: unknown kind %q", item.Kind)
	}
	return err
}

func (r *Relay) signalEvidence(ctx context.Context, item postgres.OutboxItem) error {
	_, err := r.client.SignalWithStartWorkflow(ctx,
		workflows.CaseWorkflowID(item.CaseID), workflows.EvidenceSignal,
		workflows.EvidenceInput{EvidenceID: recovery.EvidenceID(item.Ref)},
		caseStartOptions(item.CaseID), workflows.CaseWorkflow, workflows.CaseInput{CaseID: item.CaseID})
	return err
}

func (r *Relay) startExport(ctx context.Context, item postgres.OutboxItem) error {
	id := recovery.ExportID(item.Ref)
	_, err := r.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.ExportWorkflowID(id), TaskQueue: workflows.CasesQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}, workflows.ExportWorkflow, workflows.ExportInput{CaseID: item.CaseID, ExportID: id})
	return err
}
