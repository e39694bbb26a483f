package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// mutation is a valid body with one error in it.
type mutation struct {
	what  string
	field string // the problem must name it
	body  []byte
}

// raw marks a value that is written into the body unchanged.
const raw = "\x01"

// mutateBody breaks a valid body in every way the schema forbids, one field and
// one way at a time.
func mutateBody(root *openapi3.Schema, sound string) []mutation {
	m := &mutator{sound: sound}
	m.object(root, "", nil)
	return m.made
}

type mutator struct {
	sound string
	made  []mutation
}

// pathStep leads from a value to one inside it: a key or an index.
type pathStep any

func (m *mutator) object(s *openapi3.Schema, path string, at []pathStep) {
	m.put("unknown field", joinPath(path, "colour"), append(slices.Clone(at), "colour"), "red")
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name].Value
		if len(property.AllOf) == 1 {
			property = property.AllOf[0].Value
		}
		field, place := joinPath(path, name), append(slices.Clone(at), name)
		if slices.Contains(s.Required, name) {
			m.remove(field, place)
			m.put("null", field, place, nil)
		}
		m.duplicate(field, at, name)
		m.value(property, field, place)
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (m *mutator) value(s *openapi3.Schema, field string, at []pathStep) {
	for kind, wrong := range map[string]any{
		"string": "x", "integer": 7, "boolean": true, "array": []any{}, "object": map[string]any{}, "number": 1.5,
	} {
		if !s.Type.Is(kind) {
			m.put("wrong type "+kind, field, at, wrong)
		}
	}
	switch {
	case s.Type.Is("object"):
		m.object(s, field, at)
	case s.Type.Is("array"):
		m.array(s, field, at)
	case s.Type.Is("integer"):
		m.integer(s, field, at)
	case s.Type.Is("string"):
		m.text(s, field, at)
	}
}

func (m *mutator) array(s *openapi3.Schema, field string, at []pathStep) {
	if s.MinItems > 0 {
		m.put("empty list", field, at, []any{})
	}
	first, _ := findValue(m.decodeBody(), append(slices.Clone(at), 0))
	if s.MaxItems != nil {
		m.put("too many", field, at, slices.Repeat([]any{first}, int(*s.MaxItems)+1))
	}
	m.value(s.Items.Value, field+"[0]", append(slices.Clone(at), 0))
}

func (m *mutator) integer(s *openapi3.Schema, field string, at []pathStep) {
	m.put("negative", field, at, -1)
	m.put("far too large", field, at, json.Number("9223372036854775808"))
	m.put("exponent", field, at, json.Number("1e30"))
	if s.Min != nil && *s.Min > 0 {
		m.put("zero", field, at, 0)
	}
	if s.Max != nil {
		m.put("too large", field, at, json.Number(fmt.Sprintf("%.0f", *s.Max+1)))
	}
}

func (m *mutator) text(s *openapi3.Schema, field string, at []pathStep) {
	m.put("invalid UTF-8", field, at, raw+"\"a\xff\"")
	m.put("half a surrogate", field, at, raw+`"\ud800"`)
	m.put("a control character", field, at, raw+`"a\u0000b"`)
	m.put("a direction override", field, at, "a\u202eb")
	if s.MinLength > 0 {
		m.put("empty", field, at, "")
		m.put("blank", field, at, "  ")
	}
	if s.MaxLength != nil {
		m.put("too long", field, at, strings.Repeat("字", int(*s.MaxLength)+1))
	}
	if len(s.Enum) > 0 {
		m.put("unknown value", field, at, "no_such_value")
		m.put("another case", field, at, strings.ToUpper(fmt.Sprint(s.Enum[0])))
	}
	if s.Pattern != "" {
		m.put("malformed", field, at, "a b?")
	}
	if s.Format == "date-time" {
		for what, value := range map[string]string{
			"no offset": "2026-03-01T12:30:00", "a date": "2026-03-01", "a word": "yesterday", "an empty time": "",
			"the 30th of February": "2026-02-30T00:00:00Z", "the future": "2099-01-01T00:00:00Z", "before 2014": "2013-12-31T00:00:00Z",
			"the year 0": "0000-01-01T00:00:00Z",
		} {
			m.put(what, field, at, value)
		}
	}
}

// duplicate writes a key of an object twice.
func (m *mutator) duplicate(field string, at []pathStep, name string) {
	const twin = "twin"
	object, found := findValue(m.decodeBody(), at)
	members, isObject := object.(map[string]any)
	if !found || !isObject || members[name] == nil {
		return
	}
	tree := m.decodeBody()
	tree = replaceValue(tree, append(slices.Clone(at), twin), members[name])
	body := strings.Replace(string(encodeTree(tree)), `"`+twin+`":`, `"`+name+`":`, 1)
	m.made = append(m.made, mutation{"twice", field, []byte(body)})
}

func (m *mutator) remove(field string, at []pathStep) {
	m.made = append(m.made, mutation{"missing", field, encodeTree(removeValue(m.decodeBody(), at))})
}

func (m *mutator) put(what, field string, at []pathStep, value any) {
	m.made = append(m.made, mutation{what, field, encodeTree(replaceValue(m.decodeBody(), at, value))})
}

func (m *mutator) decodeBody() any {
	decoder := json.NewDecoder(strings.NewReader(m.sound))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(err)
	}
	return value
}

// encodeTree encodes a tree as JSON. A string that begins with raw is written
// unchanged.
func encodeTree(tree any) []byte {
	switch value := tree.(type) {
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			members = append(members, string(encodeTree(name))+":"+string(encodeTree(value[name])))
		}
		return []byte("{" + strings.Join(members, ",") + "}")
	case []any:
		var items []string
		for _, item := range value {
			items = append(items, string(encodeTree(item)))
		}
		return []byte("[" + strings.Join(items, ",") + "]")
	case string:
		if text, isRaw := strings.CutPrefix(value, raw); isRaw {
			return []byte(text)
		}
	}
	body, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return body
}

func findValue(tree any, at []pathStep) (any, bool) {
	for _, next := range at {
		switch value := tree.(type) {
		case map[string]any:
			name, _ := next.(string)
			tree = value[name]
		case []any:
			index, _ := next.(int)
			if index >= len(value) {
				return nil, false
			}
			tree = value[index]
		default:
			return nil, false
		}
	}
	return tree, true
}

func replaceValue(tree any, at []pathStep, value any) any {
	if len(at) == 0 {
		return value
	}
	switch name := at[0].(type) {
	case string:
		members, _ := tree.(map[string]any)
		members = maps.Clone(members)
		if members == nil {
			members = map[string]any{} // an optional object that the body leaves out
		}
		members[name] = replaceValue(members[name], at[1:], value)
		return members
	case int:
		items, _ := tree.([]any)
		items = slices.Clone(items)
		items[name] = replaceValue(items[name], at[1:], value)
		return items
	}
	panic("a step is a key or an index")
}

func removeValue(tree any, at []pathStep) any {
	name, _ := at[len(at)-1].(string)
	parent, _ := findValue(tree, at[:len(at)-1])
	members, _ := parent.(map[string]any)
	members = maps.Clone(members)
	delete(members, name)
	return replaceValue(tree, at[:len(at)-1], members)
}
