package textstest

import (
	_ "embed"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed wording.yaml
var wordingFile []byte

// The kinds of Chinese text, as wording.yaml names them.
const (
	PageText  = "page"
	MailText  = "mail"
	PaperText = "paper"
	BookText  = "book"
	LintText  = "lint"
)

// WordingRule is a word that texts of some kinds may not contain.
type WordingRule struct {
	Find   string   `yaml:"find"`
	Unless string   `yaml:"unless"`
	In     []string `yaml:"in"`
	Say    string   `yaml:"say"`

	find, unless *regexp.Regexp
}

// ReadWordingRules returns the rules of wording.yaml.
func ReadWordingRules(t testing.TB) []WordingRule {
	t.Helper()
	var file struct {
		Rules []WordingRule `yaml:"rules"`
	}
	if err := yaml.Unmarshal(wordingFile, &file); err != nil {
		t.Fatal(err)
	}
	for i := range file.Rules {
		rule := &file.Rules[i]
		rule.find = regexp.MustCompile(rule.Find)
		if rule.Unless != "" {
			rule.unless = regexp.MustCompile(rule.Unless)
		}
	}
	return file.Rules
}

// BreaksIn reports whether a text of a kind breaks the rule.
func (r WordingRule) BreaksIn(kind, text string) bool {
	if len(r.In) > 0 && !slices.Contains(r.In, kind) {
		return false
	}
	return slices.ContainsFunc(sentencesOf(text), func(sentence string) bool {
		return r.find.MatchString(sentence) && (r.unless == nil || !r.unless.MatchString(sentence))
	})
}

var sentenceEnd = regexp.MustCompile(`[。！？\n]`)

// sentencesOf splits a text after each end of a sentence, and keeps the end.
func sentencesOf(text string) []string {
	var sentences []string
	for {
		end := sentenceEnd.FindStringIndex(text)
		if end == nil {
			return append(sentences, text)
		}
		sentences, text = append(sentences, text[:end[1]]), text[end[1]:]
	}
}

// CheckWording checks the Chinese texts of all YAML files below a folder. kindOf
// returns the kind of a text by its file and key, "" for a text that nobody reads.
func CheckWording(t testing.TB, files fs.FS, kindOf func(file, key string) string) {
	t.Helper()
	rules := ReadWordingRules(t)
	names := yamlFiles(t, files)
	if len(names) == 0 {
		t.Fatal("there are no files to check")
	}
	for _, name := range names {
		for _, text := range readScalars(t, files, name) {
			kind := kindOf(name, text.key)
			if kind == "" || !han.MatchString(text.text) {
				continue
			}
			if n := longestSentence(text.text); n > maxSentence && (kind == PageText || kind == MailText) {
				t.Errorf("%s:%d: %s: a sentence of %d characters; the limit is %d", name, text.line, text.key, n, maxSentence)
			}
			for _, rule := range rules {
				if rule.BreaksIn(kind, text.text) {
					t.Errorf("%s:%d: %s: %q contains %q; write: %s", name, text.line, text.key, text.text, rule.find.FindString(text.text), rule.Say)
				}
			}
		}
	}
}

// maxSentence is the length in characters that a sentence on a phone may have. A
// semicolon ends a sentence here.
const maxSentence = 60

var (
	value = regexp.MustCompile(`\{\{.*?\}\}`)
	pause = regexp.MustCompile(`[。！？；\n]`)
)

func longestSentence(text string) int {
	longest := 0
	for _, sentence := range pause.Split(value.ReplaceAllString(text, ""), -1) {
		longest = max(longest, utf8.RuneCountInString(sentence))
	}
	return longest
}

var han = regexp.MustCompile(`\p{Han}`)

func yamlFiles(t testing.TB, files fs.FS) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if path.Ext(name) == ".yaml" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// scalar is one value of a YAML file with its place.
type scalar struct {
	key  string
	line int
	text string
}

func readScalars(t testing.TB, files fs.FS, name string) []scalar {
	t.Helper()
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return appendScalars(nil, "", &root)
}

func appendScalars(list []scalar, key string, node *yaml.Node) []scalar {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			list = appendScalars(list, key+"."+node.Content[i].Value, node.Content[i+1])
		}
	case yaml.SequenceNode, yaml.DocumentNode:
		for i, item := range node.Content {
			itemKey := key
			if node.Kind == yaml.SequenceNode {
				itemKey += "." + strconv.Itoa(i)
			}
			list = appendScalars(list, itemKey, item)
		}
	case yaml.ScalarNode:
		list = append(list, scalar{strings.TrimPrefix(key, "."), node.Line, node.Value})
	default: // an alias: its text is checked where it is defined
	}
	return list
}
