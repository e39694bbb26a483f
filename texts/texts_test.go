package texts

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// sample holds a value for the fields that need more than a word.
var sample = map[string]any{"At": time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}

// Every text can be filled with the values that it is declared to use.
func TestEveryTextCanBeFilled(t *testing.T) {
	t.Parallel()
	for _, language := range Languages {
		c := load(t, language)
		for _, key := range c.Keys("") {
			if strings.HasPrefix(key, "entry.") {
				continue // the facts of an entry have methods; package dossier tries them
			}
			data := map[string]any{}
			for _, field := range fields.fieldsFor(key) {
				data[field] = "x"
				if value, found := sample[field]; found {
					data[field] = value
				}
			}
			if _, err := c.Get(key).Execute(data); err != nil {
				t.Error(err)
			}
		}
	}
}

// A declaration without a text is out of date.
func TestEveryDeclarationHasItsTexts(t *testing.T) {
	t.Parallel()
	c := load(t, Chinese)
	for key := range fields {
		if len(c.Keys(key)) == 0 {
			t.Errorf("fields.go declares %s, which has no text", key)
		}
	}
}

func TestAMistakeIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	rules := fieldRules{"a.": {"Number"}, "a.b": {"Name"}}
	for name, test := range map[string]struct{ file, want string }{
		"a value of another text": {"a:\n  c: 'Dear {{.Name}}'", "zh-CN/one.yaml:2: a.c: the text may not use the value \"Name\""},
		"a value in a branch":     {"a: {c: '{{if .Number}}{{else}}{{.Nmber}}{{end}}'}", `a.c: the text may not use the value "Nmber"`},
		"a value handed over":     {"a: {c: '{{date \"2006\" (.Moment)}}'}", `the text may not use the value "Moment"`},
		"a value where none is":   {"b: '{{.Number}}'", `zh-CN/one.yaml:1: b: the text may not use the value "Number"`},
		"an unknown function":     {"a: {c: '{{shout .Number}}'}", `a.c: template: a.c:1: function "shout" not defined`},
		"a template that is open": {"a: {c: '{{.Number'}", "zh-CN/one.yaml:1: a.c:"},
		"an unknown article":      {"b: '{{law \"x1\"}}'", `law.yaml has no article "x1"`},
		"a brace too few":         {"a: {c: \"{.Number}}\"}", "a.c: unexpected brace outside a value"},
		"a brace too many":        {"a: {c: '{{.Number}}}'}", "a.c: unexpected brace outside a value"},
		"a number":                {"a:\n  c: 1", `zh-CN/one.yaml: line 2: "1" is not a text`},
		"nothing":                 {"a: {c: ''}", "a.c: the text is empty"},
		"a key twice":             {"a:\n  c: x\n  c: z", "zh-CN/one.yaml:3: a.c: it is also in zh-CN/one.yaml:2"},
		"a key of another file":   {"z: x", "zh-CN/two.yaml:1: z: it is also in zh-CN/one.yaml:1"},
		"no YAML":                 {"a: [", "zh-CN/one.yaml"},
	} {
		files := fstest.MapFS{"zh-CN/one.yaml": {Data: []byte(test.file)}, "zh-CN/two.yaml": {Data: []byte("z: x")}}
		if _, err := readCatalog(files, Chinese, rules); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestLanguagesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ english, want string }{
		"the same":          {"a: {b: x, c: x}", ""},
		"without a section": {"d: x", ""},
		"a key less":        {"a: {b: x}", `en has no text "a.c"`},
		"a key more":        {"a: {b: x, c: x, e: x}", `zh-CN has no text "a.e"`},
		"no file":           {"", "no files in en"},
	} {
		files := fstest.MapFS{"zh-CN/one.yaml": {Data: []byte("a: {b: x, c: x}\nd: x")}}
		if test.english != "" {
			files["en/one.yaml"] = &fstest.MapFile{Data: []byte(test.english)}
		}
		_, err := readAll(files, Languages, nil)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestMailsNameTheStagesAsThePagesDo: a reader who opens a case from a mail finds the
// same words there.
func TestMailsNameTheStagesAsThePagesDo(t *testing.T) {
	t.Parallel()
	c := load(t, Chinese)
	for key := range c.texts {
		stage, isStage := strings.CutPrefix(key, "mail.stage.")
		if !isStage {
			continue
		}
		if page, mail := c.Text("stage."+stage), c.Text(key); page != mail {
			t.Errorf("%s: a page says %q, a mail %q", stage, page, mail)
		}
	}
}

func TestTextsAreFilled(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"zh-CN/one.yaml": {Data: []byte(`
a: {b: "{{.Name}} 在 {{date \"2006-01-02 15:04\" .At}}", list: [x, "{{.Name}}"]}
c: "依据{{law \"cc1\"}}。{{law \"cc1\"}}"
law: {cc1: {cite: 第一条, mark: V}}
`)}}
	c, err := readCatalog(files, Chinese, fieldRules{"a.": {"Name", "At"}})
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.Text("a.b", "Name", "{{x}}", "At", sample["At"]): "{{x}} 在 2026-11-23 18:00",
		c.TextFrom("a.b", struct {
			Name string
			At   time.Time
		}{"山风", time.Time{}}): "山风 在 0001-01-01 08:00",
		c.Text("c"):                                "依据第一条。第一条",
		strings.Join(c.Get("c").Articles(), " "):   "cc1",
		strings.Join(c.Get("a.b").Fields(), " "):   "Name At",
		c.ListTexts("a.list")[1].Fill("Name", "y"): "y",
		c.Text("a.b", "Name", "x"):                 "⟦a.b⟧", // without At
		c.Text("a.b", "Name"):                      "⟦a.b⟧",
		c.Text("a.b", 1, 2):                        "⟦a.b⟧",
		c.Text("a.z"):                              "⟦a.z⟧",
		c.TextFrom("a.z", nil):                     "⟦a.z⟧",
		c.Get("a.list.1").String():                 "{{.Name}}",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if text, found := c.FindText("a.list.0"); !found || text != "x" || c.Has("a.list.2") || len(c.ListTexts("a.list")) != 2 {
		t.Errorf("%q %v", text, found)
	}
	if _, found := c.FindText("a.z"); found {
		t.Error("found a text that does not exist")
	}
}

