package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// GetReturn implements ServerInterface.
func (a *API) GetReturn(c echo.Context) error {
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	result, err := a.service.OpenCounterpartView(c.Request().Context(), request, linkFrom(c))
	if err != nil {
		return err
	}
	return sendJSON(c, renderReturn(result))
}

// takeCounterpartAction serves the actions a counterpart takes with a link.
// read parses the body.
func (a *API) takeCounterpartAction(c echo.Context, key *string, read func([]byte) (recovery.ActionBody, error)) error {
	body, err := readJSONLimited(c, a.bodyLimit(c))
	if err != nil {
		return err
	}
	request, err := newRequest(c, key, string(body))
	if err != nil {
		return err
	}
	act, err := read(body)
	if err != nil {
		return err
	}
	reply, err := a.service.TakeCounterpartAction(c.Request().Context(), request, linkFrom(c), act)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderReturn)
}

// counterpartResponses are the responses a counterpart may give about
// themselves. "hostile" is only for others to record.
var counterpartResponses = []recovery.Response{
	recovery.Returned, recovery.PartlyReturned, recovery.Promised, recovery.Refused, recovery.Contested,
}

// AnswerReturn implements ServerInterface.
func (a *API) AnswerReturn(c echo.Context, p AnswerReturnParams) error {
	return a.takeCounterpartAction(c, p.IdempotencyKey, func(body []byte) (recovery.ActionBody, error) {
		var input struct {
			Kind    recovery.Response `json:"kind"`
			Refusal recovery.Refusal  `json:"refusal"`
			Amount  *recovery.Money   `json:"amount_fen"`
			Text    string            `json:"text"`
			At      *time.Time        `json:"at"`
			Email   string            `json:"email"`
		}
		if err := decodeStrict(body, &input); err != nil {
			return recovery.ActionBody{}, err
		}
		if input.Kind != "" && !slices.Contains(counterpartResponses, input.Kind) {
			return recovery.ActionBody{}, invalidField("kind", "unknown_value", "The specification lists the accepted values.")
		}
		return recovery.ActionBody{
			Action: recovery.RecordResponse, Kind: string(input.Kind), Refusal: input.Refusal, Amount: input.Amount,
			Text: input.Text, At: input.At, Email: input.Email,
		}, nil
	})
}

// ProposeReturnPlan implements ServerInterface.
func (a *API) ProposeReturnPlan(c echo.Context, p ProposeReturnPlanParams) error {
	return a.takeCounterpartAction(c, p.IdempotencyKey, func(body []byte) (recovery.ActionBody, error) {
		var input struct {
			Instalments []recovery.Instalment `json:"instalments"`
			Email       string                `json:"email"`
		}
		err := decodeStrict(body, &input)
		return recovery.ActionBody{Action: recovery.ProposePlan, Instalments: input.Instalments, Email: input.Email}, err
	})
}

// AnswerReturnPlan implements ServerInterface.
func (a *API) AnswerReturnPlan(c echo.Context, p AnswerReturnPlanParams) error {
	return a.takeCounterpartAction(c, p.IdempotencyKey, func(body []byte) (recovery.ActionBody, error) {
		var input struct {
			Accept *bool  `json:"accept"`
			Reason string `json:"reason"`
			Email  string `json:"email"`
		}
		if err := decodeStrict(body, &input); err != nil {
			return recovery.ActionBody{}, err
		}
		switch {
		case input.Accept == nil:
			return recovery.ActionBody{}, invalidField("accept", "required", "Send true or false.")
		case *input.Accept:
			return recovery.ActionBody{Action: recovery.AcceptPlan, Reason: input.Reason, Email: input.Email}, nil
		default:
			return recovery.ActionBody{Action: recovery.DeclinePlan, Reason: input.Reason, Email: input.Email}, nil
		}
	})
}

// ReportReturnHarassment implements ServerInterface.
func (a *API) ReportReturnHarassment(c echo.Context, p ReportReturnHarassmentParams) error {
	return a.takeCounterpartAction(c, p.IdempotencyKey, func(body []byte) (recovery.ActionBody, error) {
		var input struct {
			Text  string `json:"text"`
			Email string `json:"email"`
		}
		err := decodeStrict(body, &input)
		return recovery.ActionBody{Action: recovery.ReportHarassment, Text: input.Text, Email: input.Email}, err
	})
}

// AddReturnEvidence implements ServerInterface.
func (a *API) AddReturnEvidence(c echo.Context, p AddReturnEvidenceParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	if err := a.service.CheckCounterpartUpload(c.Request().Context(), linkFrom(c), valueOrZero(p.IdempotencyKey)); err != nil {
		return err
	}
	received, err := a.receiveUpload(c, evidenceFields...)
	if err != nil {
		return err
	}
	defer received.file.Discard()
	request, err := newRequest(c, p.IdempotencyKey, received.fingerprintParts()...)
	if err != nil {
		return err
	}
	up, err := received.fileDescription()
	if err != nil {
		return err
	}
	reply, err := a.service.AddCounterpartEvidence(c.Request().Context(), request, linkFrom(c), up, received.file)
	if err != nil {
		return addFileField(err)
	}
	return sendReply(c, http.StatusCreated, reply, renderReturnEvidence)
}

func renderReturnEvidence(e casework.Exhibit) ReturnEvidence {
	return ReturnEvidence{
		ID: string(e.ID), Kind: EvidenceKind(e.Kind), Sha256: e.SHA256, Size: e.Size, MediaType: e.MediaType,
		ReceivedAt: renderTime(e.ReceivedAt),
	}
}

func renderReturn(r casework.CounterpartView) Return {
	result := Return{
		Reference: string(r.Reference), Open: r.Open, Platform: Platform(r.Platform), Instrument: Instrument(r.Instrument),
		SentAt: renderTime(r.SentAt), ClaimedAt: renderTimeOrNull(r.ClaimedAt), HeldFen: renderMoney(r.Held), AskedFen: renderMoney(r.Asked),
		ReturnedFen: int64(r.Returned), SaysFen: int64(r.ReportedReturned), Answer: nullIfEmpty[ResponseKind](r.Answer),
		Refusal: nullIfEmpty[Refusal](r.Refusal), Recorded: convertStrings[EntryKind](r.Records), AllowedActions: convertStrings[Action](r.Allowed),
		ExpiresAt: renderTime(r.ExpiresAt),
	}
	if r.Plan != nil {
		plan := renderPlan(*r.Plan)
		result.Plan = &plan
	}
	if r.Text != nil {
		text := renderText(*r.Text)
		result.Text = &ReturnText{Subject: text.Subject, Body: text.Body, En: text.En}
	}
	return result
}

func renderMoney(amount *recovery.Money) *int64 {
	if amount == nil {
		return nil
	}
	result := int64(*amount)
	return &result
}
