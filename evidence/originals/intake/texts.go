package intake

import (
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

//go:embed texts.yaml
var textsFile []byte

// Texts are the texts for findings, refusals and facts. They are data, so that they
// can be improved without code.
type Texts struct {
	Refusals map[string]struct {
		EN string `yaml:"en"`
		ZH string `yaml:"zh"`
	} `yaml:"refusals"`
	Findings map[Finding]string `yaml:"findings"`
	Facts    map[string]string  `yaml:"facts"`
}

// LoadTexts reads the embedded texts.
func LoadTexts() (*Texts, error) {
	var texts Texts
	if err := yaml.Unmarshal(textsFile, &texts); err != nil {
		return nil, fmt.Errorf("texts of intake: %w", err)
	}
	return &texts, nil
}

// Finding returns the Chinese sentence for a finding.
func (t *Texts) Finding(code Finding) string { return t.Findings[code] }

// Refusal returns the Fault for a refused file: CodeUnsupportedMedia with the field
// "file" and the stable code of the refusal. The field's detail explains in Chinese
// what to send instead.
func (t *Texts) Refusal(code string) *recovery.Fault {
	words := t.Refusals[code]
	return &recovery.Fault{
		Code: recovery.CodeUnsupportedMedia, Detail: words.EN,
		Fields: []recovery.FieldFault{{Field: "file", Code: code, Detail: words.ZH}},
	}
}
