package worker

import (
	"context"
	"errors"
	"sync"

	"recourse/notify"
	"recourse/postgres"
)

// deliveryPool delivers to each webhook independently, so that a slow receiver does
// not delay the others.
type deliveryPool struct {
	*Notices
	mutex   sync.Mutex
	busy    map[string]bool
	woken   chan struct{} // has a signal when a webhook is idle again
	sending sync.WaitGroup
}

func newDeliveryPool(n *Notices) *deliveryPool {
	return &deliveryPool{Notices: n, busy: map[string]bool{}, woken: make(chan struct{}, 1)}
}

// startDeliveries claims deliveries for idle webhooks and starts them. again is always
// false: a finished delivery wakes the loop.
func (p *deliveryPool) startDeliveries(ctx context.Context) (again bool, err error) {
	deliveries, err := p.Store.ClaimDeliveries(ctx, deliveryBatch, p.Lease, p.busyWebhooks())
	if err != nil {
		return false, err
	}
	batches := map[string][]notify.Delivery{}
	for _, delivery := range deliveries {
		batches[delivery.WebhookID] = append(batches[delivery.WebhookID], delivery)
	}
	for id, batch := range batches {
		p.setBusy(id, true)
		p.sending.Go(func() {
			defer trySend(p.woken)
			defer p.setBusy(id, false)
			err := p.Loops.Protect(ctx, webhooksLoop, func(ctx context.Context) error { return p.deliverInOrder(ctx, id, batch) })
			if err != nil && ctx.Err() == nil { // the database failed, or the webhook was just deleted with its deliveries
				p.Loops.CountFailure(webhooksLoop)
			}
		})
	}
	return false, nil
}

func (p *deliveryPool) busyWebhooks() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	list := make([]string, 0, len(p.busy))
	for id := range p.busy {
		list = append(list, id)
	}
	return list
}

func (p *deliveryPool) setBusy(id string, busy bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if busy {
		p.busy[id] = true
	} else {
		delete(p.busy, id)
	}
}

// deliverInOrder delivers a batch of one webhook in order.
func (p *deliveryPool) deliverInOrder(ctx context.Context, id string, batch []notify.Delivery) error {
	webhook, err := p.Store.FindWebhook(ctx, id)
	if err != nil {
		return err
	}
	gone := false
	var errs []error
	for _, delivery := range batch {
		err := p.Loops.Protect(ctx, webhooksLoop, func(ctx context.Context) error {
			if gone {
				return p.saveDelivery(ctx, delivery, notify.DeliveryOutcome{State: notify.DeliveryDead, Note: goneNote})
			}
			attempt, outcome := p.deliver(ctx, webhook, delivery)
			gone = attempt.Verdict == notify.Gone
			return p.saveDelivery(ctx, delivery, outcome)
		})
		errs = append(errs, p.recordFailure(ctx, webhooksLoop, postgres.ItemDelivery, delivery.ID, err))
	}
	if gone {
		errs = append(errs, p.Store.StopWebhook(context.WithoutCancel(ctx), id, goneNote))
	}
	return errors.Join(errs...)
}

// deliver makes one attempt, unless ctx was cancelled before.
func (p *deliveryPool) deliver(ctx context.Context, w notify.Webhook, d notify.Delivery) (notify.Attempt, notify.DeliveryOutcome) {
	if ctx.Err() != nil {
		return notify.Attempt{}, notify.DeliveryOutcome{State: notify.DeliveryDue, At: p.Now()}
	}
	attempt := p.Webhooks.Post(ctx, w, d)
	outcome := notify.DeliveryOutcomeAfter(attempt, d, p.Now(), p.Random())
	var failed error
	if outcome.Failed {
		failed = errors.New(outcome.Note)
	}
	if ctx.Err() == nil {
		p.Loops.Report(ctx, webhooksLoop, w.ID, failed)
	}
	if outcome.State == notify.DeliveryDead {
		p.Loops.SetAside(ctx, webhooksLoop, d.ID, failed)
	}
	return attempt, outcome
}

// goneNote is why a webhook was disabled.
const goneNote = "the receiver answered 410: it wants nothing any more"

func (p *deliveryPool) saveDelivery(ctx context.Context, d notify.Delivery, o notify.DeliveryOutcome) error {
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	_, err := p.Store.SettleDelivery(lasting, d, o)
	return err
}
