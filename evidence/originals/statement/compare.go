package statement

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/width"

	"recourse/recovery"
)

// Said is what the claimant told when the case was filed.
type Said struct {
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

// Difference is one thing the claimant said and the paper does not bear out. It
// accuses nobody: Why says in Chinese how it may have come about.
type Difference struct {
	Field string
	Said  string
	Found string
	Why   string
}

// Propose is Match with the differences of each row, and with the name of the
// counterpart among the reasons.
func (b *Bill) Propose(said Said) []Candidate {
	candidates := b.Match(said.Amount, said.SentAt, said.TransactionNo)
	for i := range candidates {
		t := candidates[i].Transaction
		candidates[i].Differences = against(paper{t.Amount, t.At, t.TransactionNo, t.Counterpart}, said)
		switch sameName(t.Counterpart, said.Counterparts) {
		case agrees:
			candidates[i].Why = append(candidates[i].Why, "交易对方一致")
		case disagrees:
			candidates[i].Why = append(candidates[i].Why, "交易对方写法不同")
		case unknown:
		}
	}
	return candidates
}

// paper is what a row or a receipt says; zero values are not stated.
type paper struct {
	amount      recovery.Money
	at          time.Time
	number      string
	counterpart string
}

func against(p paper, said Said) []Difference {
	differences := []Difference{}
	add := func(field, what, found, why string) {
		differences = append(differences, Difference{Field: field, Said: what, Found: found, Why: why})
	}
	if p.amount > 0 && p.amount != said.Amount {
		add(FieldAmount, said.Amount.String(), p.amount.String(), "金额不同，请核对是否同一笔，或更正填报的金额。")
	}
	if apart := p.at.Sub(said.SentAt).Abs(); !p.at.IsZero() && apart > Nearby {
		add(FieldAt, clock(said.SentAt), clock(p.at), "时间相差超过 10 分钟："+apartWords(apart)+"，请核对是否同一笔，或更正填报的时间。")
	}
	if number := strings.TrimSpace(said.TransactionNo); number != "" && p.number != "" && p.number != number {
		add(FieldNumber, number, p.number, "单号不同。交易单号与商户单号、转账单号可能各有一个，请核对填报的是哪一个。")
	}
	if sameName(p.counterpart, said.Counterparts) == disagrees {
		add(FieldCounterpart, strings.Join(said.Counterparts, "、"), p.counterpart, "这里写的是对方当时的昵称或实名，可能与您平时的称呼不同；如果不是同一人，请更正。")
	}
	return differences
}

func clock(at time.Time) string { return at.In(recovery.Shanghai).Format("2006-01-02 15:04:05") }

func apartWords(apart time.Duration) string {
	switch {
	case apart < 2*time.Hour:
		return fmt.Sprintf("约 %d 分钟", int(apart.Round(time.Minute).Minutes()))
	case apart < 48*time.Hour:
		return fmt.Sprintf("约 %d 小时", int(apart.Hours()))
	default:
		return fmt.Sprintf("约 %d 天", int(apart.Hours()/24))
	}
}

// agreement is whether two names may be one person's.
type agreement int

const (
	unknown agreement = iota // one of them is not stated
	agrees
	disagrees
)

// sameName holds the name on a paper against what the claimant calls people:
// "项目群老王" and "老王" agree, "王*明" and "王小明" do, too.
func sameName(found string, said []string) agreement {
	found = plainName(found)
	if found == "" || len(said) == 0 {
		return unknown
	}
	for _, alias := range said {
		alias = plainName(alias)
		if alias == "" {
			continue
		}
		if strings.Contains(alias, found) || strings.Contains(found, alias) || masked(found, alias) {
			return agrees
		}
	}
	return disagrees
}

func plainName(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(width.Narrow.String(name)), ""))
	if name == "/" || name == "-" {
		return ""
	}
	return name
}

// stars is what the wallets put in place of parts of a name.
var stars = regexp.MustCompile(`\*+`)

// masked holds a name with stars against a whole one: what the stars leave must
// be its beginning and its end. Nothing but stars is nobody's name.
func masked(found, alias string) bool {
	parts := stars.Split(found, -1)
	if len(parts) < 2 || strings.Join(parts, "") == "" {
		return false
	}
	first, last := parts[0], parts[len(parts)-1]
	return len(first)+len(last) <= len(alias) && strings.HasPrefix(alias, first) && strings.HasSuffix(alias, last)
}
