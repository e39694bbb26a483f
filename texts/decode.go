package texts

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Decode reads a file of the language into a struct. Every *Text in it is
// compiled; fields are the values that these texts may use. A name that the struct
// does not have is an error, and so is a missing one without omitempty in its tag.
func (c *Catalog) Decode(name string, into any, fields ...string) error {
	file := path.Join(c.Language, name)
	raw, err := fs.ReadFile(c.files, file)
	if err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("texts: %s: %w", file, err)
	}
	d := decodedFile{catalog: c, file: file, fields: fields}
	if err := d.checkValue("", reflect.ValueOf(into)); err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	return nil
}

// decodedFile is a file that was read into a struct.
type decodedFile struct {
	catalog *Catalog
	file    string
	fields  []string
}

// checkValue compiles the texts of a value and returns an error if a name is
// missing.
func (d decodedFile) checkValue(key string, value reflect.Value) error {
	if text, isText := value.Interface().(*Text); isText {
		if text == nil {
			return nil
		}
		text.Key, text.file = key, d.file
		return d.catalog.compileText(text, d.fields)
	}
	switch value.Kind() {
	case reflect.Pointer:
		return d.checkValue(key, value.Elem())
	case reflect.Struct:
		return d.checkStruct(key, value)
	case reflect.Slice:
		for i := range value.Len() {
			if err := d.checkValue(joinKey(key, strconv.Itoa(i)), value.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, name := range value.MapKeys() {
			if err := d.checkValue(joinKey(key, fmt.Sprint(name)), value.MapIndex(name)); err != nil {
				return err
			}
		}
	default:
	}
	return nil
}

func (d decodedFile) checkStruct(key string, value reflect.Value) error {
	for i := range value.NumField() {
		name, options, _ := strings.Cut(value.Type().Field(i).Tag.Get("yaml"), ",")
		field := joinKey(key, name)
		if value.Field(i).IsZero() {
			if options != "omitempty" {
				return fmt.Errorf("%s: %s is missing", d.file, field)
			}
			continue
		}
		if err := d.checkValue(field, value.Field(i)); err != nil {
			return err
		}
	}
	return nil
}
