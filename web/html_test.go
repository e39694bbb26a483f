package web_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// voidElements have no end tag.
var voidElements = map[string]bool{"meta": true, "link": true, "input": true, "img": true, "br": true}

// checkPage checks what is required of every page: closed tags, unique ids, a
// label for every field, valid references, and no inline script or style.
func checkPage(t testing.TB, where, text string) *html.Node {
	t.Helper()
	checkTags(t, where, text)
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	p := pageCheck{t: t, where: where, ids: map[string]int{}, labelled: map[string]bool{}}
	p.collect(root)
	p.check(root, false)
	p.checkReferences()
	return root
}

// checkTags expects every element to be closed in order; the parser would
// correct it silently.
func checkTags(t testing.TB, where, text string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(text))
	var open []string
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			if !errors.Is(tokens.Err(), io.EOF) || len(open) > 0 {
				t.Errorf("%s: %v, open: %v", where, tokens.Err(), open)
			}
			return
		case html.StartTagToken:
			if name, _ := tokens.TagName(); !voidElements[string(name)] {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("%s: </%s> closes %v", where, name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

type pageCheck struct {
	t        testing.TB
	where    string
	ids      map[string]int
	labelled map[string]bool // ids referenced by a label
	refs     []string
	titles   int
	heading  int
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (p *pageCheck) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		if id := attribute(n, "id"); id != "" {
			p.ids[id]++
		}
		if n.Data == "label" && attribute(n, "for") != "" {
			p.labelled[attribute(n, "for")] = true
			p.refs = append(p.refs, attribute(n, "for"))
		}
		for _, name := range []string{"aria-describedby", "aria-labelledby"} {
			p.refs = append(p.refs, strings.Fields(attribute(n, name))...)
		}
	}
	for child := range n.ChildNodes() {
		p.collect(child)
	}
}

func (p *pageCheck) check(n *html.Node, inLabel bool) {
	if n.Type == html.ElementNode {
		p.element(n, inLabel)
		inLabel = inLabel || n.Data == "label"
	}
	for child := range n.ChildNodes() {
		p.check(child, inLabel)
	}
}

func (p *pageCheck) element(n *html.Node, inLabel bool) {
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			p.t.Errorf("%s: <%s %s> is forbidden by the policy", p.where, n.Data, a.Key)
		}
	}
	switch n.Data {
	case "html":
		if attribute(n, "lang") == "" {
			p.t.Errorf("%s: no lang", p.where)
		}
	case "script", "style":
		if n.Data == "style" || attribute(n, "src") == "" {
			p.t.Errorf("%s: <%s> inside the page", p.where, n.Data)
		}
	case "img":
		if attribute(n, "alt") == "" {
			p.t.Errorf("%s: an image without words", p.where)
		}
	case "input", "select", "textarea":
		if attribute(n, "type") != "hidden" && !inLabel && !p.labelled[attribute(n, "id")] {
			p.t.Errorf("%s: %s %q has no label", p.where, n.Data, attribute(n, "name"))
		}
	case "h1", "h2", "h3":
		p.checkHeading(int(n.Data[1] - '0'))
	}
}

func (p *pageCheck) checkHeading(level int) {
	if level == 1 {
		p.titles++
	}
	if level > p.heading+1 {
		p.t.Errorf("%s: h%d follows h%d", p.where, level, p.heading)
	}
	p.heading = level
}

func (p *pageCheck) checkReferences() {
	if p.titles != 1 {
		p.t.Errorf("%s: %d main headings", p.where, p.titles)
	}
	for id, times := range p.ids {
		if times > 1 {
			p.t.Errorf("%s: the id %q occurs %d times", p.where, id, times)
		}
	}
	for _, ref := range p.refs {
		if p.ids[ref] == 0 {
			p.t.Errorf("%s: nothing has the id %q", p.where, ref)
		}
	}
}

// findNode returns the first node that matches.
func findNode(n *html.Node, fits func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && fits(n) {
		return n
	}
	for child := range n.ChildNodes() {
		if found := findNode(child, fits); found != nil {
			return found
		}
	}
	return nil
}

func byID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attribute(n, "id") == id }
}

// forEachElement calls do for every element below a node.
func forEachElement(n *html.Node, do func(*html.Node)) {
	if n.Type == html.ElementNode {
		do(n)
	}
	for child := range n.ChildNodes() {
		forEachElement(child, do)
	}
}
