package playbook_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	for _, file := range []string{"vocabulary.gen.json", "book.schema.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(file, document); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile("book.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// whole is a book as one JSON value.
func whole(t *testing.T, files map[string]string) any {
	t.Helper()
	merged := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var part map[string]any
		if err := yaml.Unmarshal([]byte(files[name]), &part); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		maps.Copy(merged, part)
	}
	text, err := json.Marshal(merged)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestEveryBookFitsTheSchema(t *testing.T) {
	t.Parallel()
	compiled := schema(t)
	folders, err := filepath.Glob("books/*/book.yaml")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no books: %v", err)
	}
	for _, first := range folders {
		files := map[string]string{}
		names, _ := filepath.Glob(filepath.Join(filepath.Dir(first), "*.yaml"))
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = string(text)
		}
		if err := compiled.Validate(whole(t, files)); err != nil {
			t.Errorf("%s: %v", filepath.Dir(first), err)
		}
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	compiled := schema(t)
	for _, test := range []struct{ name, old, new string }{
		{"an unknown field", "    clock: promise\n", "    clock: promise\n    extent: 9\n"},
		{"a word for a number", "    length: 7\n", "    length: seven\n"},
		{"no length", "    length: 7\n", "    length: 0\n"},
		{"an unknown article", "{article: A, section: \"§1\"}", "{article: C, section: \"§1\"}"},
		{"two sources", "{article: A, section: \"§1\"}", "{article: A, section: \"§1\", house: \"x\"}"},
		{"a statute unread", ", mark: V}", "}"},
		{"a confidence", "confidence: medium", "confidence: total"},
		{"an unknown platform", "platforms: [qq]", "platforms: [icq]"},
		{"a recall word", "    recall: never", "    recall: perhaps"},
		{"an empty text", "subject: \"礼貌提醒\"", "subject: ''"},
		{"an id of one word", "id: clock.promise", "id: promise"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		if compiled.Validate(whole(t, files)) == nil {
			t.Errorf("%s was accepted", test.name)
		}
	}
}
