package statement

import (
	"fmt"
	"strings"
	"time"

	"recourse/recovery"
)

// ClaimedPayment is the payment as the claimant described it when filing the case.
type ClaimedPayment struct {
	Platform      recovery.Platform
	Instrument    recovery.Instrument
	Amount        recovery.Money
	SentAt        time.Time
	TransactionNo string
	Counterparts  []string // aliases, in the claimant's own words
}

// The fields that are compared, as the API names them.
const (
	FieldAmount      = "amount_fen"
	FieldAt          = "sent_at"
	FieldNumber      = "transaction_no"
	FieldCounterpart = "counterparts"
)

// Difference is one field in which the claimant's description and a document
// differ. It is no accusation: Why gives possible reasons in Chinese.
type Difference struct {
	Field   string
	Claimed string
	Found   string
	Why     string
}

// paperRecord is the content of a row or a receipt; zero values are not stated.
type paperRecord struct {
	amount      recovery.Money
	at          time.Time
	number      string
	otherNumber string // of the same payment
	counterpart string
}

func listDifferences(p paperRecord, said ClaimedPayment) []Difference {
	differences := []Difference{}
	add := func(field, what, found, why string) {
		differences = append(differences, Difference{Field: field, Claimed: what, Found: found, Why: why})
	}
	if p.amount > 0 && p.amount != said.Amount {
		add(FieldAmount, said.Amount.String(), p.amount.String(), "金额不同，请核对是否同一笔，或更正填报的金额。")
	}
	if apart := p.at.Sub(said.SentAt).Abs(); !p.at.IsZero() && apart > MatchWindow {
		add(FieldAt, formatTime(said.SentAt), formatTime(p.at), "时间相差超过 10 分钟："+describeGap(apart)+"，请核对是否同一笔，或更正填报的时间。")
	}
	claimed, found := recovery.NormalizeTransactionNo(said.TransactionNo), recovery.NormalizeTransactionNo(p.number)
	if claimed != "" && found != "" && claimed != found && claimed != recovery.NormalizeTransactionNo(p.otherNumber) {
		add(FieldNumber, strings.TrimSpace(said.TransactionNo), p.number, "单号不同。交易单号与商户单号、转账单号可能各有一个，请核对填报的是哪一个。")
	}
	if compareNames(p.counterpart, said.Counterparts) == different {
		add(FieldCounterpart, strings.Join(said.Counterparts, "、"), p.counterpart, "这里写的是对方当时的昵称或实名，可能与您平时的称呼不同；如果不是同一人，请更正。")
	}
	return differences
}

func formatTime(at time.Time) string { return at.In(recovery.Shanghai).Format("2006-01-02 15:04:05") }

func describeGap(apart time.Duration) string {
	switch {
	case apart < 2*time.Hour:
		return fmt.Sprintf("约 %d 分钟", int(apart.Round(time.Minute).Minutes()))
	case apart < 48*time.Hour:
		return fmt.Sprintf("约 %d 小时", int(apart.Hours()))
	default:
		return fmt.Sprintf("约 %d 天", int(apart.Hours()/24))
	}
}
