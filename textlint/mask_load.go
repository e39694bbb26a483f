package textlint

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
)

// knownNameKind is the kind of the names that the caller gives.
const knownNameKind = "known_name"

// maskKindSpec is a kind as its file defines it, with the rules of the linter that
// find it. The exceptions of those rules let a sender write about himself, so only
// the exceptions inside a finding hold here.
type maskKindSpec struct {
	MaskKind `yaml:",inline"`
	Lint     []string `yaml:"lint"`
}

// maskRule finds personal data of a kind. It has patterns, a detector, or a regular
// expression over the parts of the text in ASCII, see asciiParts.
type maskRule struct {
	searchSpec `yaml:",inline"`
	Kind       string `yaml:"kind"`
	Regex      string `yaml:"regex"`
	Needs      string `yaml:"needs"`    // a sign without which the regular expression is not tried
	ToBlank    bool   `yaml:"to_blank"` // whether signs up to the next blank belong to the span

	expression *regexp.Regexp
}

// keepSpec finds what looks personal and is not.
type keepSpec struct {
	Rules []maskRule `yaml:"rules"`
}

// LoadMasker parses the embedded rules for masking. Errors name the file and the kind.
func LoadMasker() (*Masker, error) { return parseMasker(embedded) }

// parseMasker parses masks/, and of rules/ the files that define lists or rules for
// persons.
func parseMasker(folder fs.FS) (*Masker, error) {
	names, err := fs.Glob(folder, "masks/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the rules: %w", err)
	}
	for _, name := range personalRuleFiles {
		names = append(names, path.Join("rules", name))
	}
	files, err := readRuleFiles(folder, names)
	if err != nil {
		return nil, err
	}
	engine, _, err := newEngine(files, slices.Concat(lintScanners, maskScanners))
	if err != nil {
		return nil, err
	}
	k := &Masker{engine: engine, rank: map[string]int{}}
	lint, err := k.addKinds(files)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := k.addMaskRules(f, lint); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return k, k.checkKinds()
}

// personalRuleFiles are the files in rules/ that the masker reads.
var personalRuleFiles = []string{
	"address.yaml", "base.yaml", "face.yaml", "fraud_like.yaml", "name.yaml", "number.yaml", "variants.yaml", "whereabouts.yaml",
}

// addKinds adds the kinds of all files. It returns the kind for each rule of the
// linter that finds personal data.
func (k *Masker) addKinds(files []parsedFile) (map[string]string, error) {
	lint := map[string]string{}
	for _, f := range files {
		for _, kind := range f.content.Kinds {
			if _, known := k.rank[kind.ID]; known || kind.ID == "" || kind.Name == "" {
				return nil, fmt.Errorf("%s: kind %q: needs a name and an id of its own", f.name, kind.ID)
			}
			k.rank[kind.ID] = len(k.kinds)
			k.kinds = append(k.kinds, kind.MaskKind)
			for _, id := range kind.Lint {
				lint[id] = kind.ID
			}
		}
	}
	return lint, nil
}

// addMaskRules adds the rules of one file: those for masking, what they keep, and
// the linter's rules that find personal data.
func (k *Masker) addMaskRules(f parsedFile, lint map[string]string) error {
	for _, r := range f.content.Masks {
		if err := k.addRule(&k.rules, r); err != nil {
			return err
		}
	}
	for _, r := range f.content.Keep.Rules {
		if err := k.addRule(&k.keep.Rules, r); err != nil {
			return err
		}
	}
	for _, r := range f.content.Rules {
		kind, personal := lint[r.ID]
		if !personal {
			continue
		}
		spec := r.searchSpec
		spec.Unless = slices.DeleteFunc(slices.Clone(spec.Unless), func(e exceptionSpec) bool { return e.Inside == "" })
		if spec.Detect == "" {
			spec.Unless = append(spec.Unless, exceptionSpec{Inside: "@date"}) // a day looks like an account
		}
		if err := k.addRule(&k.rules, maskRule{searchSpec: spec, Kind: kind}); err != nil {
			return err
		}
	}
	return nil
}

// addRule compiles a rule and adds it.
func (k *Masker) addRule(rules *[]maskRule, r maskRule) error {
	if _, known := k.rank[r.Kind]; !known && rules == &k.rules {
		return fmt.Errorf("unknown kind %q", r.Kind)
	}
	var err error
	if r.Regex == "" {
		err = k.engine.compileSearch(&r.searchSpec)
	} else if r.expression, err = regexp.Compile(r.Regex); len(r.Patterns) > 0 || r.Detect != "" {
		err = errors.New("a rule has either a regular expression or a search")
	}
	if err != nil {
		return fmt.Errorf("rule for %s: %w", r.Kind, err)
	}
	*rules = append(*rules, r)
	return nil
}

// checkKinds returns an error if nothing finds a kind.
func (k *Masker) checkKinds() error {
	for _, kind := range k.kinds {
		if kind.ID != knownNameKind && !slices.ContainsFunc(k.rules, func(r maskRule) bool { return r.Kind == kind.ID }) {
			return fmt.Errorf("no rule finds the kind %s", kind.ID)
		}
	}
	return nil
}