type paper struct {
	Title string           `yaml:"title"`
	Needs map[string]*Text `yaml:"needs,omitempty"`
	Rows  []struct {
		Value *Text `yaml:"value,omitempty"`
	} `yaml:"rows"`
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"title: x\nrows: [{value: '{{.Name}}{{law \"cc1\"}}'}]": "",
		"title: x\nrows: [{}]\nneeds: {a: '{{.Name}}'}":         "",
		"title: x\nrows:\n- value: '{{.Nme}}'":                  `zh-CN/papers/one.yaml:3: rows.0.value: the text may not use the value "Nme"`,
		"title: x\nrows: [{value: '{{law \"x1\"}}'}]":           `rows.0.value: law.yaml has no article "x1"`,
		"title: x\nrows: [{}]\nneeds: {a: '{{.'}":               "needs.a: template",
		"title: x":                          "zh-CN/papers/one.yaml: rows is missing",
		"rows: [{}]":                        "title is missing",
		"title: x\nrows: [{}]\ncolour: red": "field colour not found",
		"title: x\ntitle: x\nrows: [{}]":    "already defined",
		"title: x\nrows: [{value: 1}]":      `"1" is not a text`,
	} {
		files := fstest.MapFS{
			"zh-CN/law.yaml":        {Data: []byte("law: {cc1: {cite: 第一条, mark: V}}")},
			"zh-CN/papers/one.yaml": {Data: []byte(text)},
		}
		c, err := readCatalog(files, Chinese, nil)
		if err != nil {
			t.Fatal(err)
		}
		names, err := c.ListFiles("papers")
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		var p paper
		err = c.Decode(names[0], &p, "Name")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if err := load(t, Chinese).Decode("papers/none.yaml", &paper{}); err == nil {
		t.Error("a file that does not exist is read")
	}
}

var errNothing = errors.New("nothing to say")

type silent struct{}

func (silent) Name() (string, error) { return "", errNothing }

func TestTheErrorOfAMethodIsFound(t *testing.T) {
	t.Parallel()
	text, err := Parse("a", "Dear {{.Name}}", "Name")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := text.Execute(silent{}); !errors.Is(err, errNothing) {
		t.Error(err)
	}
	if _, err := Parse("a", "Dear {{.Nobody}}", "Name"); err == nil || err.Error() != `a: the text may not use the value "Nobody"` {
		t.Error(err)
	}
	if _, err := Load("tlh"); err == nil {
		t.Error("an unknown language has texts")
	}
}

func load(t *testing.T, language string) *Catalog {
	t.Helper()
	c, err := Load(language)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
