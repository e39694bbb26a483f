package playbook

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// ruleLocations records the file and lines of each rule.
type ruleLocations struct {
	folder    string
	locations []ruleLocation // in the order of the files
}

type ruleLocation struct {
	file, id  string
	line, end int
}

// recordRules records every mapping with an id.
func (p *ruleLocations) recordRules(file string, node *yaml.Node) {
	if id := ruleID(node); id != "" {
		p.locations = append(p.locations, ruleLocation{file, id, node.Line, lastLine(node)})
	}
	for _, child := range node.Content {
		p.recordRules(file, child)
	}
}

// ruleID returns the value of the key id. Every mapping with an id is a rule.
func ruleID(node *yaml.Node) string {
	if node.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "id" {
			return node.Content[i+1].Value
		}
	}
	return ""
}

func lastLine(node *yaml.Node) int {
	last := node.Line
	for _, child := range node.Content {
		last = max(last, lastLine(child))
	}
	return last
}

// checkSections refuses a section that two files have: the second would silently
// replace the first.
func (p *ruleLocations) checkSections(file string, root *yaml.Node, seen map[string]string) error {
	for _, document := range root.Content {
		if document.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(document.Content); i += 2 {
			key := document.Content[i]
			if other, twice := seen[key.Value]; twice {
				return locatedError(file, key.Line, "", fmt.Sprintf("%s is also in %s", key.Value, other))
			}
			seen[key.Value] = file
		}
	}
	return nil
}

// formatFault returns a fault with the location of its rule. Of two rules with one
// id the last one is named.
func (p *ruleLocations) formatFault(id, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	for i := len(p.locations) - 1; i >= 0; i-- {
		if rule := p.locations[i]; rule.id == id && id != "" {
			return locatedError(rule.file, rule.line, id, text)
		}
	}
	return fmt.Errorf("%s: %s", p.folder, text)
}

func locatedError(file string, line int, id, text string) error {
	if id == "" {
		return fmt.Errorf("%s:%d: %s", file, line, text)
	}
	return fmt.Errorf("%s:%d: rule %s: %s", file, line, id, text)
}

var lineForm = regexp.MustCompile(`line (\d+): (.*)`)

// wrapYAMLError adds file, line and rule to the errors of the decoder.
func (p *ruleLocations) wrapYAMLError(file string, err error) error {
	texts := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	var located []error
	for _, text := range texts {
		located = append(located, p.locateYAMLError(file, text))
	}
	return errors.Join(located...)
}

func (p *ruleLocations) locateYAMLError(file, text string) error {
	found := lineForm.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("%s: %s", file, text)
	}
	line, err := strconv.Atoi(found[1])
	if err != nil {
		return fmt.Errorf("%s: %s", file, text)
	}
	for _, rule := range p.locations {
		if rule.file == file && rule.line <= line && line <= rule.end {
			return locatedError(file, line, rule.id, found[2])
		}
	}
	return locatedError(file, line, "", found[2])
}
