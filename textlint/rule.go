package textlint

import "fmt"

// Code is what kind of harm a finding is. Codes are part of the outside
// contract: add, never rename.
type Code string

// The codes.
const (
	Threat         Code = "threat"
	Insult         Code = "insult"
	ExposureThreat Code = "exposure_threat"
	PersonalName   Code = "personal_name"
	IDNumber       Code = "id_number"
	PhoneNumber    Code = "phone"
	BankCard       Code = "bank_card"
	Address        Code = "address"
	FacePhoto      Code = "face_photo"
	Account        Code = "account"
	Accusation     Code = "accusation"
	Impersonation  Code = "impersonation"
	Pressure       Code = "pressure"
	FalseDeadline  Code = "false_deadline"
)

// Codes lists all codes, for validation and for the specification's test.
var Codes = []Code{
	Threat, Insult, ExposureThreat, PersonalName, IDNumber, PhoneNumber, BankCard, Address,
	FacePhoto, Account, Accusation, Impersonation, Pressure, FalseDeadline,
}

// Severity says how a finding should be treated.
type Severity string

// The severities.
const (
	Block Severity = "block" // must not be sent like this
	Warn  Severity = "warn"  // lawful perhaps, and better said otherwise
)

// Article is a citation with the mark of how it was read: V word for word, S
// from a secondary source, R recalled only.
type Article struct {
	Statute string `yaml:"statute" json:"statute"`
	Section string `yaml:"section" json:"section"`
	Edition string `yaml:"edition" json:"edition"`
	Mark    string `yaml:"mark" json:"mark"`
}

// String writes the article as papers and pages cite it.
func (a Article) String() string {
	return fmt.Sprintf("%s 第%s条（%s）[%s]", a.Statute, a.Section, a.Edition, a.Mark)
}

// Rule is what a rule says about itself; texts are zh-CN.
type Rule struct {
	ID         string    `yaml:"id" json:"id"`
	Code       Code      `yaml:"code" json:"code"`
	Severity   Severity  `yaml:"severity" json:"severity"`
	Where      []Where   `yaml:"where" json:"where,omitempty"` // empty: everywhere
	Why        string    `yaml:"why" json:"why"`
	Articles   []Article `yaml:"-" json:"articles"`
	Suggestion string    `yaml:"suggestion" json:"suggestion"`
}

// rule is a rule as its file spells it. It looks for patterns of words, or for
// what one of the detectors finds.
type rule struct {
	Rule     `yaml:",inline"`
	Cites    []string `yaml:"articles"` // by the short names of the files
	Patterns []string `yaml:"patterns"`
	Detect   string   `yaml:"detect"`
	Unless   []unless `yaml:"unless"`
	Widen    int      `yaml:"widen"` // grow the span to the left by at most so many characters

	patterns []pattern
	guards   []guard
}

// unless takes a finding back when a word stands beside it in the same
// sentence or in it, or when it stands whole within another thing, such as
// @quoted. Exactly one of the four places is named.
type unless struct {
	Before string `yaml:"before"`
	After  string `yaml:"after"`
	Inside string `yaml:"inside"`
	Within string `yaml:"within"`
	Reach  int    `yaml:"reach"` // tokens between the word and the finding, at most
}

// guard is an unless made ready.
type guard struct {
	side  side
	lists []int
	reach int
}

type side uint8

const (
	before side = iota
	after
	inside
	within
)

// book is a file of rules. Every part may be left out.
type book struct {
	Version  string             `yaml:"version"`
	Variants variants           `yaml:"variants"`
	Alone    string             `yaml:"alone"`
	Articles map[string]Article `yaml:"articles"`
	// Spelt gives other ways to write a character, its Pinyin first, and
	// Disguised the lists of this file whose words are written so to hide them.
	Spelt     map[string][]string `yaml:"spelt"`
	Disguised []string            `yaml:"disguised"`
	Lists     map[string][]string `yaml:"lists"`
	Safe      map[string][]string `yaml:"safe"`
	Reported  []string            `yaml:"reported"`
	Rules     []rule              `yaml:"rules"`
}

// variants pairs characters by their place: traditional and other forms with
// the simplified ones the words are written in.
type variants struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}
