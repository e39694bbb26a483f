package signals

import (
	"bytes"
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

//go:embed signals.yaml
var encodedTables []byte

// tool is a program with the parts of names by which it is recognised.
type tool struct {
	Kind  Kind     `yaml:"kind"`
	Names []string `yaml:"names"` // lower case
}

// screen is the size of a screen in pixels, upright.
type screen struct{ Width, Height int }

// tableSet is the content of signals.yaml.
type tableSet struct {
	SourceTypes map[string]Kind `yaml:"source_types"` // lower case
	Tools       []tool          `yaml:"tools"`
	Widths      map[int][]int   `yaml:"screens"` // heights by width
	Texts       map[Kind]string `yaml:"texts"`   // in Chinese
	Caution     string          `yaml:"caution"`

	Screens []screen `yaml:"-"`
}

var tables = mustLoad(encodedTables)

// mustLoad panics on a fault in the embedded file, which every test would find.
func mustLoad(encoded []byte) tableSet {
	var t tableSet
	decoder := yaml.NewDecoder(bytes.NewReader(encoded))
	decoder.KnownFields(true)
	if err := decoder.Decode(&t); err != nil {
		panic(fmt.Sprintf("signals.yaml: %v", err))
	}
	for width, heights := range t.Widths {
		for _, height := range heights {
			t.Screens = append(t.Screens, screen{width, height})
		}
	}
	return t
}

// Text returns what a kind of signal means, in Chinese.
func (k Kind) Text() string { return tables.Texts[k] }

// Caution says in Chinese what signals do not prove.
func Caution() string { return tables.Caution }
