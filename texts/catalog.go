package texts

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// The languages of the texts.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages lists them, the default first.
var Languages = []string{Chinese, English}

//go:embed zh-CN en
var files embed.FS

// Catalog is all texts of one language, by key. A key is the path of names that
// leads to the text, joined by dots; the entries of a list are numbered from 0.
// A catalog is safe for concurrent use.
type Catalog struct {
	Language string
	files    fs.FS
	texts    map[string]*Text
}

var shipped = sync.OnceValues(func() (map[string]*Catalog, error) { return readAll(files, Languages, fields) })

// Load returns the texts of a language. All languages are read once.
func Load(language string) (*Catalog, error) {
	catalogs, err := shipped()
	if err != nil {
		return nil, err
	}
	if catalogs[language] == nil {
		return nil, fmt.Errorf("texts: unknown language %q", language)
	}
	return catalogs[language], nil
}

// readAll reads several languages. Every section of another language must have the
// same keys as in the first language.
func readAll(files fs.FS, languages []string, fields fieldRules) (map[string]*Catalog, error) {
	catalogs := map[string]*Catalog{}
	for _, language := range languages {
		c, err := readCatalog(files, language, fields)
		if err != nil {
			return nil, err
		}
		catalogs[language] = c
		if err := catalogs[languages[0]].checkSameKeys(c); err != nil {
			return nil, err
		}
	}
	return catalogs, nil
}

// checkSameKeys returns an error if other lacks a key of a section that it has, or has
// a key that c lacks.
func (c *Catalog) checkSameKeys(other *Catalog) error {
	var lacking []string
	for _, section := range other.sectionPrefixes() {
		lacking = append(lacking, c.Keys(section)...)
	}
	return errors.Join(other.RequireKeys(lacking...), c.RequireKeys(other.Keys("")...))
}

// sectionPrefixes returns the first parts of the keys, each with its dot.
func (c *Catalog) sectionPrefixes() []string {
	var sections []string
	for _, key := range c.Keys("") {
		section, _, _ := strings.Cut(key, ".")
		sections = appendNew(sections, section+".")
	}
	return sections
}

// readCatalog reads every file in the folder of a language.
func readCatalog(files fs.FS, language string, fields fieldRules) (*Catalog, error) {
	c := &Catalog{Language: language, files: files, texts: map[string]*Text{}}
	names, err := fs.Glob(files, language+"/*.yaml")
	if err != nil || len(names) == 0 {
		return nil, errors.Join(fmt.Errorf("texts: no files in %s", language), err)
	}
	for _, name := range names {
		if err := c.readFile(name); err != nil {
			return nil, fmt.Errorf("texts: %w", err)
		}
	}
	for _, key := range c.Keys("") {
		if err := c.compileText(c.texts[key], fields.fieldsFor(key)); err != nil {
			return nil, fmt.Errorf("texts: %w", err)
		}
	}
	return c, nil
}

func (c *Catalog) readFile(name string) error {
	raw, err := fs.ReadFile(c.files, name)
	if err != nil {
		return err
	}
	var root yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&root); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return c.addNode(name, "", root.Content[0])
}

// addNode adds the texts of a node and the nodes below it.
func (c *Catalog) addNode(file, key string, node *yaml.Node) error {
	switch node.Kind {
	case yaml.AliasNode:
		return c.addNode(file, key, node.Alias)
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			if err := c.addNode(file, joinKey(key, node.Content[i].Value), node.Content[i+1]); err != nil {
				return err
			}
		}
		return nil
	case yaml.SequenceNode:
		for i, item := range node.Content {
			if err := c.addNode(file, joinKey(key, strconv.Itoa(i)), item); err != nil {
				return err
			}
		}
		return nil
	default:
		return c.addText(file, key, node)
	}
}

func (c *Catalog) addText(file, key string, node *yaml.Node) error {
	t := &Text{Key: key, file: file}
	if err := t.UnmarshalYAML(node); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if t.source == "" {
		return t.addLocation(errors.New("the text is empty"))
	}
	if other, exists := c.texts[key]; exists {
		return t.addLocation(fmt.Errorf("it is also in %s:%d", other.file, other.line))
	}
	c.texts[key] = t
	return nil
}

func (c *Catalog) compileText(t *Text, fields []string) error {
	if err := t.compileTemplate(functions(c), fields); err != nil {
		return err
	}
	for _, article := range t.used.articles {
		if !c.Has("law." + article + ".cite") {
			return t.addLocation(fmt.Errorf("law.yaml has no article %q", article))
		}
	}
	return nil
}

// Has reports whether there is a text with this key.
func (c *Catalog) Has(key string) bool { return c.texts[key] != nil }

// Get returns a text that is not filled yet, or nil.
func (c *Catalog) Get(key string) *Text { return c.texts[key] }

// Text returns a text filled with pairs of name and value.
func (c *Catalog) Text(key string, pairs ...any) string {
	if t := c.texts[key]; t != nil {
		return t.Fill(pairs...)
	}
	return missingText(key)
}

// TextFrom returns a text filled with the values of data: a map or a struct.
func (c *Catalog) TextFrom(key string, data any) string {
	if t := c.texts[key]; t != nil {
		return t.FillFrom(data)
	}
	return missingText(key)
}

// FindText returns a text without values if there is one.
func (c *Catalog) FindText(key string) (string, bool) {
	if t := c.texts[key]; t != nil {
		return t.Fill(), true
	}
	return "", false
}

// ListTexts returns the texts of a list, in order.
func (c *Catalog) ListTexts(key string) []*Text {
	var list []*Text
	for i := 0; ; i++ {
		t := c.texts[joinKey(key, strconv.Itoa(i))]
		if t == nil {
			return list
		}
		list = append(list, t)
	}
}

// Keys returns the keys that begin with a prefix, sorted.
func (c *Catalog) Keys(prefix string) []string {
	keys := slices.Sorted(maps.Keys(c.texts))
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, prefix) })
}

// RequireKeys returns an error that names the keys that have no text.
func (c *Catalog) RequireKeys(keys ...string) error {
	var errs []error
	for _, key := range keys {
		if !c.Has(key) {
			errs = append(errs, fmt.Errorf("texts: %s has no text %q", c.Language, key))
		}
	}
	return errors.Join(errs...)
}

func joinKey(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// ListFiles returns the names of the files in a folder of the language.
func (c *Catalog) ListFiles(folder string) ([]string, error) {
	names, err := fs.Glob(c.files, path.Join(c.Language, folder, "*.yaml"))
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], c.Language+"/")
	}
	return names, err
}
