package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

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
	log      *slog.Logger
	interval time.Duration
	woken    <-chan struct{}
}

// The outbox is read in small batches by a few workers, because a delivery mostly
// waits for Temporal.
const (
	relayWorkers    = 3
	relayBatch      = 20
	relayInterval   = 2 * time.Second
	deliveryTimeout = 5 * time.Second
)

// NewRelay returns a Relay that uses a connection.
func NewRelay(outbox Outbox, c *Connection) *Relay {
	return &Relay{outbox: outbox, client: c.Client, log: c.log, interval: relayInterval}
}

// Run delivers until ctx ends. It is woken by writes of this process and polls for
// writes of others. While Temporal is unreachable it only checks its health.
func (r *Relay) Run(ctx context.Context) error {
	var err error
	if r.woken, err = r.outbox.SubscribeToChanges(ctx); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	for {
		for !r.deliverDue(ctx) {
			if !r.waitForTemporal(ctx) {
				return nil
			}
		}
		tick := time.NewTimer(r.interval)
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-r.woken:
		case <-tick.C:
		}
		tick.Stop()
	}
}

// waitForTemporal waits until Temporal is reachable. It returns false if ctx ends
// first.
func (r *Relay) waitForTemporal(ctx context.Context) bool {
	r.log.WarnContext(ctx, "the relay waits for Temporal")
	pause := backoff{first: 250 * time.Millisecond, limit: 5 * time.Second}
	for pause.waitDelay(ctx) {
		if r.isTemporalReachable(ctx) {
			r.log.InfoContext(ctx, "the relay continues")
			return true
		}
	}
	return false
}

// deliverDue delivers all due items, with several workers if there is more than one
// batch. It returns false if Temporal or the database is unreachable.
func (r *Relay) deliverDue(ctx context.Context) bool {
	more, ok := r.deliverBatch(ctx)
	if !ok || !more {
		return ok
	}
	var workers sync.WaitGroup
	var failed atomic.Bool
	for range relayWorkers {
		workers.Go(func() {
			if !r.drainUntilEmpty(ctx) {
				failed.Store(true)
			}
		})
	}
	workers.Wait()
	return !failed.Load()
}

// drainUntilEmpty delivers batches until none is left. It returns false if Temporal
// or the database is unreachable.
func (r *Relay) drainUntilEmpty(ctx context.Context) bool {
	for {
		more, ok := r.deliverBatch(ctx)
		if !ok || !more {
			return ok
		}
	}
}

// deliverBatch delivers one batch. more reports whether another one may be due: this
// one was full, and Temporal did not refuse all of it. ok is false if Temporal or the
// database is unreachable.
func (r *Relay) deliverBatch(ctx context.Context) (more, ok bool) {
	unreachable, items := false, 0
	n, err := r.outbox.DrainOutbox(ctx, relayBatch, func(ctx context.Context, item postgres.OutboxItem) error {
		if unreachable {
			return errUnreachable // do not wait for a timeout for each item
		}
		items++
		err := r.deliverItem(ctx, item)
		unreachable = err != nil && isUnreachable(ctx, err)
		return err
	})
	if ctx.Err() != nil {
		return false, true // cancelled
	}
	if err != nil {
		r.log.WarnContext(ctx, "the relay cannot read the outbox", "error", err)
		return false, false
	}
	return items == relayBatch && n > 0, !unreachable
}

// isTemporalReachable reports whether Temporal answers a health check.
func (r *Relay) isTemporalReachable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	_, err := r.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err == nil
}

// isUnreachable reports whether an error means that Temporal did not answer, or
// not in time. It is unknown whether the request had an effect. A server that has no
// room for one workflow may have it for others, so that is not among these errors.
func isUnreachable(ctx context.Context, err error) bool {
	var (
		deadline *serviceerror.DeadlineExceeded
		canceled *serviceerror.Canceled
		away     *serviceerror.Unavailable
	)
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.As(err, &deadline) || errors.As(err, &canceled) || errors.As(err, &away)
}

var errUnreachable = errors.New("relay: Temporal is unreachable")

// deliverItem delivers one item. It returns nil if Temporal has the item, now or from
// an earlier delivery.
func (r *Relay) deliverItem(ctx context.Context, item postgres.OutboxItem) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	ctx, refusal := withoutBusyRetry(ctx)
	err := r.callTemporal(ctx, item)
	if busy := refusal(); busy != nil {
		err = busy
	}
	var before *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &before) {
		return nil // the workflow has already ended
	}
	if err != nil {
		r.log.WarnContext(ctx, "an outbox item was not delivered", "kind", item.Kind, "case", item.CaseID, "ref", item.Ref, "error", err)
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
