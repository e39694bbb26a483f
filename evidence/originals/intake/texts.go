package intake

import (
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

//go:embed texts.yaml
var textsFile []byte

// Texts are the words for what intake finds, in data so that they can be
// bettered without code.
type Texts struct {
	Refusals map[string]struct {
		EN string `yaml:"en"`
		ZH string `yaml:"zh"`
	} `yaml:"refusals"`
	Findings map[Finding]string `yaml:"findings"`
	Facts    map[string]string  `yaml:"facts"`
}

// LoadTexts reads the embedded words.
func LoadTexts() (*Texts, error) {
	var texts Texts
	if err := yaml.Unmarshal(textsFile, &texts); err != nil {
		return nil, fmt.Errorf("texts of intake: %w", err)
	}
	return &texts, nil
}

// Finding gives the sentence for a finding, in Chinese.
func (t *Texts) Finding(code Finding) string { return t.Findings[code] }

// Refusal makes the Fault for a file that cannot be evidence: CodeUnsupportedMedia
// with the field "file" and the stable code of the refusal. The field's detail
// says in Chinese how to mend it.
func (t *Texts) Refusal(code string) *recovery.Fault {
	words := t.Refusals[code]
	return &recovery.Fault{
		Code: recovery.CodeUnsupportedMedia, Detail: words.EN,
		Fields: []recovery.FieldFault{{Field: "file", Code: code, Detail: words.ZH}},
	}
}
