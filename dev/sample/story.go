package sample

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

//go:embed story.json
var storyFile []byte

// story is what the invented people do and write.
type story struct {
	Case      map[string]any `json:"case"`
	Group     string         `json:"group"`
	Nickname  string         `json:"nickname"`
	Recipient string         `json:"holder"`
	Remark    string         `json:"remark"`
	Contact   map[string]any `json:"contact"`
	Notice    map[string]any `json:"notice"`
	Note      map[string]any `json:"note"`
	Reply     map[string]any `json:"reply"`
	Decision  map[string]any `json:"decision"`
	Route     map[string]any `json:"route"`
	Bill      struct {
		Rows []billRow `json:"rows"`
	} `json:"bill"`
	Screens map[string]screen `json:"screens"`
}

// billRow is a transaction of the bill, dated relative to the mistaken payment.
type billRow struct {
	Days      int    `json:"days"`
	Clock     string `json:"clock"`
	Kind      string `json:"kind"`
	With      string `json:"with"`
	Goods     string `json:"goods"`
	Direction string `json:"direction"`
	AmountFen int64  `json:"amount_fen"`
	Method    string `json:"method"`
	State     string `json:"state"`
	Remark    string `json:"remark"`
}

// screen is a phone screen: a page of details or a conversation.
type screen struct {
	Kind    string      `json:"kind"` // of evidence
	Source  string      `json:"source"`
	Title   string      `json:"title"`
	Lines   [][2]string `json:"lines"`
	Bubbles []bubble    `json:"bubbles"`
}

type bubble struct {
	From     string `json:"from"`
	Me       bool   `json:"me"`
	Text     string `json:"text"`
	Transfer string `json:"transfer"`
	Notice   string `json:"notice"`
}

func readStory() (story, error) {
	var s story
	if err := json.Unmarshal(storyFile, &s); err != nil {
		return s, fmt.Errorf("read the story of the sample: %w", err)
	}
	return s, nil
}

// shanghai is fixed: China has had one offset since 1991.
var shanghai = time.FixedZone("CST", 8*60*60)

// sentAt is the time of the mistaken payment, on the evening before the start.
func (s *state) sentAt() time.Time {
	today := s.StartedAt.In(shanghai)
	return time.Date(today.Year(), today.Month(), today.Day()-1, 21, 14, 5, 0, shanghai)
}

// transactionNo has the form of the wallet's numbers and is unique for each run.
func (s *state) transactionNo() string {
	return "1000050001" + s.sentAt().Format("20060102") + s.seedDigits(10)
}
