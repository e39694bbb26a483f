package playbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// parse reads one file strictly and checks it. Every fault is told with file,
// line and rule.
func parse(file string, data []byte, days *calendar.Calendar) (*Book, error) {
	where := places{file: file}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, where.yaml(err)
	}
	where.walk(&root)
	book := &Book{calendar: days}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&book.data); err != nil {
		return nil, where.yaml(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one document in the file", file)
	}
	book.index()
	if err := book.check(where); err != nil {
		return nil, err
	}
	return book, nil
}

func (b *Book) index() {
	b.clocks = make(map[recovery.Clock]clockRule, len(b.data.Clocks))
	for _, rule := range b.data.Clocks {
		b.clocks[rule.Clock] = rule
	}
}

// places knows on which lines the rules of a file stand.
type places struct {
	file  string
	rules []place // in the order of the file
}

type place struct {
	id        string
	line, end int
}

// walk notes every mapping with an id.
func (p *places) walk(node *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == "id" {
				p.rules = append(p.rules, place{node.Content[i+1].Value, node.Line, lastLine(node)})
			}
		}
	}
	for _, child := range node.Content {
		p.walk(child)
	}
}

func lastLine(node *yaml.Node) int {
	last := node.Line
	for _, child := range node.Content {
		last = max(last, lastLine(child))
	}
	return last
}

// fault tells what is wrong with a rule; of two rules with one id the last is
// meant.
func (p *places) fault(id, format string, args ...any) error {
	line := 1
	for _, rule := range p.rules {
		if rule.id == id {
			line = rule.line
		}
	}
	return p.at(line, id, fmt.Sprintf(format, args...))
}

func (p *places) at(line int, id, text string) error {
	if id == "" {
		return fmt.Errorf("%s:%d: %s", p.file, line, text)
	}
	return fmt.Errorf("%s:%d: rule %s: %s", p.file, line, id, text)
}

var lineForm = regexp.MustCompile(`line (\d+): (.*)`)

// yaml names file, line and rule in the decoder's own words.
func (p *places) yaml(err error) error {
	texts := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	var told []error
	for _, text := range texts {
		told = append(told, p.decoded(text))
	}
	return errors.Join(told...)
}

func (p *places) decoded(text string) error {
	found := lineForm.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("%s: %s", p.file, text)
	}
	line, err := strconv.Atoi(found[1])
	if err != nil {
		return fmt.Errorf("%s: %s", p.file, text)
	}
	for _, rule := range p.rules {
		if rule.line <= line && line <= rule.end {
			return p.at(line, rule.id, found[2])
		}
	}
	return p.at(line, "", found[2])
}
