package texts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// Text is one text before its values are filled in.
type Text struct {
	Key string

	file   string
	line   int
	source string
	tmpl   *template.Template // nil for a text without values
	used   usage
}

// UnmarshalYAML keeps the text and its line; the loader compiles it.
func (t *Text) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode || node.Tag != "!!str" {
		return fmt.Errorf("line %d: %q is not a text", node.Line, node.Value)
	}
	t.line, t.source = node.Line, strings.TrimSpace(node.Value)
	return nil
}

// Parse compiles a text that is not in a catalog. fields are the values that it may
// use.
func Parse(key, source string, fields ...string) (*Text, error) {
	t := &Text{Key: key, source: source}
	return t, t.compileTemplate(functions(nil), fields)
}

func (t *Text) compileTemplate(functions template.FuncMap, fields []string) error {
	if !strings.Contains(t.source, "{{") {
		return t.checkLiteral(t.source)
	}
	parsed, err := template.New(t.Key).Option("missingkey=error").Funcs(functions).Parse(t.source)
	if err != nil {
		return t.addLocation(err)
	}
	t.tmpl, t.used = parsed, usageOf(parsed.Root)
	if err := t.checkLiteral(t.used.literal); err != nil {
		return err
	}
	for _, field := range t.used.fields {
		if !slices.Contains(fields, field) {
			return t.addLocation(fmt.Errorf("the text may not use the value %q", field))
		}
	}
	return nil
}

// checkLiteral returns an error for a brace in the literal text, which is a typing
// error in a value.
func (t *Text) checkLiteral(literal string) error {
	if strings.ContainsAny(literal, "{}") {
		return t.addLocation(errors.New("unexpected brace outside a value"))
	}
	return nil
}

// addLocation adds file, line and key to an error.
func (t *Text) addLocation(err error) error {
	if t.file == "" {
		return fmt.Errorf("%s: %w", t.Key, err)
	}
	return fmt.Errorf("%s:%d: %s: %w", t.file, t.line, t.Key, err)
}

// Execute fills the text with the values of data: a map, or a struct with fields
// and methods. It stops at the error of a method, which can be found with errors.Is.
func (t *Text) Execute(data any) (string, error) {
	if t.tmpl == nil {
		return t.source, nil
	}
	var out strings.Builder
	if err := t.tmpl.Execute(&out, data); err != nil {
		return "", t.addLocation(err)
	}
	return out.String(), nil
}

// Fill fills the text with pairs of name and value.
func (t *Text) Fill(pairs ...any) string {
	data, err := pairsToMap(pairs)
	if err != nil {
		return missingText(t.Key)
	}
	return t.FillFrom(data)
}

// FillFrom fills the text with the values of data, as Execute does. A text that
// cannot be filled shows its key.
func (t *Text) FillFrom(data any) string {
	text, err := t.Execute(data)
	if err != nil {
		return missingText(t.Key)
	}
	return text
}

// String returns the source of the text.
func (t *Text) String() string { return t.source }

// Fields returns the values that the text uses, in the order of their first use.
func (t *Text) Fields() []string { return t.used.fields }

// Articles returns the articles of law that the text cites.
func (t *Text) Articles() []string { return t.used.articles }

func pairsToMap(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("a name without a value")
	}
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, isName := pairs[i].(string)
		if !isName {
			return nil, fmt.Errorf("%v is not a name", pairs[i])
		}
		data[name] = pairs[i+1]
	}
	return data, nil
}

// missingText is shown instead of a text that does not exist or cannot be filled.
func missingText(key string) string { return "⟦" + key + "⟧" }
