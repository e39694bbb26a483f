package playbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"

	"recourse/playbook/calendar"
)

const shelfFile = "books/shelf.yaml"

func readVersionList(tree fs.FS) ([]release, error) {
	text, err := fs.ReadFile(tree, shelfFile)
	if err != nil {
		return nil, fmt.Errorf("read the list of playbooks: %w", err)
	}
	var list struct {
		Versions []release `yaml:"versions"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", shelfFile, err)
	}
	if err := checkVersionList(tree, list.Versions); err != nil {
		return nil, fmt.Errorf("%s: %w", shelfFile, err)
	}
	return list.Versions, nil
}

func checkVersionList(tree fs.FS, list []release) error {
	if len(list) == 0 || list[0].Share != 100 {
		return errors.New("the first version needs the share 100, so that every case has one")
	}
	listed := map[string]bool{}
	for _, edition := range list {
		if edition.Version == "" || listed[edition.Version] {
			return fmt.Errorf("the version %q is empty or listed twice", edition.Version)
		}
		if edition.Share < 0 || edition.Share > 100 {
			return fmt.Errorf("%s: the share must be between 0 and 100, not %d", edition.Version, edition.Share)
		}
		listed[edition.Version] = true
	}
	folders, err := fs.ReadDir(tree, "books")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if folder.IsDir() && !listed[folder.Name()] {
			return fmt.Errorf("books/%s is not listed", folder.Name())
		}
	}
	return nil
}

// ruleFile is one file of a rule set.
type ruleFile struct {
	name string
	text []byte
}

// readRuleSet reads the folder of a version and compares a released one with its
// digest.
func readRuleSet(tree fs.FS, e release, days *calendar.Calendar) (*RuleSet, error) {
	folder := "books/" + e.Version
	names, err := fs.Glob(tree, folder+"/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the playbook: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: the folder has no rules", folder)
	}
	slices.Sort(names)
	var files []ruleFile
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("read the playbook: %w", err)
		}
		files = append(files, ruleFile{name, text})
	}
	if sum := digestFiles(files); e.Digest != "" && sum != e.Digest {
		return nil, fmt.Errorf("%s: the released version has the digest %s, the files have %s: put the change into a new version", folder, e.Digest, sum)
	}
	book, err := parseRuleSet(folder, files)
	if err != nil {
		return nil, err
	}
	book.calendar = days
	return book, nil
}

// digestFiles returns the SHA-256 over name, length and bytes of each file, in
// order.
func digestFiles(files []ruleFile) string {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s\n%d\n", f.name, len(f.text))
		sum.Write(f.text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// parseRuleSet reads the files of a rule set strictly and checks them. Errors name
// file, line and rule.
func parseRuleSet(folder string, files []ruleFile) (*RuleSet, error) {
	where := ruleLocations{folder: folder}
	book := &RuleSet{digest: digestFiles(files), contents: map[string]json.RawMessage{}}
	sections := map[string]string{} // top-level key to the file that has it
	for _, f := range files {
		var root yaml.Node
		if err := yaml.Unmarshal(f.text, &root); err != nil {
			return nil, where.wrapYAMLError(f.name, err)
		}
		where.recordRules(f.name, &root)
		if err := where.checkSections(f.name, &root, sections); err != nil {
			return nil, err
		}
		if err := decodeStrict(f.text, &book.data); err != nil {
			return nil, where.wrapYAMLError(f.name, err)
		}
		if err := book.storeContents(&root); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := book.checkRuleSet(where); err != nil {
		return nil, err
	}
	return book, nil
}

func decodeStrict(text []byte, into *rulesDocument) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("more than one document in the file")
	}
	return nil
}

// storeContents keeps every rule as JSON, for comparing versions and showing them.
func (rs *RuleSet) storeContents(node *yaml.Node) error {
	if id := ruleID(node); id != "" {
		var content map[string]any
		if err := node.Decode(&content); err != nil {
			return err
		}
		text, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("rule %s: %w", id, err)
		}
		rs.contents[id] = text
		return nil
	}
	for _, child := range node.Content {
		if err := rs.storeContents(child); err != nil {
			return err
		}
	}
	return nil
}
