package playbook_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// hidden are the keys of a book that people do not read: where a rule comes from,
// and what the articles claim.
var hidden = []string{"source", "articles", "cites", "claims", "edition"}

// shownTexts returns the Chinese texts of a YAML document, without the hidden keys.
func shownTexts(node *yaml.Node, texts []string) []string {
	if node.Kind == yaml.ScalarNode && regexp.MustCompile(`\p{Han}`).MatchString(node.Value) {
		return append(texts, node.Value)
	}
	for i := 0; i < len(node.Content); i++ {
		if node.Kind == yaml.MappingNode && i%2 == 0 && slices.Contains(hidden, node.Content[i].Value) {
			i++
			continue
		}
		texts = shownTexts(node.Content[i], texts)
	}
	return texts
}

// readShownTexts returns the texts of YAML files, by file name.
func readShownTexts(t *testing.T, files map[string]string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(files[name]), &root); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = shownTexts(&root, nil)
	}
	return all
}

// TestNoJargonOfOurOwn: how a citation was checked, which article was read and
// whose estimate a number is stays in the data, and no article's figure is shown.
func TestNoJargonOfOurOwn(t *testing.T) {
	t.Parallel()
	jargon := regexp.MustCompile(`[\[〔（(][VSR][\]〕，）)]|凭记忆|未核实|文章|本处|接口|以分计|备案|§|\d+(\.\d+)? ?(%|％)|\d+(\.\d+)? ?倍`)
	count := 0
	for name, texts := range readShownTexts(t, shipped(t)) {
		for _, text := range texts {
			count++
			if found := jargon.FindString(text); found != "" && text != percentText {
				t.Errorf("%s: %q in %s", name, found, text)
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d texts were read", count)
	}
}

// percentText is filled with the figure of this installation's own cases.
const percentText = "归还了 {percent}%"

// TestNobodyAsksACourtForANameFirst: a court helps to find a person only in a case
// that it has accepted, so no text may send people there before.
func TestNobodyAsksACourtForANameFirst(t *testing.T) {
	t.Parallel()
	files := shipped(t)
	err := filepath.WalkDir("../texts/zh-CN", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`(先|直接|可以?)(向|请|申请)(人民)?法院[^。；]{0,12}(调取|调查|查询)|经法院向[^。；]{0,10}调取|申请(人民)?法院向[^。；]{0,10}调取`)
	order := regexp.MustCompile(`转账电子凭证.*律师调查令.*(共同被告|第三人).*派出所`)
	ordered := 0
	for name, texts := range readShownTexts(t, files) {
		for _, text := range texts {
			if found := first.FindString(text); found != "" {
				t.Errorf("%s: %q in %s", name, found, text)
			}
			if strings.Contains(text, "律师调查令") && order.MatchString(text) {
				ordered++
			}
		}
	}
	if ordered < 3 {
		t.Errorf("%d texts name the order of the ways to a name", ordered)
	}
}
