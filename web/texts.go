package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed texts/*.yaml
var textFiles embed.FS

// firstLanguage is the one every text exists in.
const firstLanguage = "zh-CN"

// texts are the words of one language by their keys ("start.title").
type texts struct {
	lang  string
	words map[string]string
}

// loadTexts reads the message files. A language that lacks a key of the first
// one, or has one too many, is a mistake of the build and refused.
func loadTexts(files fs.FS) (map[string]*texts, error) {
	names, err := fs.Glob(files, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	loaded := map[string]*texts{}
	for _, name := range names {
		lang, _, _ := strings.Cut(path.Base(name), ".")
		if loaded[lang] == nil {
			loaded[lang] = &texts{lang: lang, words: map[string]string{}}
		}
		if err := loaded[lang].read(files, name); err != nil {
			return nil, err
		}
	}
	first, found := loaded[firstLanguage]
	if !found {
		return nil, errors.New("web: the texts of " + firstLanguage + " are missing")
	}
	for _, t := range loaded {
		if err := first.sameKeys(t); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

// read adds one file of a language ("zh-CN.forms.yaml") to the others. A key
// that stands in two of them is a mistake.
func (t *texts) read(files fs.FS, name string) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := t.flatten("", tree); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (t *texts) flatten(prefix string, tree map[string]any) error {
	for name, node := range tree {
		switch value := node.(type) {
		case string:
			if _, twice := t.words[prefix+name]; twice {
				return fmt.Errorf("%s%s stands there twice", prefix, name)
			}
			t.words[prefix+name] = strings.TrimSpace(value)
		case map[string]any:
			if err := t.flatten(prefix+name+".", value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s is no text", prefix, name)
		}
	}
	return nil
}

func (t *texts) sameKeys(other *texts) error {
	for _, key := range slices.Sorted(maps.Keys(t.words)) {
		if _, found := other.words[key]; !found {
			return fmt.Errorf("web: %s lacks the text %q", other.lang, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(other.words)) {
		if _, found := t.words[key]; !found {
			return fmt.Errorf("web: %s has the text %q, which %s lacks", other.lang, key, t.lang)
		}
	}
	return nil
}

// T gives a text, its verbs filled. A key that does not exist shows itself,
// which the tests forbid.
func (t *texts) T(key string, args ...any) string {
	text, found := t.words[key]
	if !found {
		return "⟦" + key + "⟧"
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Word gives the name of a value of an enumeration; empty stays empty.
func (t *texts) Word(family string, value any) string {
	name := fmt.Sprint(value)
	if name == "" {
		return ""
	}
	return t.T(family + "." + name)
}

// known gives a text if there is one.
func (t *texts) known(key string) (string, bool) {
	text, found := t.words[key]
	return text, found
}
