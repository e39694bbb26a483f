package main

import (
	"os"
	"strings"
	"testing"
)

func readSpecification(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../" + specification)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSpecificationIsUpToDate(t *testing.T) {
	t.Parallel()
	text := readSpecification(t)
	updated, err := updateSpecification(text)
	if err != nil || updated != text {
		t.Errorf("api/openapi.yaml is not up to date (%v): run go generate ./api", err)
	}
}

func TestUpdateRestoresGeneratedParts(t *testing.T) {
	t.Parallel()
	text := readSpecification(t)
	for _, damage := range []struct{ name, old, changed string }{
		{"a path", "/actions/record_return:", "/actions/record_gift:"},
		{"a field", "        text: {type: string, minLength: 1, maxLength: 2000}\n        sent_at: {type: string, format: date-time}\n", ""},
		{"a value of an enumeration", "[wechat, alipay, qq, wecom]", "[wechat]"},
		{"values on lines of their own", " [internal, shared]", "\n        - internal\n        - secret"},
	} {
		damaged := strings.Replace(text, damage.old, damage.changed, 1)
		updated, err := updateSpecification(damaged)
		if damaged == text || err != nil || updated != text {
			t.Errorf("%s is not restored (%v)", damage.name, err)
		}
	}
}

func TestUpdateNeedsItsPlaces(t *testing.T) {
	t.Parallel()
	text := readSpecification(t)
	for _, place := range []string{"# BEGIN GENERATED action paths", "# END GENERATED action bodies", "    Platform:\n      type: string"} {
		if _, err := updateSpecification(strings.Replace(text, place, "    Other:", 1)); err == nil {
			t.Errorf("a specification without %q is accepted", place)
		}
	}
}
