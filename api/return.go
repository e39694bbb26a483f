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
	told, err := a.service.OpenReturn(c.Request().Context(), request, entered(c))
	if err != nil {
		return err
	}
	return sendJSON(c, returnOf(told))
}

// answer takes an act of a counterpart. read makes it of the body.
func (a *API) answer(c echo.Context, key *string, read func([]byte) (recovery.Act, error)) error {
	body, err := readJSON(c)
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
	reply, err := a.service.Answer(c.Request().Context(), request, entered(c), act)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, reply, returnOf)
}

// mine are the answers a counterpart may give of themselves: that they are
// hostile is for others to say.
var mine = []recovery.Response{
	recovery.Returned, recovery.PartlyReturned, recovery.Promised, recovery.Refused, recovery.Contested,
}

// AnswerReturn implements ServerInterface.
func (a *API) AnswerReturn(c echo.Context, p AnswerReturnParams) error {
	return a.answer(c, p.IdempotencyKey, func(body []byte) (recovery.Act, error) {
		var said struct {
			Kind    recovery.Response `json:"kind"`
			Refusal recovery.Refusal  `json:"refusal"`
			Amount  *recovery.Money   `json:"amount_fen"`
			Text    string            `json:"text"`
			At      *time.Time        `json:"at"`
			Email   string            `json:"email"`
		}
		if err := decode(body, &said); err != nil {
			return recovery.Act{}, err
		}
		if said.Kind != "" && !slices.Contains(mine, said.Kind) {
			return recovery.Act{}, invalidField("kind", "unknown_value", "The specification lists the accepted values.")
		}
		return recovery.Act{
			Action: recovery.RecordResponse, Kind: string(said.Kind), Refusal: said.Refusal, Amount: said.Amount,
			Text: said.Text, At: said.At, Email: said.Email,
		}, nil
	})
}

// ProposeReturnPlan implements ServerInterface.
func (a *API) ProposeReturnPlan(c echo.Context, p ProposeReturnPlanParams) error {
	return a.answer(c, p.IdempotencyKey, func(body []byte) (recovery.Act, error) {
		var said struct {
			Instalments []recovery.Instalment `json:"instalments"`
			Email       string                `json:"email"`
		}
		err := decode(body, &said)
		return recovery.Act{Action: recovery.ProposePlan, Instalments: said.Instalments, Email: said.Email}, err
	})
}

// AnswerReturnPlan implements ServerInterface.
func (a *API) AnswerReturnPlan(c echo.Context, p AnswerReturnPlanParams) error {
	return a.answer(c, p.IdempotencyKey, func(body []byte) (recovery.Act, error) {
		var said struct {
			Accept *bool  `json:"accept"`
			Reason string `json:"reason"`
			Email  string `json:"email"`
		}
		if err := decode(body, &said); err != nil {
			return recovery.Act{}, err
		}
		switch {
		case said.Accept == nil:
			return recovery.Act{}, invalidField("accept", "required", "Say true or false.")
		case *said.Accept:
			return recovery.Act{Action: recovery.AcceptPlan, Reason: said.Reason, Email: said.Email}, nil
		default:
			return recovery.Act{Action: recovery.DeclinePlan, Reason: said.Reason, Email: said.Email}, nil
		}
	})
}

// ReportReturnHarassment implements ServerInterface.
func (a *API) ReportReturnHarassment(c echo.Context, p ReportReturnHarassmentParams) error {
	return a.answer(c, p.IdempotencyKey, func(body []byte) (recovery.Act, error) {
		var said struct {
			Text  string `json:"text"`
			Email string `json:"email"`
		}
		err := decode(body, &said)
		return recovery.Act{Action: recovery.ReportHarassment, Text: said.Text, Email: said.Email}, err
	})
}

// AddReturnEvidence implements ServerInterface.
func (a *API) AddReturnEvidence(c echo.Context, p AddReturnEvidenceParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	got, err := a.receive(c, a.service.ReceiveReturn, evidenceFields...)
	if err != nil {
		return err
	}
	defer got.file.Discard()
	request, err := newRequest(c, p.IdempotencyKey, got.what()...)
	if err != nil {
		return err
	}
	up, err := got.evidence()
	if err != nil {
		return err
	}
	reply, err := a.service.AddReturnEvidence(c.Request().Context(), request, entered(c), up, got.file)
	if err != nil {
		return onFile(err)
	}
	return send(c, http.StatusCreated, reply, returnEvidenceOf)
}

func returnEvidenceOf(e casework.Exhibit) ReturnEvidence {
	return ReturnEvidence{
		ID: string(e.ID), Kind: EvidenceKind(e.Kind), Sha256: e.SHA256, Size: e.Size, MediaType: e.MediaType,
		ReceivedAt: local(e.ReceivedAt),
	}
}

func returnOf(r casework.Return) Return {
	told := Return{
		Reference: string(r.Reference), Open: r.Open, Platform: Platform(r.Platform), Instrument: Instrument(r.Instrument),
		SentAt: local(r.SentAt), ClaimedAt: localOrNil(r.ClaimedAt), HeldFen: moneyOrNil(r.Held), AskedFen: moneyOrNil(r.Asked),
		ReturnedFen: int64(r.Returned), SaysFen: int64(r.Says), Answer: orNil[ResponseKind](r.Answer),
		Refusal: orNil[Refusal](r.Refusal), Recorded: words[EntryKind](r.Records), AllowedActions: words[Action](r.Allowed),
		ExpiresAt: local(r.ExpiresAt),
	}
	if r.Plan != nil {
		plan := planOf(*r.Plan)
		told.Plan = &plan
	}
	if r.Text != nil {
		text := textOf(*r.Text)
		told.Text = &ReturnText{Subject: text.Subject, Body: text.Body, En: text.En}
	}
	return told
}

func moneyOrNil(amount *recovery.Money) *int64 {
	if amount == nil {
		return nil
	}
	told := int64(*amount)
	return &told
}
