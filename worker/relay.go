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

// Outbox is what PostgreSQL has acknowledged and Temporal has not heard of.
type Outbox interface {
	DrainOutbox(ctx context.Context, limit int, deliver func(context.Context, postgres.OutboxItem) error) (int, error)
	SubscribeToChanges(ctx context.Context) (<-chan struct{}, error)
}

// starter is what Relay needs of a Temporal client.
type starter interface {
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// Relay carries the outbox to Temporal: it starts the workflow of a filed case,
// signals evidence, starts exports. Every delivery may happen twice and counts
// once.
type Relay struct {
	outbox Outbox
	client starter
	log    *slog.Logger
	every  time.Duration
	woken  <-chan struct{}
}

// The outbox is read in small lots by a few hands: one delivery waits for
// Temporal most of its time.
const (
	relayHands   = 3
	relayLot     = 20
	relayEvery   = 2 * time.Second
	deliverLimit = 5 * time.Second
)

// NewRelay makes a Relay over a client.
func NewRelay(outbox Outbox, c *Connection) *Relay {
	return &Relay{outbox: outbox, client: c.Client, log: c.log, every: relayEvery}
}

// Run delivers until ctx ends: when the store is written to, and every two
// seconds for what another process wrote. While Temporal is away it asks only
// whether it is back.
func (r *Relay) Run(ctx context.Context) error {
	var err error
	if r.woken, err = r.outbox.SubscribeToChanges(ctx); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	for {
		for !r.drain(ctx) {
			if !r.await(ctx) {
				return nil
			}
		}
		tick := time.NewTimer(r.every)
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

// await waits until Temporal is reachable again; it reports false when ctx ended
// first.
func (r *Relay) await(ctx context.Context) bool {
	r.log.WarnContext(ctx, "the relay waits for Temporal")
	pause := backoff{first: 250 * time.Millisecond, limit: 5 * time.Second}
	for pause.waitDelay(ctx) {
		if r.back(ctx) {
			r.log.InfoContext(ctx, "the relay goes on")
			return true
		}
	}
	return false
}

// drain delivers what is due; when one hand does not finish with one lot, more
// help. It reports false when Temporal or the database is away.
func (r *Relay) drain(ctx context.Context) bool {
	n, ok := r.lot(ctx)
	if !ok || n < relayLot {
		return ok
	}
	var hands sync.WaitGroup
	var away atomic.Bool
	for range relayHands {
		hands.Go(func() {
			if !r.help(ctx) {
				away.Store(true)
			}
		})
	}
	hands.Wait()
	return !away.Load()
}

// help takes lots until none is left; false when Temporal or the database is away.
func (r *Relay) help(ctx context.Context) bool {
	for {
		n, ok := r.lot(ctx)
		if !ok || n == 0 {
			return ok
		}
	}
}

// lot takes one lot and tells how many items of it were delivered.
func (r *Relay) lot(ctx context.Context) (n int, ok bool) {
	away := false
	n, err := r.outbox.DrainOutbox(ctx, relayLot, func(ctx context.Context, item postgres.OutboxItem) error {
		if away {
			return errAway // do not wait for each in turn
		}
		err := r.deliver(ctx, item)
		away = err != nil && isUnreachable(ctx, err)
		return err
	})
	if ctx.Err() != nil {
		return 0, true // told to stop
	}
	if err != nil {
		r.log.WarnContext(ctx, "the relay cannot read the outbox", "error", err)
		return n, false
	}
	return n, !away
}

// back asks whether Temporal is reachable again.
func (r *Relay) back(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	_, err := r.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err == nil
}

var errAway = errors.New("relay: Temporal is away")

// deliver carries one item. It returns nil when Temporal has it, now or from
// before.
func (r *Relay) deliver(ctx context.Context, item postgres.OutboxItem) error {
	ctx, cancel := context.WithTimeout(ctx, deliverLimit)
	defer cancel()
	var err error
	switch item.Kind {
	case postgres.OutboxStart:
		_, err = r.client.ExecuteWorkflow(ctx, caseStartOptions(item.CaseID), workflows.CaseWorkflow, workflows.CaseInput{CaseID: item.CaseID})
	case postgres.OutboxEvidence:
		err = r.signal(ctx, item)
	case postgres.OutboxExport:
		err = r.export(ctx, item)
	default:
		err = fmt.Errorf("relay: unknown kind %q", item.Kind)
	}
	var before *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &before) {
		return nil // it ran and ended: nothing is left to tell it
	}
	if err != nil {
		r.log.WarnContext(ctx, "an outbox item was not delivered", "kind", item.Kind, "case", item.CaseID, "ref", item.Ref, "error", err)
	}
	return err
}

func (r *Relay) signal(ctx context.Context, item postgres.OutboxItem) error {
	_, err := r.client.SignalWithStartWorkflow(ctx,
		workflows.CaseWorkflowID(item.CaseID), workflows.EvidenceSignal,
		workflows.EvidenceInput{EvidenceID: recovery.EvidenceID(item.Ref)},
		caseStartOptions(item.CaseID), workflows.CaseWorkflow, workflows.CaseInput{CaseID: item.CaseID})
	return err
}

func (r *Relay) export(ctx context.Context, item postgres.OutboxItem) error {
	id := recovery.ExportID(item.Ref)
	_, err := r.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.ExportWorkflowID(id), TaskQueue: workflows.CasesQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}, workflows.ExportWorkflow, workflows.ExportInput{CaseID: item.CaseID, ExportID: id})
	return err
}
