package textlint

import (
	"fmt"
	"strings"
)

// Code is the kind of problem that a finding reports. Codes are part of the API:
// they may be added, but not renamed.
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
	FraudLike      Code = "fraud_like"
	Whereabouts    Code = "whereabouts"
)

// Codes lists all codes. Validation and the test of the OpenAPI document use it.
var Codes = []Code{
	Threat, Insult, ExposureThreat, PersonalName, IDNumber, PhoneNumber, BankCard, Address,
	FacePhoto, Account, Accusation, Impersonation, Pressure, FalseDeadline, FraudLike, Whereabouts,
}

// Severity decides whether a text with a finding may be sent.
type Severity string

// The severities.
const (
	Block Severity = "block" // the text must not be sent
	Warn  Severity = "warn"  // the text may be sent, but another wording is better
)

// Article is a citation of a statute. Mark states how well it was verified: V
// against the official text, S in a secondary source, R from memory only.
type Article struct {
	Statute string `yaml:"statute" json:"statute"`
	Section string `yaml:"section" json:"section"`
	Edition string `yaml:"edition" json:"edition"`
	Mark    string `yaml:"mark" json:"mark"`
}

// String returns the citation as pages show it, without the mark. The word for an
// article stands before the part of one: 第511条（四）, 第253条之一.
func (a Article) String() string {
	number, part := a.Section, ""
	if at := strings.IndexAny(a.Section, "（之"); at > 0 {
		number, part = a.Section[:at], a.Section[at:]
	}
	return fmt.Sprintf("%s 第%s条%s（%s）", a.Statute, number, part, a.Edition)
}

// Rule is the public description of a rule. Its texts are in Chinese (zh-CN).
type Rule struct {
	ID         string    `yaml:"id" json:"id"`
	Code       Code      `yaml:"code" json:"code"`
	Severity   Severity  `yaml:"severity" json:"severity"`
	Places     []Place   `yaml:"where" json:"where,omitempty"` // empty: everywhere
	Why        string    `yaml:"why" json:"why"`
	Articles   []Article `yaml:"-" json:"articles"`
	Suggestion string    `yaml:"suggestion" json:"suggestion"`
}

// ruleDefinition is a rule as its file defines it.
type ruleDefinition struct {
	Rule       `yaml:",inline"`
	searchSpec `yaml:",inline"`
	Cites      []string `yaml:"articles"` // short names of articles
}

// searchSpec says what to search. It has either patterns of words or the name of
// a detector.
type searchSpec struct {
	Patterns []string        `yaml:"patterns"`
	Detect   string          `yaml:"detect"`
	Unless   []exceptionSpec `yaml:"unless"`
	Widen    int             `yaml:"widen"`    // how many characters a finding may grow to the left
	Edges    string          `yaml:"edges"`    // the list of words at which it stops growing; address_edge if empty
	AtLeast  int             `yaml:"at_least"` // how many characters it must grow to count

	patterns   []pattern
	exceptions []exception
	edgeList   int
}

// exceptionSpec drops a finding because of a word near it: before or after it in
// the same sentence, inside it, or around it (within), such as @quoted. Exactly
// one of the four positions is set.
type exceptionSpec struct {
	Before string `yaml:"before"`
	After  string `yaml:"after"`
	Inside string `yaml:"inside"`
	Within string `yaml:"within"`
	Reach  int    `yaml:"reach"` // most tokens between the word and the finding
}

// exception is a compiled exceptionSpec.
type exception struct {
	position wordPosition
	lists    []int
	reach    int
}

// wordPosition is where the word of an exception is, seen from the finding.
type wordPosition uint8

const (
	wordBefore wordPosition = iota
	wordAfter
	wordInside
	wordAround
)

// ruleFile is the content of one file in rules/. Every part is optional.
type ruleFile struct {
	Version    string             `yaml:"version"`
	Variants   variantPairs       `yaml:"variants"`
	Standalone string             `yaml:"alone"`
	Articles   map[string]Article `yaml:"articles"`
	// Spellings lists other ways to write a character, its Pinyin first. Disguised
	// names the lists whose words are also searched in these spellings.
	Spellings     map[string][]string `yaml:"spelt"`
	Disguised     []string            `yaml:"disguised"`
	Lists         map[string][]string `yaml:"lists"`
	Safe          map[string][]string `yaml:"safe"`
	QuotePatterns []string            `yaml:"reported"`
	Rules         []ruleDefinition    `yaml:"rules"`
	// What only the masker reads, from masks/.
	Kinds []maskKindSpec `yaml:"kinds"`
	Masks []maskRule     `yaml:"masks"`
	Keep  keepSpec       `yaml:"keep"`
}

// variantPairs maps traditional and other forms of characters to the simplified
// characters of the word lists. The n-th character of From becomes the n-th of To.
type variantPairs struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}
