package statement

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/width"

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

// compareNames compares the name on a document with the claimant's names for
// people. "项目群老王" and "老王" agree, and so do "王*明" and "王小明".
func compareNames(found string, said []string) agreement {
	found = normalizeName(found)
	if found == "" || len(said) == 0 {
		return notStated
	}
	for _, alias := range said {
		alias = normalizeName(alias)
		if alias == "" {
			continue
		}
		if strings.Contains(alias, found) || strings.Contains(found, alias) || matchesMasked(found, alias) {
			return same
		}
	}
	return different
}

func normalizeName(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(width.Narrow.String(name)), ""))
	if name == "/" || name == "-" {
		return ""
	}
	return name
}

// maskStars matches the stars that wallets put in place of parts of a name.
var maskStars = regexp.MustCompile(`\*+`)

// matchesMasked compares a name that contains stars with a full name. The text
// before and after the stars must be its beginning and its end. A name of stars only
// matches nothing.
func matchesMasked(found, alias string) bool {
	parts := maskStars.Split(found, -1)
	if len(parts) < 2 || strings.Join(parts, "") == "" {
		return false
	}
	first, last := parts[0], parts[len(parts)-1]
	return len(first)+len(last) <= len(alias) && strings.HasPrefix(alias, first) && strings.HasSuffix(alias, last)
}
