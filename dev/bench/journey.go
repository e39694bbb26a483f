package main

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"recourse/dev/local"
)

// journeyPace lets a day pass in one second, so that waiting for deadlines is short.
const journeyPace = 86_400

// Budgets of a whole case.
const (
	maxActions = 60
	maxEvents  = 250
)

// measureJourney takes one case through all four stages and counts the actions, as
// Temporal counts them, and the events of its history.
func measureJourney(ctx context.Context, up local.Up) ([]row, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	id, err := d.fileAt(ctx, journeyPace)
	if err != nil {
		return nil, err
	}
	for _, part := range fourStages(time.Now().Add(-time.Second).Format(time.RFC3339)) {
		if err := d.awaitStage(ctx, id, part.stage); err != nil {
			return nil, err
		}
		for _, act := range part.actions {
			if err := d.withRole(act.role).postJSON(ctx, "/cases/"+id+"/actions/"+act.action, act.body, &struct{}{}); err != nil {
				return nil, err
			}
		}
	}
	if err := d.awaitStage(ctx, id, "closed"); err != nil {
		return nil, err
	}
	actions, events, err := countUsage(ctx, up.Temporal, "case:"+id)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "a whole case through four stages", figure: fmt.Sprintf("%d actions, %d events", actions, events),
		yardstick: "-", ratio: "-", budget: fmt.Sprintf("≤ %d actions, ≤ %d events", maxActions, maxEvents),
		kept: actions <= maxActions && events <= maxEvents,
	}}, nil
}

// stageActions are the actions of people in one stage, before its deadline passes.
type stageActions struct {
	stage   string
	actions []roleAction
}

type roleAction struct {
	role, action string
	body         map[string]any
}

func fourStages(at string) []stageActions {
	contact := func(inGroup bool) roleAction {
		return roleAction{"claimant", "record_contact", map[string]any{
			"channel": "private_message", "text": "您好，这笔转账发错了，麻烦退回。", "sent_at": at, "in_group": inGroup,
		}}
	}
	step := func(kind string) roleAction {
		return roleAction{"legal", "record_legal_step", map[string]any{"kind": kind, "at": at, "ref": "R-1"}}
	}
	return []stageActions{
		{"private_contact", []roleAction{contact(false), contact(false)}},
		{"group_notice", []roleAction{contact(true)}},
		{"appeal", []roleAction{
			{"claimant", "submit_appeal", map[string]any{"confirm": true}},
			{"agent", "ask_platform", map[string]any{"note": "请核实"}},
			{"agent", "record_platform_reply", map[string]any{"kind": "no_liability", "at": at}},
			{"agent", "decide_appeal", map[string]any{"decision": "denied", "reason": "平台不能划回"}},
		}},
		{"legal", []roleAction{
			{"legal", "choose_route", map[string]any{"route": "small_claims", "why": "金额小"}},
			step("receipt_requested"), step("receipt_received"), step("demand_sent"), step("demand_arrived"), step("suit_filed"),
			{"legal", "record_return", map[string]any{"amount_fen": 50_000, "at": at, "channel": "bank_transfer"}},
			{"legal", "close", map[string]any{"outcome": "judgment", "reason": "判决生效"}},
		}},
	}
}

// awaitStage waits until a case is in a stage.
func (d *apiClient) awaitStage(ctx context.Context, id, stage string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	looking := time.NewTicker(200 * time.Millisecond)
	defer looking.Stop()
	for {
		var c struct {
			Stage string `json:"stage"`
		}
		if err := d.getJSON(ctx, "/cases/"+id, &c); err != nil {
			return err
		}
		if c.Stage == stage {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("case %s is in %s, not in %s: %w", id, c.Stage, stage, ctx.Err())
		case <-looking.C:
		}
	}
}

// billed are the events of actions that Temporal Cloud bills.
var billed = map[enumspb.EventType]int{
	enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:                   1,
	enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:                  1,
	enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:           1,
	enumspb.EVENT_TYPE_TIMER_STARTED:                                1,
	enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:                      1,
	enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:     1,
	enumspb.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: 1,
	enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:            1,
	enumspb.EVENT_TYPE_MARKER_RECORDED:                              1,
}

func countUsage(ctx context.Context, address, workflow string) (actions, events int, err error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: noLogger{}})
	if err != nil {
		return 0, 0, fmt.Errorf("reach Temporal: %w", err)
	}
	defer c.Close()
	history := c.GetWorkflowHistory(ctx, workflow, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return 0, 0, fmt.Errorf("read the history: %w", err)
		}
		events++
		actions += billed[event.GetEventType()]
	}
	return actions, events, nil
}
